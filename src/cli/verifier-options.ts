import { VERIFIER_MODES } from '../core/verifier/score.ts';
import { DEFAULT_VERIFIER_SETTINGS, type VerifierSettings } from '../core/verifier/settings.ts';
import { readChoice, readNumber } from './usage.ts';

/** The options that say how steps are scored. */
export const VERIFIER_OPTIONS = {
  mode: { type: 'string' },
  k: { type: 'string' },
  temperature: { type: 'string' },
  'top-p': { type: 'string' },
  threshold: { type: 'string' },
  seed: { type: 'string' },
} as const;

/** All but the form of the prompt, which depends on the model. Throws a UsageError. */
export function readVerifierSettings(values: { readonly [Name in keyof typeof VERIFIER_OPTIONS]?: string | undefined }): VerifierSettings {
  const number = (name: keyof typeof VERIFIER_OPTIONS, fallback: number, min: number, max: number, integer: boolean) => readNumber(name, values[name], fallback, { min, max, integer });
  const base = DEFAULT_VERIFIER_SETTINGS;
  return {
    ...base,
    mode: readChoice('mode', values.mode, VERIFIER_MODES),
    k: number('k', base.k, 1, 256, true),
    temperature: number('temperature', base.temperature, 0, 10, false),
    topP: number('top-p', base.topP, 0.01, 1, false),
    threshold: number('threshold', base.threshold, 0, 1, false),
    seed: number('seed', base.seed, 0, 2 ** 31 - 1, true),
  };
}
