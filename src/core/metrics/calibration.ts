/** A score in [0, 1] and whether what it speaks for holds. `row` is the row that it comes from: steps of one row go together. */
export interface ScoredStep {
  readonly row: number;
  readonly score: number;
  readonly right: boolean;
}

/** Steps with scores in [low, high), the last bin with its end. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly right: number;
  /** Of the scores; undefined in an empty bin. */
  readonly mean: number | undefined;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: mean distance of score and share of right ones over the bins, by their sizes. */
  readonly ece: number;
  /** Mean squared distance of score and truth. */
  readonly brier: number;
  readonly n: number;
}

/** Bins of equal width. Undefined where there is no step, or a score that is no probability. */
export function calibrate(steps: readonly ScoredStep[], bins = 10): Calibration | undefined {
  if (steps.length === 0 || steps.some(({ score }) => score < 0 || score > 1)) return undefined;
  const sums = Array.from({ length: bins }, () => ({ n: 0, right: 0, score: 0 }));
  let brier = 0;
  for (const { score, right } of steps) {
    const bin = sums[Math.min(bins - 1, Math.floor(score * bins))];
    if (bin === undefined) continue;
    bin.n++;
    bin.score += score;
    if (right) bin.right++;
    brier += (score - (right ? 1 : 0)) ** 2;
  }
  const ece = sums.reduce((sum, { right, score }) => sum + Math.abs(score - right), 0) / steps.length;
  return {
    bins: sums.map(({ n, right, score }, index) => ({ low: index / bins, high: (index + 1) / bins, n, right, mean: n === 0 ? undefined : score / n })),
    ece,
    brier: brier / steps.length,
    n: steps.length,
  };
}
