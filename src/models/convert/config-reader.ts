import type { StepscopeError } from '../../core/result.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Checked access to a config's numbers; what is wrong is refused with one sentence that names the setting. */
export interface ConfigReader {
  /** A positive integer. null counts as absent. */
  count(key: string, fallback?: number): number;
  /** A positive number. */
  real(key: string, fallback?: number): number;
  readonly refuse: (what: string) => StepscopeError;
}

export function createConfigReader(config: Json, refuse: (what: string) => StepscopeError): ConfigReader {
  return {
    refuse,
    count(key, fallback) {
      const value = config[key] ?? fallback;
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw refuse(`${key} is missing or no positive integer.`);
      return value;
    },
    real(key, fallback) {
      const value = config[key] ?? fallback;
      if (typeof value !== 'number' || !(value > 0) || value === Infinity) throw refuse(`${key} is missing or no positive number.`);
      return value;
    },
  };
}
