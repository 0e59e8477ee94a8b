import * as vscode from 'vscode';

/** Shows a notification with progress and a button that cancels, while `work` runs. */
export function cancellable<T>(
  title: string,
  work: (signal: AbortSignal, progress: vscode.Progress<{ readonly message?: string; readonly increment?: number }>) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, async (progress, token) => {
      const controller = new AbortController();
      const subscription = token.onCancellationRequested(() => controller.abort());
      try {
        return await work(controller.signal, progress);
      } finally {
        subscription.dispose();
      }
    }),
  );
}
