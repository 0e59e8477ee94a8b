import * as vscode from 'vscode';
import { parseScoresViewMessage, type ScoresHostMessage } from '../protocol/scores-view.ts';
import type { Disposable } from './disposable.ts';
import type { ActiveTrace } from './active-trace.ts';
import { VIEWS } from './manifest.ts';
import { agreementText } from './note-text.ts';
import { scoresSnapshot } from './scores-snapshot.ts';
import type { TraceView } from './trace-sessions.ts';
import { webviewPage } from './webview-page.ts';

export interface ScoresPanel extends Disposable {
  /** Opens the panel beside the editor, or brings it to the front. */
  show(): void;
}

export interface ScoresPanelDependencies {
  readonly context: vscode.ExtensionContext;
  readonly active: ActiveTrace;
  /** Of the verifier. */
  readonly notes: () => readonly string[];
  readonly reveal: (view: TraceView, step: number) => Promise<void>;
  /** Opens the trace of a panel that was restored with the window. */
  readonly reopen: (uri: vscode.Uri) => Promise<void>;
}

/** Snapshots follow a run at this beat. */
const BEAT_MS = 80;

export function createScoresPanel({ context, active, notes, reveal, reopen }: ScoresPanelDependencies): ScoresPanel {
  let panel: vscode.WebviewPanel | undefined;
  let ready = false;
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    timer = undefined;
    if (panel === undefined) return;
    const view = active.view();
    panel.title = view === undefined ? 'Step Scores' : `Step Scores: ${view.open.name}`;
    if (!ready) return;
    const message: ScoresHostMessage = { type: 'snapshot', snapshot: view === undefined ? undefined : snapshotOf(view) };
    void panel.webview.postMessage(message);
  }

  const snapshotOf = (view: TraceView): ReturnType<typeof scoresSnapshot> =>
    scoresSnapshot({
      uri: view.document.uri.toString(),
      name: view.open.name,
      annotations: view.annotations,
      agreement: agreementText(view.annotations, view.notes),
      texts: view.open.texts,
      run: view.run,
      notes: notes(),
    });

  function adopt(created: vscode.WebviewPanel): void {
    panel = created;
    ready = false;
    created.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview')] };
    created.onDidDispose(() => {
      if (panel === created) panel = undefined;
    });
    created.webview.onDidReceiveMessage((value: unknown) => {
      const message = parseScoresViewMessage(value);
      const view = active.view();
      switch (message?.type) {
        case undefined:
          return;
        case 'ready':
          ready = true;
          send();
          return;
        case 'reveal':
          if (view !== undefined) void reveal(view, message.step);
      }
    });
    created.webview.html = webviewPage(created.webview, context.extensionUri, 'scores', 'Step Scores');
    send();
  }

  const serializer: vscode.WebviewPanelSerializer = {
    async deserializeWebviewPanel(restored, state: unknown) {
      const { uri } = (state ?? {}) as { readonly uri?: unknown };
      if (panel !== undefined) {
        restored.dispose();
        return;
      }
      adopt(restored);
      if (typeof uri === 'string') await reopen(vscode.Uri.parse(uri));
    },
  };

  const subscriptions = vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(VIEWS.scores, serializer),
    active.onDidChange(() => {
      if (panel !== undefined) timer ??= setTimeout(send, BEAT_MS);
    }),
  );

  return {
    show() {
      if (panel === undefined) {
        adopt(vscode.window.createWebviewPanel(VIEWS.scores, 'Step Scores', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false }, {}));
      } else {
        panel.reveal(panel.viewColumn, false);
      }
    },
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
      panel?.dispose();
    },
  };
}
