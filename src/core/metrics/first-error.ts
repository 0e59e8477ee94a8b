import { countWhile } from '../count-while.ts';

/**
 * When a row is predicted right, as a function of the threshold: for every threshold t with `above` < t <= `to`. A prediction
 * is the first step with a score under t (strict), so a row with an error at step L is right where the score of L is under t
 * and none before it is; a row without is right where no score is under t.
 */
export interface RightRange {
  readonly hasError: boolean;
  readonly above: number;
  readonly to: number;
}

/** Undefined where a score that counts is missing. `label` is 0-based, undefined for "no error"; scores after it do not count. */
export function rightRange(scores: readonly (number | undefined)[], label: number | undefined): RightRange | undefined {
  let least = Infinity;
  for (let step = 0; step < (label ?? scores.length); step++) {
    const score = scores[step];
    if (score === undefined) return undefined;
    least = Math.min(least, score);
  }
  if (label === undefined) return { hasError: false, above: -Infinity, to: least };
  const score = scores[label];
  return score === undefined ? undefined : { hasError: true, above: score, to: least };
}

/** What the scores predict; `unknown` where a score is missing before any that is under the threshold. */
export type Prediction = { readonly step: number } | 'none' | 'unknown';

export function predictFirstError(scores: readonly (number | undefined)[], threshold: number): Prediction {
  for (const [step, score] of scores.entries()) {
    if (score === undefined) return 'unknown';
    if (score < threshold) return { step };
  }
  return 'none';
}

/** Counts at a threshold: rows with an error that are right, all with an error, rows without that are right, all without. */
export type FirstErrorCounts = readonly [errorRight: number, errorRows: number, correctRight: number, correctRows: number];

/** The counts at each threshold, in the order of `thresholds`, which ascend. One pass over rows and thresholds, sorted. */
export function sweepThresholds(ranges: readonly RightRange[], thresholds: readonly number[]): FirstErrorCounts[] {
  const starts = { error: sorted(ranges, true, ({ above }) => above), correct: sorted(ranges, false, ({ above }) => above) };
  const ends = { error: sorted(ranges, true, ({ to }) => to), correct: sorted(ranges, false, ({ to }) => to) };
  return thresholds.map((threshold): FirstErrorCounts => [
    within(starts.error, ends.error, threshold),
    starts.error.length,
    within(starts.correct, ends.correct, threshold),
    starts.correct.length,
  ]);
}

/** An empty range (`to` <= `above`) is never right: it is left out of both ends, not of the count of rows. */
function sorted(ranges: readonly RightRange[], hasError: boolean, end: (range: RightRange) => number): Float64Array {
  return Float64Array.from(ranges.filter((range) => range.hasError === hasError), (range) => (range.to > range.above ? end(range) : Infinity)).sort();
}

/** Ranges that hold the threshold: those that begin under it, less those that ended under it. */
function within(starts: Float64Array, ends: Float64Array, threshold: number): number {
  return countUnder(starts, threshold) - countUnder(ends, threshold);
}

/** Values under the limit, of ascending ones. */
function countUnder(values: Float64Array, limit: number): number {
  return countWhile(values.length, (index) => (values[index] ?? Infinity) < limit);
}
