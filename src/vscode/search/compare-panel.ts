import * as vscode from 'vscode';
import { comparedArms, type ComparedRun } from '../../core/search/comparison.ts';
import { comparisonReport } from '../../core/search/comparison-report.ts';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import { parseCompareViewMessage, type CompareHostMessage, type CompareSnapshot, type CompareViewMessage } from '../../protocol/compare-view.ts';
import type { Disposable } from '../disposable.ts';
import { VIEWS } from '../manifest.ts';
import { createPause } from '../pause.ts';
import { showPage } from '../webview-page.ts';
import { exportFile } from '../runs/export-file.ts';
import { compareForms } from './compare-exports.ts';
import { comparedRun, compareRows } from './compare-snapshot.ts';
import type { SearchPanel } from './search-panel.ts';
import type { SearchRuns } from './search-runs.ts';

/** A comparison that is open. Runs come to it as they begin. */
export interface OpenComparison {
  /** `waiting`: names of what has not begun yet. */
  add(run: string, waiting: readonly string[]): void;
  /** Nothing more comes. */
  complete(): void;
  /** A person wants no more of it, or has closed it. */
  isCancelled(): boolean;
}

/** The *Compare Strategies* panels. */
export interface ComparePanel extends Disposable {
  show(runs: readonly string[], onCancel?: () => void): OpenComparison;
}

export interface ComparePanelDependencies {
  readonly extension: vscode.Uri;
  readonly searches: SearchRuns;
  readonly panel: SearchPanel;
  readonly jobs: Pick<TextJobs, 'html'>;
}

/** Runs that go on show at this beat. */
const BEAT_MS = 1000;

interface Shown {
  readonly panel: vscode.WebviewPanel;
  readonly onCancel: () => void;
  runs: readonly string[];
  waiting: readonly string[];
  /** Undefined: `all-complex` where it is there, else the first. */
  reference: number | undefined;
  ready: boolean;
  cancelled: boolean;
  timer: NodeJS.Timeout | undefined;
  /** What was read of runs that have ended. */
  readonly ended: Map<string, ComparedRun>;
  snapshot: CompareSnapshot | undefined;
  /** What the numbers of the snapshot were made from. */
  made: string;
}

