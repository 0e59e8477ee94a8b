import * as vscode from 'vscode';
import { settingFaults } from './setting-faults.ts';

/** Names settings that are not allowed, when the extension starts and when they change; each sentence once. */
export function watchSettings(context: vscode.ExtensionContext): vscode.Disposable {
  const told = new Set<string>();

  function tell(): void {
    const configuration = vscode.workspace.getConfiguration();
    for (const { id, message } of settingFaults(context.extension.packageJSON, (name) => configuration.get(name))) {
      if (told.has(message)) continue;
      told.add(message);
      void vscode.window.showWarningMessage(`Stepscope: ${message}`, vscode.l10n.t('Open Setting')).then((pressed) => {
        if (pressed !== undefined) void vscode.commands.executeCommand('workbench.action.openSettings', id);
      });
    }
  }

  tell();
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('stepscope')) tell();
  });
}
