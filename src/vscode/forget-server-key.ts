import * as vscode from 'vscode';
import { StepscopeError } from '../core/result.ts';
import type { ServerKeys } from './server-keys.ts';

/** **Forget Server Key…**: removes the key of one server from the secret storage. */
export async function forgetServerKey(keys: ServerKeys): Promise<void> {
  const origins = keys.origins();
  if (origins.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No key of a server is kept.'));
    return;
  }
  const origin = await vscode.window.showQuickPick(origins, { title: vscode.l10n.t('Forget Server Key'), placeHolder: vscode.l10n.t('Servers whose key is kept in the secret storage of the editor') });
  if (origin === undefined) return;
  try {
    await keys.forget(origin);
    void vscode.window.showInformationMessage(vscode.l10n.t('The key of {0} is forgotten.', origin));
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof StepscopeError ? error.message : vscode.l10n.t('The key of {0} could not be removed: {1}', origin, String(error)));
  }
}
