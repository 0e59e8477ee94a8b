import path from 'node:path';
import * as vscode from 'vscode';
import { lackOf, type LanguageModel } from '../../core/model.ts';
import { ok, type Result } from '../../core/result.ts';
import { capabilitiesOf, peekManifest } from '../../models/manifest.ts';
import { serverKey, type KnownVerifiers } from '../known-verifiers.ts';
import { POLICY } from '../model-role.ts';
import { readVerifierChoice, type VerifierChoice } from '../verifier-choice.ts';
import { modelDirectory } from '../verifier-model.ts';

/** What a bias view needs of the policy beside text. No server gives it. */
export type Internal = 'masks' | 'attention' | 'hidden';

/** What the policy that is set can do, as far as that is known without loading it. */
export interface PolicyAbilities {
  readonly name: string;
  /** One sentence: what it lacks, and which model has it; undefined where it has it, or where that is not known before it is loaded. */
  readonly lack: (internal: Internal) => string | undefined;
}

/** Nothing is loaded or asked. The error is the sentence about a setting that is wrong. */
export async function policyAbilities(context: Pick<vscode.ExtensionContext, 'extensionPath'>, known: Pick<KnownVerifiers, 'get'>): Promise<Result<PolicyAbilities, 'setting-invalid'>> {
  const choice = readVerifierChoice(POLICY);
  if (!choice.ok) return choice;
  const model = await aboutModel(context, known, choice.value);
  return ok({
    name: model.info.name,
    lack: (internal) => (model.capabilities === undefined ? undefined : lackSentence({ info: model.info, capabilities: model.capabilities }, internal)),
  });
}

/** The sentence about what a model lacks, with the model that has it. */
export function lackSentence(model: Pick<LanguageModel, 'info' | 'capabilities'>, internal: Internal): string | undefined {
  const lack = lackOf(model, internal);
  return lack && `${lack} ${vscode.l10n.t('The bundled reasoner can do it: run Stepscope: Choose Policy….')}`;
}

type About = { readonly info: LanguageModel['info']; readonly capabilities: LanguageModel['capabilities'] | undefined };

async function aboutModel(context: Pick<vscode.ExtensionContext, 'extensionPath'>, known: Pick<KnownVerifiers, 'get'>, choice: VerifierChoice): Promise<About> {
  const blank = { hash: '', weights: '', parameters: 0, context: 0 };
  if (choice.type === 'server') {
    const { server } = choice;
    const found = known.get(serverKey(server));
    const name = found?.name ?? server.model ?? server.endpoints[0] ?? '';
    return { info: { ...blank, ...found, name }, capabilities: found?.capabilities ?? { probabilities: false } };
  }
  const directory = modelDirectory(context, POLICY, choice);
  const found = known.get(directory);
  const name = found?.name ?? path.basename(directory);
  if (found?.capabilities !== undefined) return { info: { ...found, name }, capabilities: found.capabilities };
  const manifest = await peekManifest(directory);
  return { info: { ...blank, name }, capabilities: manifest && capabilitiesOf(manifest) };
}
