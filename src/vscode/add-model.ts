import { stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import * as vscode from 'vscode';
import { StepscopeError } from '../core/result.ts';
import { convertInProcess } from '../models/convert/convert-process.ts';
import { downloadModel } from '../models/hub/download-model.ts';
import { parseRepository, type RepositoryId } from '../models/hub/repository.ts';
import { accessFromEnvironment } from '../models/hub/request.ts';
import { MANIFEST_FILE } from '../models/manifest.ts';
import { cancellable } from './cancellable.ts';
import { editorEngine } from './editor-engine.ts';
import { SETTINGS } from './manifest.ts';
import { applyVerifierChoice } from './verifier-choice.ts';

type Bits = 4 | 8 | 16 | 32;

/** Where a model comes from. A downloaded checkpoint is kept until it is converted. */
type Source = { readonly type: 'folder'; readonly folder: string } | { readonly type: 'hub'; readonly repository: RepositoryId };

interface Plan {
  readonly source: Source;
  readonly bits: Bits;
}

const BLOCK = 64;
/** One choice of how the weights are stored; the sizes are those of a model with one billion weights. */
const precisions = (): readonly (vscode.QuickPickItem & { readonly bits: Bits })[] => [
  { bits: 8, label: vscode.l10n.t('8-bit'), description: vscode.l10n.t('about 1.1 GB a billion weights'), detail: vscode.l10n.t('Recommended: keeps the model, as measured on the bundled ones.') },
  { bits: 4, label: vscode.l10n.t('4-bit'), description: vscode.l10n.t('about {0} GB', '0.6'), detail: vscode.l10n.t('Smaller and faster; some analyses differ.') },
  { bits: 16, label: vscode.l10n.t('16-bit'), description: vscode.l10n.t('about {0} GB', 2), detail: vscode.l10n.t('As most checkpoints are published.') },
  { bits: 32, label: vscode.l10n.t('32-bit'), description: vscode.l10n.t('about {0} GB', 4), detail: vscode.l10n.t('For comparisons with a reference.') },
];

/**
 * **Add Model…**: asks for a checkpoint on this machine or on a hub, converts it in a process of its own, and offers to use
 * it as the verifier. With an argument `{ folder, bits }` it asks nothing but that. Nothing is downloaded unless a
 * repository was typed in here. Resolves to the converted folder, or undefined where nothing came of it.
 */
export async function addModel(context: vscode.ExtensionContext, log: (line: string) => void, argument?: unknown): Promise<string | undefined> {
  const plan = planFrom(argument) ?? (await askPlan());
  if (plan === undefined) return undefined;
  try {
    const folder = await make(context, plan, log);
    log(`${folder} was converted`);
    void offerToUse(folder);
    return folder;
  } catch (error) {
    if (error instanceof StepscopeError && (error as StepscopeError).reason === 'aborted') {
      void vscode.window.showInformationMessage(vscode.l10n.t('Adding the model was cancelled; nothing was left half-written.'));
    } else {
      void vscode.window.showErrorMessage(error instanceof StepscopeError ? error.message : vscode.l10n.t('The model could not be added: {0}', String(error)));
    }
    return undefined;
  }
}

function planFrom(argument: unknown): Plan | undefined {
  if (typeof argument !== 'object' || argument === null || !('folder' in argument) || typeof argument.folder !== 'string') return undefined;
  const bits = 'bits' in argument ? precisions().find((precision) => precision.bits === argument.bits)?.bits : 8;
  return bits === undefined ? undefined : { source: { type: 'folder', folder: argument.folder }, bits };
}

async function askPlan(): Promise<Plan | undefined> {
  const where = await vscode.window.showQuickPick(
    [
      { type: 'folder' as const, label: `$(folder) ${vscode.l10n.t('A checkpoint on this machine…')}`, detail: vscode.l10n.t('A Hugging Face folder: config.json, safetensors, tokenizer.json.') },
      { type: 'hub' as const, label: `$(cloud-download) ${vscode.l10n.t('A repository on a hub…')}`, detail: vscode.l10n.t('Downloads it, which can take gigabytes. HF_ENDPOINT and HF_TOKEN are respected.') },
    ],
    { title: vscode.l10n.t('Add Model'), placeHolder: vscode.l10n.t('Llama, Qwen 2 and 3, Mistral, Phi 3 and Gemma 3 can be converted') },
  );
  if (where === undefined) return undefined;
  const source = where.type === 'folder' ? await askFolder() : await askRepository();
  if (source === undefined) return undefined;
  const precision = await vscode.window.showQuickPick(precisions(), { title: vscode.l10n.t('Add Model'), placeHolder: vscode.l10n.t('How the weights are stored') });
  return precision === undefined ? undefined : { source, bits: precision.bits };
}

async function askFolder(): Promise<Source | undefined> {
  const [uri] = (await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, openLabel: vscode.l10n.t('Add'), title: vscode.l10n.t('Folder of a checkpoint') })) ?? [];
  return uri === undefined ? undefined : { type: 'folder', folder: uri.fsPath };
}

