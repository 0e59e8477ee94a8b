import type { VerifierMode } from './score.ts';

/**
 * How the verifier is asked. `plain`: the prompt as it is, for checkpoints that were trained on it. `chat`: an instruction
 * and the prompt as turns of a conversation, for general models.
 */
export const PROMPT_FORMS = ['plain', 'chat'] as const;
export type PromptForm = (typeof PROMPT_FORMS)[number];

/** How a step is scored. Every field is part of a score's provenance. */
export interface VerifierSettings {
  readonly mode: VerifierMode;
  readonly prompt: PromptForm;
  /** Samples a step. With K = 1 the one analysis is greedy; with K > 1 all are sampled. Ignored in direct mode. */
  readonly k: number;
  /** Sampling temperature for K > 1. Published: 0.95 (R-PRM, section 4.1). */
  readonly temperature: number;
  /** Nucleus mass for K > 1. Published: 0.95. */
  readonly topP: number;
  /** Longest analysis, in tokens. Published: 4096; capped by what the model's context leaves. */
  readonly maxNewTokens: number;
  readonly seed: number;
  /** A score under this is an error (strict). */
  readonly threshold: number;
}

export const DEFAULT_VERIFIER_SETTINGS: VerifierSettings = {
  mode: 'reasoned',
  prompt: 'plain',
  k: 1,
  temperature: 0.95,
  topP: 0.95,
  maxNewTokens: 4096,
  seed: 0,
  threshold: 0.5,
};

/** The temperature that is really used: one sample is greedy, so that K = 1 is the same each time. */
export function effectiveTemperature(settings: VerifierSettings): number {
  return settings.k > 1 && settings.mode === 'reasoned' ? settings.temperature : 0;
}
