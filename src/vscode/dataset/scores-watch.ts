import * as vscode from 'vscode';
import type { Disposable } from '../disposable.ts';
import type { TraceSessions } from '../trace-sessions.ts';

export interface ScoresWatch extends Disposable {
  /** Fires when a trace has got or lost scores or marks, or the verifier's settings changed; not for text that is typed. */
  readonly onDidChange: vscode.Event<void>;
  /** Says that scores of rows were stored whose documents may not be open. */
  announce(): void;
}

export function createScoresWatch(sessions: TraceSessions): ScoresWatch {
  const changed = new vscode.EventEmitter<void>();
  /** What was known of each document: how many samples, and the marks of its steps. */
  const known = new WeakMap<vscode.TextDocument, string>();
  const subscriptions = vscode.Disposable.from(
    changed,
    sessions.onDidChange((document) => {
      const view = sessions.view(document);
      if (view === undefined) return;
      const samples = view.annotations.steps.reduce((sum, { score, others }) => sum + others.length + (score?.samples.length ?? 0), 0);
      const marks = view.notes.flatMap(({ step, mark }) => (mark === undefined ? [] : [`${step} ${mark}`]));
      const now = samples === 0 && marks.length === 0 ? '' : [samples, ...marks].join();
      const before = known.get(document) ?? '';
      known.set(document, now);
      if (now !== before) changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.verifier')) changed.fire();
    }),
  );
  return { onDidChange: changed.event, announce: () => changed.fire(), dispose: () => void subscriptions.dispose() };
}
