import * as vscode from 'vscode';
import { ok, type Result } from '../core/result.ts';
import { SETTINGS } from './manifest.ts';
import { DEFAULT_CONCURRENCY, parseServerSettings, type ServerChoice } from './server-settings.ts';
import { readSettings } from './settings.ts';

/** What the settings say about the verifier. Endpoints win over a folder. */
export type VerifierChoice =
  | { readonly type: 'bundled' }
  | { readonly type: 'folder'; readonly folder: string }
  | { readonly type: 'server'; readonly server: ServerChoice };

/** Returns the verifier that is set, or the sentence about the setting that is wrong. */
export function readVerifierChoice(): Result<VerifierChoice, 'setting-invalid'> {
  const configuration = vscode.workspace.getConfiguration();
  const server = parseServerSettings((id) => configuration.get(id));
  if (!server.ok) return server;
  if (server.value !== undefined) return ok({ type: 'server', server: server.value });
  const { model } = readSettings();
  return ok(model === '' ? { type: 'bundled' } : { type: 'folder', folder: model });
}

/**
 * Writes the choice where the settings that it changes are set: in the workspace where that has them, else for the user.
 * Resolves to whether that worked; says so where it did not.
 */
export async function applyVerifierChoice(choice: VerifierChoice): Promise<boolean> {
  try {
    await write(choice);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`The verifier could not be written into the settings: ${why}`);
    return false;
  }
}

async function write(choice: VerifierChoice): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  const put = async (id: string, value: unknown, empty: unknown): Promise<void> => {
    const here = configuration.inspect(id)?.workspaceValue !== undefined;
    // Removed from the workspace, the user's own value would come through.
    if (here) await configuration.update(id, value ?? empty, vscode.ConfigurationTarget.Workspace);
    else await configuration.update(id, value, vscode.ConfigurationTarget.Global);
  };
  const server = choice.type === 'server' ? choice.server : undefined;
  if (choice.type !== 'server') await put(SETTINGS.model, choice.type === 'folder' ? choice.folder : undefined, '');
  if (server !== undefined) {
    await put(SETTINGS.concurrency, server.concurrency === DEFAULT_CONCURRENCY ? undefined : server.concurrency, DEFAULT_CONCURRENCY);
    await put(SETTINGS.keyVariable, server.keyVariable, '');
  }
  await put(SETTINGS.servedModel, server?.model, '');
  // A folder may be of either kind of model; the bundled one has no chat template.
  if (choice.type !== 'folder') await put(SETTINGS.prompt, server?.api === 'chat' ? 'chat' : undefined, 'plain');
  // Last: from here on the others count.
  await put(SETTINGS.endpoints, server?.endpoints, []);
}
