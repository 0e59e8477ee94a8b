import * as vscode from 'vscode';
import { StepscopeError } from '../core/result.ts';
import type { ServerKeys } from './server-keys.ts';

/** **Forget Server Key…**: removes the key of one server from the secret storage. */
export async function forgetServerKey(keys: ServerKeys): Promise<void> {
  const origins = keys.origins();
  if (origins.length === 0) {
    void vscode.window.showInformationMessage('No key of a server is kept.');
    return;
  }
  const origin = await vscode.window.showQuickPick(origins, { title: 'Forget Server Key', placeHolder: 'Servers whose key is kept in the secret storage of the editor' });
  if (origin === undefined) return;
  try {
    await keys.forget(origin);
    void vscode.window.showInformationMessage(`The key of ${origin} is forgotten.`);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof StepscopeError ? error.message : `The key of ${origin} could not be removed: ${String(error)}`);
  }
}
