/** One solution: the labelled and the predicted first error, 0-based; undefined is "no error". */
export interface ProcessBenchItem {
  readonly label: number | undefined;
  readonly predicted: number | undefined;
}

/** Percentages in [0, 100] with their counts; undefined where there is no row of that kind. */
export interface ProcessBenchResult {
  readonly errorAccuracy: number | undefined;
  readonly errorRows: number;
  readonly correctAccuracy: number | undefined;
  readonly correctRows: number;
  /** Harmonic mean of the two; 0 if both are 0; undefined where one of them is. */
  readonly f1: number | undefined;
}

/**
 * ProcessBench ("ProcessBench: Identifying Process Errors in Mathematical Reasoning", section 4.1): accuracy of the predicted
 * first error on solutions with an error, and of "no error" on those without, and their harmonic mean.
 */
export function processBench(items: readonly ProcessBenchItem[]): ProcessBenchResult {
  const wrong = items.filter((item) => item.label !== undefined);
  const right = items.filter((item) => item.label === undefined);
  const errorAccuracy = accuracy(wrong);
  const correctAccuracy = accuracy(right);
  return { errorAccuracy, errorRows: wrong.length, correctAccuracy, correctRows: right.length, f1: harmonicMean(errorAccuracy, correctAccuracy) };
}

function accuracy(items: readonly ProcessBenchItem[]): number | undefined {
  if (items.length === 0) return undefined;
  return (100 * items.filter(({ label, predicted }) => label === predicted).length) / items.length;
}

/** Undefined where one of the two is; 0 where both are 0. */
export function harmonicMean(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}
