import * as vscode from 'vscode';
import { markdownBlocks } from '../../formats/report/report-markdown.ts';
import { reportParts } from '../../protocol/report-parts.ts';
import { parseReportKey, parseReportViewMessage, type ReportKey, type ReportViewMessage } from '../../protocol/report-view.ts';
import type { Disposable } from '../disposable.ts';
import { VIEWS } from '../manifest.ts';
import { note } from '../navigation.ts';
import { createPause } from '../pause.ts';
import { showPage } from '../webview-page.ts';
import type { ReportContent, ReportSource } from './report-source.ts';

export interface ReportPanels extends Disposable {
  /** Opens the panel of a report, or brings it to the front. */
  show(source: string, id: string): void;
}

/** A report that changes is drawn anew at this beat. */
const BEAT_MS = 500;

interface Shown {
  readonly key: ReportKey;
  readonly source: ReportSource;
  readonly panel: vscode.WebviewPanel;
  ready: boolean;
  timer: NodeJS.Timeout | undefined;
  content: ReportContent | undefined;
  /** Whether a report is being made and sent, and whether it is not the newest any more: then another one follows. */
  sending: boolean;
  stale: boolean;
  /** Reports that were sent. */
  sent: number;
}

/** The *Report* panels, one a report. `sources` make the reports, by the name that their keys have. */
export function createReportPanels(extension: vscode.Uri, sources: Readonly<Record<string, ReportSource>>): ReportPanels {
  const panels = new Map<string, Shown>();
  const nameOf = ({ source, id }: ReportKey): string => `${source} ${id}`;

  async function send(shown: Shown): Promise<void> {
    shown.timer = undefined;
    shown.stale = true;
    if (shown.sending) return;
    shown.sending = true;
    try {
      while (shown.stale) {
        shown.stale = false;
        await sendOnce(shown);
      }
    } finally {
      shown.sending = false;
    }
  }

  async function sendOnce(shown: Shown): Promise<void> {
    const read = await shown.source.read(shown.key.id);
    if (panels.get(nameOf(shown.key)) !== shown) return;
    shown.content = read.ok ? read.value : undefined;
    if (read.ok) shown.panel.title = read.value.title;
    if (!shown.ready) return;
    const content: ReportContent = read.ok ? read.value : { title: vscode.l10n.t('Report'), status: read.error.message, actions: [], blocks: [] };
    const pause = createPause();
    for (const part of reportParts({ type: 'report', number: ++shown.sent, key: shown.key, canExport: read.ok, ...content })) {
      void shown.panel.webview.postMessage(part);
      await pause();
      if (panels.get(nameOf(shown.key)) !== shown) return;
    }
  }

  const sendSoon = (shown: Shown): void => void (shown.timer ??= setTimeout(() => void send(shown), BEAT_MS));

  async function receive(shown: Shown, message: ReportViewMessage): Promise<void> {
    const { key, source, content } = shown;
    switch (message.type) {
      case 'ready':
        shown.ready = true;
        return send(shown);
      case 'open':
        return source.open(key.id, message.ref);
      case 'action':
        return source.act(key.id, message.action);
      case 'export':
        return source.export(key.id);
      case 'copy':
        if (content === undefined) return;
        await vscode.env.clipboard.writeText(markdownBlocks(content.blocks));
        note(vscode.l10n.t('The report is copied as Markdown.'));
    }
  }

  function adopt(key: ReportKey, source: ReportSource, panel: vscode.WebviewPanel): void {
    const shown: Shown = { key, source, panel, ready: false, timer: undefined, content: undefined, sending: false, stale: false, sent: 0 };
    panels.set(nameOf(key), shown);
    panel.onDidDispose(() => {
      clearTimeout(shown.timer);
      if (panels.get(nameOf(key)) === shown) panels.delete(nameOf(key));
    });
    panel.webview.onDidReceiveMessage((value: unknown) => {
      const message = parseReportViewMessage(value);
      if (message !== undefined) void receive(shown, message);
    });
    showPage(panel.webview, extension, 'report', vscode.l10n.t('Report'));
  }

  const subscriptions = vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(VIEWS.report, {
      deserializeWebviewPanel(restored, state: unknown) {
        const key = parseReportKey(state);
        const source = key && sources[key.source];
        if (key === undefined || source === undefined || panels.has(nameOf(key))) restored.dispose();
        else adopt(key, source, restored);
        return Promise.resolve();
      },
    }),
    ...Object.values(sources).map((source) =>
      source.onDidChange((id) => {
        for (const shown of panels.values()) if (shown.source === source && (id === undefined || id === shown.key.id)) sendSoon(shown);
      }),
    ),
  );

  return {
    show(name, id) {
      const source = sources[name];
      if (source === undefined) throw new Error(`No source makes reports of the kind ${name}`);
      const key = { source: name, id };
      const shown = panels.get(nameOf(key));
      if (shown === undefined) adopt(key, source, vscode.window.createWebviewPanel(VIEWS.report, vscode.l10n.t('Report'), vscode.ViewColumn.Active, {}));
      else shown.panel.reveal(shown.panel.viewColumn, false);
    },
    dispose() {
      subscriptions.dispose();
      for (const { panel } of panels.values()) panel.dispose();
    },
  };
}
