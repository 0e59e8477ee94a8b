import * as vscode from 'vscode';
import { parseScoresViewMessage, type ScoresHostMessage } from '../protocol/scores-view.ts';
import type { Disposable } from './disposable.ts';
import type { ActiveTrace } from './active-trace.ts';
import { VIEWS } from './manifest.ts';
import { agreementText } from './note-text.ts';
import { scoresSnapshot } from './scores-snapshot.ts';
import { createSinglePanel } from './single-panel.ts';
import type { TraceView } from './trace-sessions.ts';

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
  let timer: NodeJS.Timeout | undefined;

  const panel = createSinglePanel({
    extension: context.extensionUri,
    viewType: VIEWS.scores,
    page: 'scores',
    title: vscode.l10n.t('Step Scores'),
    parse: parseScoresViewMessage,
    receive(message) {
      const view = active.view();
      if (message.type === 'ready') send();
      else if (view !== undefined) void reveal(view, message.step);
    },
    async restore(state) {
      send();
      const { uri } = (state ?? {}) as { readonly uri?: unknown };
      if (typeof uri === 'string') await reopen(vscode.Uri.parse(uri));
    },
  });

  function send(): void {
    timer = undefined;
    const view = active.view();
    panel.setTitle(view === undefined ? vscode.l10n.t('Step Scores') : vscode.l10n.t('Step Scores: {0}', view.open.name));
    const message: ScoresHostMessage = { type: 'snapshot', snapshot: view === undefined ? undefined : snapshotOf(view) };
    panel.post(message);
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

  const subscription = active.onDidChange(() => {
    if (panel.current() !== undefined) timer ??= setTimeout(send, BEAT_MS);
  });

  return {
    show() {
      panel.show(false);
      send();
    },
    dispose() {
      clearTimeout(timer);
      subscription.dispose();
      panel.dispose();
    },
  };
}
