import { PROMPT_VERSION, verifierPrompt } from './prompt.ts';
import { effectiveTemperature, type VerifierSettings } from './settings.ts';

/**
 * Identity of the sample stream of one step: everything that determines sample i (the prompt, the model, how it is sampled),
 * but not K, since more samples continue the same stream. A JSON text; equal texts mean equal inputs.
 */
export function scoreKey(problem: string, steps: readonly string[], step: number, modelHash: string, settings: VerifierSettings): string {
  const temperature = effectiveTemperature(settings);
  const sampling = settings.mode === 'direct' ? {} : { maxNewTokens: settings.maxNewTokens, temperature, ...(temperature === 0 ? {} : { topP: settings.topP, seed: settings.seed }) };
  return JSON.stringify({ modelHash, promptVersion: PROMPT_VERSION, mode: settings.mode, ...sampling, prompt: verifierPrompt(problem, steps, step, settings.mode) });
}
