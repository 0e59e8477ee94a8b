import * as vscode from 'vscode';
import type { Disposable } from '../disposable.ts';
import type { TraceSessions } from '../trace-sessions.ts';

export interface ScoresWatch extends Disposable {
  /** Fires when a trace has got or lost scores, or the verifier's settings changed; not for text that is typed. */
  readonly onDidChange: vscode.Event<void>;
}

export function createScoresWatch(sessions: TraceSessions): ScoresWatch {
  const changed = new vscode.EventEmitter<void>();
  /** What was known of each document: how many samples. */
  const known = new WeakMap<vscode.TextDocument, number>();
  const subscriptions = vscode.Disposable.from(
    changed,
    sessions.onDidChange((document) => {
      const steps = sessions.view(document)?.annotations.steps;
      if (steps === undefined) return;
      const samples = steps.reduce((sum, { score, others }) => sum + others.length + (score?.samples.length ?? 0), 0);
      const before = known.get(document) ?? 0;
      known.set(document, samples);
      if (samples !== before) changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.verifier')) changed.fire();
    }),
  );
  return { onDidChange: changed.event, dispose: () => void subscriptions.dispose() };
}
