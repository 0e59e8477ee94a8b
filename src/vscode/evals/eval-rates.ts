import type * as vscode from 'vscode';
import { isRecord } from '../../core/is-record.ts';
import type { EvalSettings } from '../../core/eval/eval.ts';
import type { SecondJudge } from '../../core/eval/judges.ts';

/** What rows have cost on this machine. */
export interface EvalRate {
  readonly rows: number;
  readonly seconds: number;
  /** Absent where the scores do not say what they cost. */
  readonly tokens?: number;
  /** The data whose rows they were. */
  readonly file: string;
  /** ISO 8601. */
  readonly when: string;
}

/** Rates that were measured, by what decides them: the eval, the model and how it is asked. */
export interface EvalRates {
  get(key: string): EvalRate | undefined;
  put(key: string, rate: EvalRate): void;
}

const KEY = 'stepscope.evalRates';
const MOST = 50;

export function createEvalRates(state: Pick<vscode.Memento, 'get' | 'update'>): EvalRates {
  const all = (): readonly (readonly [string, EvalRate])[] => {
    const kept = state.get<unknown>(KEY);
    return Array.isArray(kept) ? kept.filter(isEntry) : [];
  };
  return {
    get: (key) => all().findLast(([name]) => name === key)?.[1],
    put: (key, rate) => void state.update(KEY, [...all().filter(([name]) => name !== key), [key, rate]].slice(-MOST)),
  };
}

function isEntry(value: unknown): value is readonly [string, EvalRate] {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return false;
  const rate: unknown = value[1];
  return isRecord(rate) && typeof rate['rows'] === 'number' && rate['rows'] > 0 && typeof rate['seconds'] === 'number' && typeof rate['file'] === 'string' && typeof rate['when'] === 'string';
}

/** Says which models are asked, in a few words. */
export interface ModelNames {
  verifier(): string;
  second(judge: SecondJudge): string;
}

/** What decides how long a row takes, but for the row itself; `models` are those that are asked, none for scores of files. */
export function rateKey({ eval: name, verifier: { mode, k, prompt, maxNewTokens }, second, options }: EvalSettings, models: readonly string[]): string {
  const writes = mode === 'reasoned' || second?.mode === 'reasoned';
  const asked = models.length === 0 ? [] : [...models, mode, prompt, ...(writes ? [k, maxNewTokens] : [])];
  return JSON.stringify([name, options['steps'] ?? null, ...asked]);
}
