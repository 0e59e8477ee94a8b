import { harmonicEstimate } from '../metrics/combined-interval.ts';
import { sweepThresholds, type RightRange } from '../metrics/first-error.ts';
import { proportion } from '../metrics/statistics.ts';
import { createRandom } from '../random.ts';
import { countMetric, estimateMetric } from './metrics.ts';
import type { ProcessBenchChoice } from './process-bench-item.ts';
import { f1Of, type RangedRow } from './process-bench-metrics.ts';
import type { Metric } from './summary.ts';

/** Thresholds that a sweep looks at: 0.01 to 0.99, 0.5 among them. */
export const THRESHOLDS: readonly number[] = Array.from({ length: 99 }, (_, index) => (index + 1) / 100);
/** Rows of each kind in each half, below which a choice of a threshold means nothing. */
const FEWEST = 20;

/**
 * The threshold with the best F1 on one half of the rows, and its F1 on the other half: a threshold is never reported on the
 * rows that chose it. Which half a row is in depends on its number and the seed alone.
 */
export function heldOutThreshold(rows: readonly RangedRow[], { seed, steps, threshold }: ProcessBenchChoice): Metric[] {
  const first: RightRange[] = [];
  const second: RightRange[] = [];
  for (const { row, range } of rows) (createRandom(seed, row.row)() < 0.5 ? first : second).push(range);
  const name = { id: 'f1.chosen-threshold', name: 'F1 at a threshold that the other half chose', of: 'rows' };
  const few = [first, second].some((half) => [true, false].some((kind) => half.filter(({ hasError }) => hasError === kind).length < FEWEST));
  if (few) return [estimateMetric(name, 'percent', undefined, { interval: 'newcombe', n: rows.length, missing: `Not made: with fewer than ${FEWEST} rows of each kind in each half a chosen threshold means nothing.` })];
  const candidates = THRESHOLDS.filter((candidate) => steps !== 'stop' || candidate >= threshold);
  const f1s = sweepThresholds(first, candidates).map((counts) => f1Of(counts) ?? 0);
  // Of equally good ones the middle: scores that keep their distance from it stay right.
  const best = Math.max(...f1s);
  const places = f1s.flatMap((value, index) => (value === best ? [index] : []));
  const chosen = candidates[places[Math.floor((places.length - 1) / 2)] ?? 0] ?? threshold;
  const [errorRight, errorRows, correctRight, correctRows] = sweepThresholds(second, [chosen])[0] ?? [0, 0, 0, 0];
  const [error, correct] = [proportion(errorRight, errorRows), proportion(correctRight, correctRows)];
  return [
    estimateMetric(name, 'percent', error && correct && harmonicEstimate(error, correct), { interval: 'newcombe', scale: 100, n: second.length, missing: 'F1 is not defined.' }),
    countMetric({ id: 'threshold.chosen', name: 'That threshold', of: 'rows', why: `Chosen on ${first.length} rows, reported on ${second.length} others; the split is by row number and seed ${seed}.` }, 'share', chosen, first.length),
  ];
}