export function createComparePanel({ extension, searches, panel: searchPanel, jobs }: ComparePanelDependencies): ComparePanel {
  const panels = new Set<Shown>();
  const say = (text: string): void => void vscode.window.showInformationMessage(text);

  async function read(shown: Shown): Promise<{ readonly runs: readonly ComparedRun[]; readonly going: number; readonly missing: readonly string[] }> {
    const runs: ComparedRun[] = [];
    const missing: string[] = [];
    let going = 0;
    for (const id of shown.runs) {
      const known = shown.ended.get(id);
      const state = known === undefined ? await searches.find(id) : undefined;
      if (state?.ok === false) missing.push(state.error.message);
      const run = known ?? (state?.ok === true ? comparedRun(state.value) : undefined);
      if (run === undefined) continue;
      runs.push(run);
      if (state?.ok === true && state.value.running !== undefined) going++;
      else shown.ended.set(id, run);
    }
    return { runs, going, missing };
  }

  async function send(shown: Shown): Promise<void> {
    const { runs, going, missing } = await read(shown);
    const arms = comparedArms(runs);
    const asked = shown.reference ?? arms.findIndex(({ header }) => header.settings.strategy === 'all-complex');
    const reference = arms[asked] === undefined ? 0 : asked;
    const arm = arms[reference];
    const waiting = shown.waiting.length === 0 ? '' : ` ${vscode.l10n.t('Not begun yet: {0}.', shown.waiting.join(', '))}`;
    const ended = arms.reduce((sum, { cells }) => sum + cells.size, 0);
    const all = arms.reduce((sum, { outcomes }) => sum + outcomes.size, 0);
    const state = going > 0 ? vscode.l10n.t('Running: {0} of {1} searches have ended.', ended, all) : vscode.l10n.t('{0} of {1} searches have ended.', ended, all);
    if (arm === undefined) return void (shown.panel.title = vscode.l10n.t('Compare Strategies'));
    // Most events of a search change no number.
    const made = JSON.stringify([reference, arms.map(({ name, run, cells, leftOut }) => [name, run, cells.size, leftOut])]);
    const report = shown.made === made && shown.snapshot !== undefined ? shown.snapshot : await comparisonReport(arms, arm, createPause());
    shown.made = made;
    shown.snapshot = {
      ...report,
      runs: arms.map(({ run }) => run),
      names: arms.map(({ name }) => name),
      title: titleOf(runs),
      status: [`${state}${waiting}`, ...missing].join(' '),
      busy: going > 0 || shown.waiting.length > 0,
      reference,
      rows: compareRows(arms),
    };
    if (!panels.has(shown)) return;
    shown.panel.title = vscode.l10n.t('Compare: {0}', shown.snapshot.names.join(', '));
    if (shown.ready) void shown.panel.webview.postMessage({ type: 'snapshot', snapshot: shown.snapshot } satisfies CompareHostMessage);
  }

  function sendSoon(shown: Shown): void {
    shown.timer ??= setTimeout(() => {
      // The next beat begins when this one is done: a long comparison never meets itself.
      void send(shown).finally(() => (shown.timer = undefined));
    }, shown.snapshot === undefined ? 0 : BEAT_MS);
  }

  async function receive(shown: Shown, message: CompareViewMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        shown.ready = true;
        if (shown.runs.length === 0) shown.runs = message.runs;
        shown.reference ??= message.reference ?? undefined;
        return send(shown);
      case 'reference':
        shown.reference = message.reference;
        return send(shown);
      case 'open':
        if (shown.runs.includes(message.run)) searchPanel.show(message.run, vscode.ViewColumn.Active, message.problem ?? undefined);
        return;
      case 'cancel':
        cancel(shown);
        return;
      case 'export':
        if (shown.snapshot !== undefined) await exportFile(shown.snapshot.title, compareForms(shown.snapshot, jobs.html));
    }
  }

  function cancel(shown: Shown): void {
    shown.cancelled = true;
    shown.onCancel();
    if (shown.runs.filter((id) => searches.cancel(id)).length === 0 && shown.waiting.length === 0) say(vscode.l10n.t('No search of this comparison runs.'));
  }

  function adopt(panel: vscode.WebviewPanel, runs: readonly string[], onCancel: () => void): Shown {
    const shown: Shown = { panel, onCancel, runs, waiting: [], reference: undefined, ready: false, cancelled: false, timer: undefined, ended: new Map(), snapshot: undefined, made: '' };
    panels.add(shown);
    panel.onDidDispose(() => {
      clearTimeout(shown.timer);
      panels.delete(shown);
    });
    panel.webview.onDidReceiveMessage((value: unknown) => {
      const message = parseCompareViewMessage(value);
      if (message !== undefined) void receive(shown, message);
    });
    showPage(panel.webview, extension, 'compare', vscode.l10n.t('Compare Strategies'));
    return shown;
  }

  const subscriptions = vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(VIEWS.compare, {
      deserializeWebviewPanel(restored) {
        adopt(restored, [], () => undefined);
        return Promise.resolve();
      },
    }),
    searches.onDidChange((id) => {
      for (const shown of panels) {
        if (!shown.runs.includes(id)) continue;
        shown.ended.delete(id);
        sendSoon(shown);
      }
    }),
  );

  return {
    show(runs, onCancel = () => undefined) {
      const same = [...panels].find((shown) => runs.length > 0 && shown.runs.join() === runs.join());
      const shown = same ?? adopt(vscode.window.createWebviewPanel(VIEWS.compare, vscode.l10n.t('Compare Strategies'), vscode.ViewColumn.Active, {}), runs, onCancel);
      if (same !== undefined) same.panel.reveal();
      return {
        add(run, waiting) {
          Object.assign(shown, { runs: [...shown.runs, run], waiting });
          sendSoon(shown);
        },
        complete() {
          shown.waiting = [];
          sendSoon(shown);
        },
        isCancelled: () => shown.cancelled,
      };
    },
    dispose() {
      subscriptions.dispose();
      for (const { panel } of panels) panel.dispose();
    },
  };
}

/** What was solved: the data, or the question. */
function titleOf(runs: readonly ComparedRun[]): string {
  const sources = new Set(runs.map(({ header, problems }) => (header.data === undefined ? (problems[0]?.started.question ?? header.title) : `${header.data.file}, ${header.data.rows.length === 1 ? vscode.l10n.t('row {0}', header.data.rows[0] ?? 0) : vscode.l10n.t('{0} rows', header.data.rows.length)}`)));
  return vscode.l10n.t('Strategies on {0}', [...sources].join('; '));
}
