import * as vscode from 'vscode';
import { policyText } from '../../core/attention/policy-text.ts';
import { verifierText } from '../../core/attention/verifier-text.ts';
import type { HideChoice } from '../../core/attention/hide.ts';
import type { ReadText } from '../../core/attention/groups.ts';
import { ATTENTION_UNITS } from '../../core/attention/matrix.ts';
import { biasPrompts } from '../../core/bias/prompts.ts';
import { lackOf, type LanguageModel } from '../../core/model.ts';
import { StepscopeError, type Result } from '../../core/result.ts';
import type { Activities } from '../activities.ts';
import type { ActiveTrace } from '../active-trace.ts';
import { readBiasSettings } from '../bias/bias-settings.ts';
import { lackSentence } from '../bias/policy-abilities.ts';
import { tellUnread } from '../dataset/offer-reading.ts';
import { ATTENTION_COMMANDS, type AttentionCommandName } from '../manifest.ts';
import { POLICY, VERIFIER, type ModelRole } from '../model-role.ts';
import { readSettings } from '../settings.ts';
import type { TraceTarget } from '../trace-target.ts';
import type { TraceView } from '../trace-sessions.ts';
import { readVerifierChoice } from '../verifier-choice.ts';
import type { VerifierModel } from '../verifier-model.ts';
import { ATTENTION_ROLES } from './attention-choices.ts';
import { exportAttention } from './attention-exports.ts';
import { createAttentionPanel } from './attention-panel.ts';
import { createAttentionSession, type AttentionState } from './attention-session.ts';

export interface AttentionDependencies {
  readonly context: vscode.ExtensionContext;
  readonly activities: Activities;
  readonly active: ActiveTrace;
  readonly target: TraceTarget;
  readonly models: Readonly<Record<ModelRole['name'], VerifierModel>>;
}

const ROLES: Readonly<Record<ModelRole['name'], ModelRole>> = { policy: POLICY, verifier: VERIFIER };

/** The *Attention* panel with its commands. */
export function registerAttention({ context, activities, active, target, models }: AttentionDependencies): vscode.Disposable {
  const session = createAttentionSession({
    activities,
    async load(role, signal) {
      refuseServer(role, models[role].summary().name);
      const model = await models[role].load('direct', signal);
      const lack = lackOfRole(role, model);
      if (lack !== undefined) throw new StepscopeError('unsupported', lack);
      return model;
    },
    textOf: (role, model, view, signal) => (role === 'policy' ? policyTextOf(model, view, signal) : verifierTextOf(model, view, signal)),
  });
  const names = (): string[] => ATTENTION_ROLES.map((role) => (role === 'policy' ? vscode.l10n.t('policy: {0}', models[role].summary().name) : vscode.l10n.t('verifier: {0}', models[role].summary().name)));
  const open = async (uri: vscode.Uri): Promise<TraceView | undefined> => target.open(await vscode.workspace.openTextDocument(uri));
  const panel = createAttentionPanel({ extension: context.extensionUri, session, active, models: names, open });

  const handlers: Readonly<Record<AttentionCommandName, (first?: unknown, second?: unknown) => Promise<void>>> = {
    async showAttention(document, choices) {
      const found = await target.find(document, true);
      if ('view' in found) await panel.show(found.view, givenChoices(choices));
      else if (found.unread !== undefined) tellUnread(found.unread.file, { reason: found.unread.reason, message: found.refusal });
      else void vscode.window.showInformationMessage(found.refusal);
    },
    exportAttention: (form, file) => exportAttention(session.state(), form, file),
  };
  return vscode.Disposable.from(session, panel, ...Object.entries(ATTENTION_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as AttentionCommandName])));
}

/** No server tells its attention: it is not even asked. */
function refuseServer(role: ModelRole['name'], name: string): void {
  const choice = readVerifierChoice(ROLES[role]);
  if (!choice.ok || choice.value.type !== 'server') return;
  throw new StepscopeError('unsupported', lackOfRole(role, { info: { name, hash: '', weights: '', parameters: 0, context: 0 }, capabilities: { probabilities: false } }) ?? '');
}

function lackOfRole(role: ModelRole['name'], model: Pick<LanguageModel, 'info' | 'capabilities'>): string | undefined {
  return role === 'policy' ? lackSentence(model, 'attention') : lackOf(model, 'attention');
}

async function policyTextOf(model: LanguageModel, { open: { name, trace } }: TraceView, signal: AbortSignal): Promise<ReadText> {
  if (trace.problem.trim() === '') throw new StepscopeError('no-question', vscode.l10n.t('{0} has no question: put the question above the solution.', name));
  const lack = lackOf(model, 'chat');
  if (lack !== undefined) throw new StepscopeError('unsupported', lack);
  const [prompts] = await biasPrompts(model, [trace.problem], readBiasSettings(), signal);
  return policyText(needed(prompts), trace);
}

async function verifierTextOf(model: LanguageModel, { open: { texts, trace } }: TraceView, signal: AbortSignal): Promise<ReadText> {
  return needed(await verifierText(model, trace.problem, texts, readSettings().verifier.prompt, signal));
}

function needed<T>(result: Result<T> | undefined): T {
  if (result?.ok === true) return result.value;
  throw new StepscopeError(result?.error.reason ?? 'engine-failed', result?.error.message ?? vscode.l10n.t('The model gave no prompt: read it again.'));
}

/** What another command, or a test, chooses with the trace. */
function givenChoices(choices: unknown): Partial<Pick<AttentionState, 'role' | 'heads' | 'unit' | 'hide'>> {
  if (typeof choices !== 'object' || choices === null) return {};
  const { role, unit, hide, from, layer, head } = choices as Partial<Record<string, unknown>>;
  const known = ATTENTION_ROLES.find((name) => name === role);
  const numbers = ATTENTION_UNITS.find((name) => name === unit);
  const start = typeof from === 'number' && Number.isInteger(from) && from >= 0 ? from : 0;
  const kind = (['question', 'numbers', 'system'] as const).find((name) => name === hide);
  const target: HideChoice['target'] | undefined = kind !== undefined ? { kind } : typeof hide === 'number' ? { kind: 'step', index: hide } : undefined;
  return {
    ...(known && { role: known }),
    ...(numbers && { unit: numbers }),
    ...(target && { hide: { target, from: start } }),
    ...(typeof layer === 'number' && { heads: { layer, ...(typeof head === 'number' && { head }) } }),
  };
}
