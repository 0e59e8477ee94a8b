import * as vscode from 'vscode';
import type { SecondJudge } from '../core/eval/judges.ts';
import type { LanguageModel } from '../core/model.ts';
import { fail, ok, StepscopeError, type Result } from '../core/result.ts';
import type { PromptForm } from '../core/verifier/settings.ts';
import { modelRows, type ModelRow } from './choose-verifier.ts';
import type { Disposable } from './disposable.ts';
import { serverKey } from './known-verifiers.ts';
import { VERIFIER } from './model-role.ts';
import { modelText } from './search/solve-command.ts';
import { readSettings } from './settings.ts';
import { readVerifierChoice, rowsAtOnce, type VerifierChoice } from './verifier-choice.ts';
import { createVerifierModel, type VerifierModel, type VerifierModelDependencies } from './verifier-model.ts';

/** A model that judges beside the verifier. A log names it by `SecondJudge.model`: `bundled`, a folder, or what serverKey gives. */
export interface SecondVerifier extends Disposable {
  /** Asks which, and how it is asked; undefined after Escape. */
  choose(): Promise<SecondJudge | undefined>;
  /** In a few words, with how it is asked. */
  text(second: SecondJudge): string;
  /** Loads it, beside the verifier; the verifier itself is not loaded twice. Rejects as VerifierModel.load. */
  load(second: SecondJudge, signal: AbortSignal): Promise<LoadedJudge>;
}

export interface LoadedJudge {
  readonly model: LanguageModel;
  /** Rows that it is asked for as one batch. */
  readonly rowsAtOnce: number;
}

export function createSecondVerifier(dependencies: Omit<VerifierModelDependencies, 'role' | 'choice'>, verifier: Pick<VerifierModel, 'load'>): SecondVerifier {
  const { context, known } = dependencies;
  let chosen: Result<VerifierChoice, 'setting-invalid'> = ok({ type: 'bundled' });
  const model = createVerifierModel({ ...dependencies, choice: () => chosen });

  function choiceOf({ model: name }: Pick<SecondJudge, 'model'>): Result<VerifierChoice, 'setting-invalid'> {
    if (name === '') return readVerifierChoice();
    if (name === 'bundled') return ok({ type: 'bundled' });
    if (!name.startsWith('[')) return ok({ type: 'folder', folder: name });
    const server = known.get(name)?.server;
    return server === undefined ? fail('setting-invalid', vscode.l10n.t('The server of the second judge is not known here any more: connect to it with Stepscope: Connect to Server….')) : ok({ type: 'server', server });
  }

  return {
    async choose() {
      const rows = (await modelRows(context, known, VERIFIER)).filter(({ command, kind }) => command === undefined && kind !== vscode.QuickPickItemKind.Separator);
      const itself: ModelRow = { label: vscode.l10n.t('The verifier itself'), description: vscode.l10n.t('asked in another mode') };
      const row = await vscode.window.showQuickPick([itself, ...rows], { title: vscode.l10n.t('Second judge'), placeHolder: vscode.l10n.t('It judges the same steps as the first one'), matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true });
      if (row === undefined) return undefined;
      const { verifier: settings } = readSettings();
      const prompt = row.choice === undefined ? settings.prompt : await promptOf(row.choice);
      if (prompt === undefined) return undefined;
      const mode = await askMode();
      return mode && { model: row.choice === undefined ? '' : nameOf(row.choice), mode, prompt };
    },
    text(second) {
      const choice = choiceOf(second);
      const name = second.model === '' ? vscode.l10n.t('the verifier itself') : choice.ok ? modelText(choice.value, VERIFIER) : choice.error.message;
      return `${name}, ${second.mode}`;
    },
    async load(second, signal) {
      const [choice, own] = [choiceOf(second), readVerifierChoice()];
      if (!choice.ok) throw new StepscopeError(choice.error.reason, choice.error.message);
      // A server is told anew how to ask; weights in memory are the same for every mode.
      if (choice.value.type !== 'server' && own.ok && own.value.type !== 'server' && nameOf(own.value) === nameOf(choice.value)) return { model: await verifier.load(second.mode, signal), rowsAtOnce: 1 };
      chosen = choice;
      return { model: await model.load(second.mode, signal), rowsAtOnce: rowsAtOnce(choice) };
    },
    dispose: () => model.dispose(),
  };
}

function nameOf(choice: VerifierChoice): string {
  switch (choice.type) {
    case 'bundled':
      return 'bundled';
    case 'folder':
      return choice.folder;
    case 'server':
      return serverKey(choice.server);
  }
}

/** The bundled model and a server say how they are asked; a folder may be of either kind of model. */
async function promptOf(choice: VerifierChoice): Promise<PromptForm | undefined> {
  if (choice.type === 'bundled') return VERIFIER.prompt;
  if (choice.type === 'server') return choice.server.api === 'chat' ? 'chat' : 'plain';
  const items: readonly (vscode.QuickPickItem & { readonly label: PromptForm })[] = [
    { label: 'plain', description: vscode.l10n.t('the prompt as it is: checkpoints that were trained on it, such as R-PRM') },
    { label: 'chat', description: vscode.l10n.t('through the chat template of the model: general models') },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('How the second judge is asked'), ignoreFocusOut: true }))?.label;
}

async function askMode(): Promise<SecondJudge['mode'] | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly mode: SecondJudge['mode'] })[] = [
    { label: vscode.l10n.t('reasoned: analyses, then the verdict'), mode: 'reasoned' },
    { label: vscode.l10n.t('direct: one reading a step'), mode: 'direct' },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Mode of the second judge'), ignoreFocusOut: true }))?.mode;
}
