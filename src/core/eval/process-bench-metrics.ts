import { rightRange, type FirstErrorCounts, type RightRange } from '../metrics/first-error.ts';
import { averageEstimate, harmonicEstimate } from '../metrics/combined-interval.ts';
import { harmonicMean } from '../metrics/process-bench.ts';
import { proportion, type Estimate } from '../metrics/statistics.ts';
import type { EvalRow } from './events.ts';
import { estimateMetric, percentMetric } from './metrics.ts';
import { isRight, predict, type ProcessBenchChoice, type ProcessBenchItem } from './process-bench-item.ts';
import { valuesOf } from './step-item.ts';
import type { Metric } from './summary.ts';

export type ProcessBenchRow = EvalRow<ProcessBenchItem>;

/** A row at the threshold in use. `undefined` where a missing score leaves open what is predicted. */
export interface JudgedRow {
  readonly row: ProcessBenchRow;
  readonly hasError: boolean;
  readonly right: boolean | undefined;
}

export function judge(rows: readonly ProcessBenchRow[], { score, threshold }: Pick<ProcessBenchChoice, 'score' | 'threshold'>): JudgedRow[] {
  return rows.map((row) => {
    const predicted = predict(row.item, score, threshold);
    return { row, hasError: row.item.label !== null, right: predicted === 'unknown' ? undefined : isRight(row.item, predicted) };
  });
}

/** Whether the row has a prediction. */
export function isJudged({ right }: JudgedRow): boolean {
  return right !== undefined;
}

export function countRows(rows: readonly JudgedRow[]): FirstErrorCounts {
  const sums = [0, 0, 0, 0] as [number, number, number, number];
  for (const row of rows) countsOf(row).forEach((value, column) => (sums[column] = (sums[column] ?? 0) + value));
  return sums;
}

/** A row at the threshold in use, as counts: right and all rows with an error, right and all without. */
export function countsOf({ hasError, right }: JudgedRow): FirstErrorCounts {
  const hit = right === true ? 1 : 0;
  return hasError ? [hit, 1, 0, 0] : [0, 0, hit, 1];
}

/** F1 in [0, 1]; undefined where a kind of row is missing. */
export function f1Of([errorRight, errorRows, correctRight, correctRows]: readonly number[]): number | undefined {
  if (!errorRows || !correctRows) return undefined;
  return harmonicMean((errorRight ?? 0) / errorRows, (correctRight ?? 0) / correctRows);
}

/** F1 with its interval; undefined where a kind of row is missing. */
export function estimateF1(rows: readonly JudgedRow[]): Estimate | undefined {
  const [errorRight, errorRows, correctRight, correctRows] = countRows(rows);
  const [error, correct] = [proportion(errorRight, errorRows), proportion(correctRight, correctRows)];
  return error && correct && harmonicEstimate(error, correct);
}

/** The names of the subsets, sorted; empty where there is but one. */
export function subsetsOf(rows: readonly ProcessBenchRow[]): string[] {
  const names = [...new Set(rows.map(({ subset }) => subset ?? NO_SUBSET))].sort();
  return names.length < 2 ? [] : names;
}
const NO_SUBSET = 'no subset';

export function inSubset<Row extends { readonly row: ProcessBenchRow }>(rows: readonly Row[], name: string): Row[] {
  return rows.filter(({ row }) => (row.subset ?? NO_SUBSET) === name);
}

/** Plain mean of the subsets' F1. Undefined where one of them has none. */
function averageF1(rows: readonly JudgedRow[], subsets: readonly string[]): Estimate | undefined {
  const estimates = subsets.map((name) => estimateF1(inSubset(rows, name)));
  const known = estimates.filter((estimate) => estimate !== undefined);
  return known.length === estimates.length ? averageEstimate(known) : undefined;
}

/** The benchmark's number: F1, or with several subsets the plain mean of theirs. */
export function firstErrorF1(rows: readonly ProcessBenchRow[], choice: ProcessBenchChoice): Metric {
  const judged = judge(rows, choice).filter(isJudged);
  const subsets = subsetsOf(rows);
  const several = subsets.length > 0;
  return estimateMetric({ id: 'f1', name: several ? 'Average F1' : 'F1', of: 'rows' }, 'percent', several ? averageF1(judged, subsets) : estimateF1(judged), {
    interval: 'newcombe',
    scale: 100,
    n: judged.length,
    missing: missingKinds(countRows(judged), several),
  });
}

function missingKinds([, errorRows, , correctRows]: FirstErrorCounts, several: boolean): string {
  if (errorRows === 0 && correctRows === 0) return 'F1 is not defined: no row was evaluated.';
  if (errorRows === 0) return 'F1 is not defined: no solution has an error.';
  if (correctRows === 0) return 'F1 is not defined: every solution has an error.';
  return several ? 'The average is not defined: a subset has only solutions with an error, or only such without.' : 'F1 is not defined.';
}

/** F1 and both accuracies of some rows. `suffix` is added to the ids. */
export function groupMetrics(rows: readonly JudgedRow[], group: string | undefined, suffix: string): Metric[] {
  const counts = countRows(rows);
  const [errorRight, errorRows, correctRight, correctRows] = counts;
  const about = group === undefined ? {} : { group };
  return [
    estimateMetric({ id: `f1${suffix}`, name: 'F1', of: 'rows', ...about }, 'percent', estimateF1(rows), { interval: 'newcombe', scale: 100, n: rows.length, missing: missingKinds(counts, false) }),
    percentMetric({ id: `error-accuracy${suffix}`, name: 'Error accuracy', of: 'rows with an error', ...about }, errorRight, errorRows),
    percentMetric({ id: `correct-accuracy${suffix}`, name: 'Correct accuracy', of: 'rows without an error', ...about }, correctRight, correctRows),
  ];
}

export interface RangedRow {
  readonly row: ProcessBenchRow;
  readonly range: RightRange;
}

/** For sweeps: rows whose scores are all there, with the thresholds at which they are right. */
export function rangesOf(rows: readonly ProcessBenchRow[], { score, steps }: Pick<ProcessBenchChoice, 'score' | 'steps'>): RangedRow[] {
  return rows.flatMap((row) => {
    const values = valuesOf(row.item.scores, score);
    const { label } = row.item;
    // Scoring stopped at an error that was found before the labelled one: wrong at that threshold and above it.
    const stopped = steps === 'stop' && label !== null && values.length <= label && !values.includes(undefined);
    const range = stopped ? { hasError: true, above: Infinity, to: -Infinity } : rightRange(values, label ?? undefined);
    return range ? [{ row, range }] : [];
  });
}
