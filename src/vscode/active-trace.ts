import * as vscode from 'vscode';
import type { Disposable } from './disposable.ts';
import { CONTEXT_KEYS } from './manifest.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';

/** The one trace that commands, Problems, the status bar and the panel are about. */
export interface ActiveTrace extends Disposable {
  /** Fires when it is another one, or when what is shown of it changed. */
  readonly onDidChange: vscode.Event<void>;
  view(): TraceView | undefined;
  /** Makes an open trace the active one, also while its editor has not the focus. */
  choose(document: vscode.TextDocument): void;
}

/**
 * The trace of the active editor. While the focus is elsewhere (the scores panel, another file
 * beside it) it stays the last one, as long as its document is open.
 */
export function createActiveTrace(sessions: TraceSessions): ActiveTrace {
  const changed = new vscode.EventEmitter<void>();
  let current: vscode.TextDocument | undefined;

  function follow(editor: vscode.TextEditor | undefined): void {
    const here = editor !== undefined && sessions.view(editor.document) !== undefined;
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.hasTrace, here);
    if (here) current = editor.document;
  }

  const subscriptions = vscode.Disposable.from(
    changed,
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      follow(editor);
      changed.fire();
    }),
    sessions.onDidChange((document) => {
      if (!sessions.isOpen(document) && document === current) current = undefined;
      const editor = vscode.window.activeTextEditor;
      if (editor?.document === document) follow(editor);
      // In a window that was just restored the focus may be in a panel: take the trace that is in sight.
      if (current === undefined && sessions.view(document) !== undefined && editorOf(document) !== undefined) current = document;
      if (document === current || current === undefined) changed.fire();
    }),
  );
  follow(vscode.window.activeTextEditor);

  return {
    onDidChange: changed.event,
    view: () => (current === undefined ? undefined : sessions.view(current)),
    choose(document) {
      if (sessions.view(document) === undefined) return;
      current = document;
      changed.fire();
    },
    dispose: () => {
      subscriptions.dispose();
    },
  };
}

/** Whether a tab shows the document. Documents live on for minutes after their tab was closed, and nobody sees them then. */
export function isInTab(document: vscode.TextDocument): boolean {
  const name = document.uri.toString();
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some(({ input }) => {
      if (input instanceof vscode.TabInputText) return input.uri.toString() === name;
      return input instanceof vscode.TabInputTextDiff && [input.original, input.modified].some((uri) => uri.toString() === name);
    }),
  );
}

/** The editor that shows a document, the active one first. */
export function editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  if (activeTextEditor?.document === document) return activeTextEditor;
  return visibleTextEditors.find((editor) => editor.document === document);
}
