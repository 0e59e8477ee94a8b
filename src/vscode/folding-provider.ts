import * as vscode from 'vscode';
import type { Disposable } from './disposable.ts';
import { foldedLines } from './folding.ts';
import type { TraceSessions } from './trace-sessions.ts';

export interface Folding extends vscode.FoldingRangeProvider, Disposable {}

/** The regions of documents that were opened as traces. */
export function createFolding(sessions: TraceSessions): Folding {
  const changed = new vscode.EventEmitter<void>();
  /** Scores change often and regions seldom: the editor asks again only when the steps are others. */
  const known = new WeakMap<vscode.TextDocument, unknown>();
  const subscription = sessions.onDidChange((document) => {
    const open = sessions.view(document)?.open;
    if (known.get(document) === open) return;
    known.set(document, open);
    changed.fire();
  });
  return {
    onDidChangeFoldingRanges: changed.event,
    provideFoldingRanges(document) {
      const open = sessions.view(document)?.open;
      if (open === undefined) return undefined;
      const { problem, steps, answer, trace } = open;
      return foldedLines({ problem, steps, answer, units: trace.units ?? [] }, (offset) => document.positionAt(offset).line).map(
        ({ start, end }) => new vscode.FoldingRange(start, end, vscode.FoldingRangeKind.Region),
      );
    },
    dispose() {
      subscription.dispose();
      changed.dispose();
    },
  };
}