async function askRepository(): Promise<Source | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Add Model'),
    prompt: vscode.l10n.t('Repository on {0}', accessFromEnvironment(process.env).endpoint),
    placeHolder: vscode.l10n.t('owner/name'),
    ignoreFocusOut: true,
    validateInput(value) {
      const parsed = parseRepository(value);
      return value === '' || parsed.ok ? undefined : parsed.error.message;
    },
  });
  const parsed = text === undefined || text === '' ? undefined : parseRepository(text);
  return parsed?.ok === true ? { type: 'hub', repository: parsed.value } : undefined;
}

/** Downloads where needed, converts, shows progress, and can be cancelled. Returns the folder of the converted model. */
async function make(context: vscode.ExtensionContext, { source, bits }: Plan, log: (line: string) => void): Promise<string> {
  const storage = context.globalStorageUri.fsPath;
  const name = source.type === 'folder' ? path.basename(source.folder) : source.repository.id.replace('/', '--');
  const target = path.join(modelsFolder(context), `${name}-${bits}bit`);
  return cancellable(vscode.l10n.t('Adding {0}', name), async (signal, progress) => {
    let shown = 0;
    const show = (message: string, done: number, total: number): void => {
      const percent = (100 * done) / Math.max(1, total);
      progress.report({ message, increment: Math.max(0, percent - shown) });
      shown = percent;
    };
    const checkpoint = source.type === 'folder' ? source.folder : path.join(storage, 'downloads', name);
    if (source.type === 'hub') {
      log(`downloading ${source.repository.id} at ${source.repository.revision}`);
      await downloadModel(source.repository, checkpoint, accessFromEnvironment(process.env), ({ file, done, total }) => show(vscode.l10n.t('downloading {0}, {1} of {2}', file, gigabytes(done), gigabytes(total)), done, total), signal);
      shown = 0;
    }
    await refuseConverted(checkpoint);
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(path.dirname(target)));
    const order = { source: checkpoint, target, bits, block: BLOCK };
    await convertInProcess(await editorEngine(context), order, ({ tensor, done, total }) => show(vscode.l10n.t('converting {0}', tensor), done, total), signal);
    if (source.type === 'hub') await vscode.workspace.fs.delete(vscode.Uri.file(checkpoint), { recursive: true });
    return target;
  });
}

/** Where converted models are kept. */
export function modelsFolder(context: vscode.ExtensionContext): string {
  return path.join(context.globalStorageUri.fsPath, 'models');
}

async function refuseConverted(folder: string): Promise<void> {
  const converted = await stat(path.join(folder, MANIFEST_FILE)).catch(() => undefined);
  if (converted !== undefined) throw new StepscopeError('usage', vscode.l10n.t('{0} is a converted model already: set it as "{1}".', folder, SETTINGS.model));
}

async function offerToUse(folder: string): Promise<void> {
  const use = vscode.l10n.t('Use as Verifier');
  const chosen = await vscode.window.showInformationMessage(vscode.l10n.t('{0} is ready. It scores steps once it is the verifier.', path.basename(folder)), use);
  if (chosen === use) await applyVerifierChoice({ type: 'folder', folder });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
