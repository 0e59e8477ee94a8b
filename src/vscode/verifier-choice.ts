import * as vscode from 'vscode';
import { errorText } from '../core/error-text.ts';
import { ok, type Result } from '../core/result.ts';
import { VERIFIER, type ModelRole } from './model-role.ts';
import { DEFAULT_CONCURRENCY, parseServerSettings, type ServerChoice } from './server-settings.ts';

/** What the settings say about a model. Endpoints win over a folder. */
export type VerifierChoice =
  | { readonly type: 'bundled' }
  | { readonly type: 'folder'; readonly folder: string }
  | { readonly type: 'server'; readonly server: ServerChoice };

/** Returns the model that is set for a role, or the sentence about the setting that is wrong. */
export function readVerifierChoice(role: ModelRole = VERIFIER): Result<VerifierChoice, 'setting-invalid'> {
  const configuration = vscode.workspace.getConfiguration();
  const server = parseServerSettings((id) => configuration.get(id), role);
  if (!server.ok) return server;
  if (server.value !== undefined) return ok({ type: 'server', server: server.value });
  const model: unknown = configuration.get(role.settings.model);
  const folder = typeof model === 'string' ? model.trim() : '';
  return ok(folder === '' ? { type: 'bundled' } : { type: 'folder', folder });
}

/** Rows of a data set that are scored as one batch: a local model scores a row the same by itself alone, a server wants to be kept busy. */
export function rowsAtOnce(choice = readVerifierChoice()): number {
  return choice.ok && choice.value.type === 'server' ? choice.value.server.concurrency * choice.value.server.endpoints.length : 1;
}

/**
 * Writes the choice where the settings that it changes are set: in the workspace where that has them, else for the user.
 * Resolves to whether that worked; says so where it did not.
 */
export async function applyVerifierChoice(choice: VerifierChoice, role: ModelRole = VERIFIER): Promise<boolean> {
  try {
    await write(choice, role);
    return true;
  } catch (error) {
    const why = errorText(error);
    void vscode.window.showErrorMessage(role.name === 'policy' ? vscode.l10n.t('The policy could not be written into the settings: {0}', why) : vscode.l10n.t('The verifier could not be written into the settings: {0}', why));
    return false;
  }
}

async function write(choice: VerifierChoice, { settings, prompt }: ModelRole): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  const put = async (id: string, value: unknown, empty: unknown): Promise<void> => {
    const here = configuration.inspect(id)?.workspaceValue !== undefined;
    // Removed from the workspace, the user's own value would come through.
    if (here) await configuration.update(id, value ?? empty, vscode.ConfigurationTarget.Workspace);
    else await configuration.update(id, value, vscode.ConfigurationTarget.Global);
  };
  const server = choice.type === 'server' ? choice.server : undefined;
  if (choice.type !== 'server') await put(settings.model, choice.type === 'folder' ? choice.folder : undefined, '');
  if (server !== undefined) {
    await put(settings.concurrency, server.concurrency === DEFAULT_CONCURRENCY ? undefined : server.concurrency, DEFAULT_CONCURRENCY);
    await put(settings.keyVariable, server.keyVariable, '');
  }
  await put(settings.servedModel, server?.model, '');
  // A folder may be of either kind of model; the bundled one is asked in the form that it was trained on.
  const form = server === undefined ? prompt : server.api === 'chat' ? 'chat' : 'plain';
  if (choice.type !== 'folder') await put(settings.prompt, form === prompt ? undefined : form, prompt);
  // Last: from here on the others count.
  await put(settings.endpoints, server?.endpoints, []);
}
