import { normalEstimate, type Estimate } from './statistics.ts';
import type { ScoredStep } from './calibration.ts';

/** A point of a ROC curve: wrong steps are what is to be found, so a step under the threshold is a find. */
export interface RocPoint {
  readonly threshold: number;
  /** Right steps under the threshold, of all right ones. */
  readonly falseAlarms: number;
  /** Wrong steps under the threshold, of all wrong ones. */
  readonly found: number;
}

export interface Roc {
  /** At most `most` points of the curve, its ends included. */
  readonly points: readonly RocPoint[];
  /** Area under the curve: how often a wrong step scores lower than a right one, ties by half. */
  readonly auc: Estimate;
  readonly right: number;
  readonly wrong: number;
}

/**
 * ROC curve and its area, with the interval of Obuchowski 1997 ("Nonparametric analysis of clustered ROC curve data"), which
 * takes the steps of one row as belonging together. Undefined unless there are right and wrong steps.
 */
export function roc(steps: readonly ScoredStep[], most = 200): Roc | undefined {
  const sorted = [...steps].sort((a, b) => a.score - b.score);
  const wrong = sorted.filter(({ right }) => !right).length;
  const right = sorted.length - wrong;
  if (right === 0 || wrong === 0) return undefined;
  /** For each wrong step the share of right ones above it, for each right step the share of wrong ones below it; ties by half. */
  const clusters = new Map<number, Cluster>();
  const points: RocPoint[] = [{ threshold: -Infinity, falseAlarms: 0, found: 0 }];
  let [rightSeen, wrongSeen, area] = [0, 0, 0];
  for (let start = 0; start < sorted.length; ) {
    const score = sorted[start]?.score;
    let end = start;
    let wrongHere = 0;
    for (; end < sorted.length && sorted[end]?.score === score; end++) if (sorted[end]?.right === false) wrongHere++;
    const rightHere = end - start - wrongHere;
    const aboveWrong = (right - rightSeen - rightHere / 2) / right;
    const belowRight = (wrongSeen + wrongHere / 2) / wrong;
    area += wrongHere * aboveWrong;
    for (let at = start; at < end; at++) {
      const step = sorted[at];
      if (step) addTo(clusters, step, step.right ? belowRight : aboveWrong);
    }
    rightSeen += rightHere;
    wrongSeen += wrongHere;
    points.push({ threshold: sorted[end]?.score ?? Infinity, falseAlarms: rightSeen / right, found: wrongSeen / wrong });
    start = end;
  }
  const value = area / wrong;
  return { points: thinned(points, most), auc: normalEstimate(value, clusteredError(clusters, value, wrong, right), sorted.length, [0, 1]), right, wrong };
}

/** Sums over the steps of a row. */
interface Cluster {
  wrong: number;
  right: number;
  wrongSum: number;
  rightSum: number;
}

function addTo(clusters: Map<number, Cluster>, step: ScoredStep, component: number): void {
  const cluster = clusters.get(step.row) ?? { wrong: 0, right: 0, wrongSum: 0, rightSum: 0 };
  clusters.set(step.row, cluster);
  if (step.right) {
    cluster.right++;
    cluster.rightSum += component;
  } else {
    cluster.wrong++;
    cluster.wrongSum += component;
  }
}

/** Obuchowski 1997, equations 2 to 5. */
function clusteredError(clusters: ReadonlyMap<number, Cluster>, area: number, wrong: number, right: number): number {
  let [rows, wrongRows, rightRows, wrongSquares, rightSquares, products] = [0, 0, 0, 0, 0, 0];
  for (const cluster of clusters.values()) {
    const byWrong = cluster.wrongSum - cluster.wrong * area;
    const byRight = cluster.rightSum - cluster.right * area;
    rows++;
    if (cluster.wrong > 0) wrongRows++;
    if (cluster.right > 0) rightRows++;
    wrongSquares += byWrong ** 2;
    rightSquares += byRight ** 2;
    products += byWrong * byRight;
  }
  const factor = (count: number) => (count > 1 ? count / (count - 1) : 1);
  const variance = (factor(wrongRows) * wrongSquares) / wrong ** 2 + (factor(rightRows) * rightSquares) / right ** 2 + (2 * factor(rows) * products) / (wrong * right);
  return Math.sqrt(Math.max(0, variance));
}

function thinned<Value>(values: readonly Value[], most: number): Value[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, index) => values[Math.round((index * (values.length - 1)) / (most - 1))]).filter((value) => value !== undefined);
}
