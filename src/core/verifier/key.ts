import type { ModelInfo } from '../model.ts';
import { promptVersion } from './chat-prompt.ts';
import { verifierPrompt } from './prompt.ts';
import { effectiveTemperature, type VerifierSettings } from './settings.ts';

/** What of a model decides its samples. */
export type ModelIdentity = Pick<ModelInfo, 'hash' | 'template'>;

/**
 * Identity of the sample stream of one step: everything that determines sample i (the prompt, the model, how it is sampled),
 * but not K, since more samples continue the same stream. A chat template counts where it is used. A JSON text; equal texts
 * mean equal inputs.
 */
export function scoreKey(problem: string, steps: readonly string[], step: number, model: ModelIdentity, settings: VerifierSettings): string {
  const temperature = effectiveTemperature(settings);
  const sampling = settings.mode === 'direct' ? {} : { maxNewTokens: settings.maxNewTokens, temperature, ...(temperature === 0 ? {} : { topP: settings.topP, seed: settings.seed }) };
  const chat = settings.prompt === 'chat' ? { template: model.template ?? null } : {};
  return JSON.stringify({ modelHash: model.hash, promptVersion: promptVersion(settings.prompt), ...chat, mode: settings.mode, ...sampling, prompt: verifierPrompt(problem, steps, step, settings.mode) });
}
