import type * as vscode from 'vscode';

/** The parts of `vscode.window` that show a sentence in a notification. */
type Messages = Pick<typeof vscode.window, 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage' | 'withProgress'>;

/**
 * A sentence of a notification without links. The editor makes a link of every `[label](command:…)` in it, which runs that
 * command at a click and without a question; names of files, rows, models and runs in our sentences come from elsewhere.
 */
export function plainMessage(text: string): string {
  return text.replaceAll('](', '] (');
}

/**
 * From here on no notification of ours has a link. `window` is this extension's own `vscode.window`: changed in one place, so
 * that no sentence can be forgotten, now or later.
 */
export function guardMessages(window: Messages): void {
  for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
    const show: (message: string, ...rest: unknown[]) => Thenable<unknown> = window[name];
    Object.assign(window, { [name]: (message: string, ...rest: unknown[]) => show(plainMessage(message), ...rest) });
  }
  const { withProgress } = window;
  const guarded: typeof withProgress = ({ title, ...options }, task) =>
    withProgress({ ...options, ...(title !== undefined && { title: plainMessage(title) }) }, (progress, token) =>
      task({ report: ({ message, ...rest }) => progress.report({ ...rest, ...(message !== undefined && { message: plainMessage(message) }) }) }, token),
    );
  Object.assign(window, { withProgress: guarded });
}
