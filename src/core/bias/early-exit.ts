import { proportion, meanEstimate, type Estimate } from '../metrics/statistics.ts';
import type { AttentionSummary } from './attention.ts';
import type { TraceMeasure } from './events.ts';

/** Experimental: where a trace would have been ended by its attention to the question. */
export interface EarlyExit {
  /** Generated token, 0-based, after the first answer, at which the normalised attention to the question first reaches the threshold. */
  readonly token: number;
  /** Share of the tokens after the first answer that would not have been written. */
  readonly saved: number;
}

/** Undefined where no answer was stated before, or the threshold is not reached. */
export function earlyExit({ pFirst }: Pick<TraceMeasure, 'pFirst'>, { question }: Pick<AttentionSummary, 'question'>, threshold: number): EarlyExit | undefined {
  if (pFirst === undefined || pFirst >= question.length) return undefined;
  const token = question.findIndex(({ value }, index) => index >= pFirst && value !== undefined && value >= threshold);
  return token < 0 ? undefined : { token, saved: (question.length - token) / (question.length - pFirst) };
}

/** Over several traces at one threshold. The answer would be the first stated one; whether that is right is not judged here. */
export interface EarlyExitSummary {
  readonly threshold: number;
  readonly exits: Estimate | undefined;
  readonly saved: Estimate | undefined;
}

export function earlyExits(traces: readonly { readonly trace: Pick<TraceMeasure, 'pFirst'>; readonly attention: Pick<AttentionSummary, 'question'> }[], thresholds: readonly number[], seed: number): EarlyExitSummary[] {
  return thresholds.map((threshold) => {
    const found = traces.map(({ trace, attention }) => earlyExit(trace, attention, threshold));
    const exits = found.filter((exit) => exit !== undefined);
    return { threshold, exits: proportion(exits.length, traces.length), saved: meanEstimate(exits.map(({ saved }) => saved), seed) };
  });
}
