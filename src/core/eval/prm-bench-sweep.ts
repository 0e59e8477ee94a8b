import type { ScoredStep } from '../metrics/calibration.ts';
import { stepScores } from '../metrics/prm-bench.ts';
import type { Chart, ChartPoint } from '../picture/chart.ts';
import { THRESHOLDS } from './held-out-threshold.ts';
import { numberText } from './metrics.ts';

/** PRMScore, F1 and negative F1 over thresholds, all steps pooled. */
export function prmSweepChart(steps: readonly ScoredStep[], threshold: number): Chart[] {
  if (steps.length === 0) return [];
  const right = Float64Array.from(steps.filter((step) => step.right), ({ score }) => score).sort();
  const wrong = Float64Array.from(steps.filter((step) => !step.right), ({ score }) => score).sort();
  let [rightUnder, wrongUnder] = [0, 0];
  const rows = THRESHOLDS.map((x) => {
    while ((right[rightUnder] ?? Infinity) < x) rightUnder++;
    while ((wrong[wrongUnder] ?? Infinity) < x) wrongUnder++;
    return { x, scores: stepScores({ truePositive: right.length - rightUnder, falseNegative: rightUnder, trueNegative: wrongUnder, falsePositive: wrong.length - wrongUnder }) };
  });
  const line = (of: (row: (typeof rows)[number]) => number | undefined): ChartPoint[] => rows.flatMap((row) => (of(row) === undefined ? [] : [{ x: row.x, y: 100 * (of(row) ?? 0) }]));
  const series = [
    { name: 'PRMScore', points: line(({ scores }) => scores.prmScore) },
    { name: 'F1 of right steps', points: line(({ scores }) => scores.f1) },
    { name: 'F1 of wrong steps', points: line(({ scores }) => scores.negativeF1) },
  ].filter(({ points }) => points.length > 0);
  const main = series[0]?.points ?? [];
  return [
    {
      kind: 'lines',
      id: 'sweep',
      name: 'Threshold sweep',
      description: `PRMScore and both F1 (%) at thresholds from 0.01 to 0.99, over ${steps.length} steps pooled; the line marks the threshold in use. ${series[0]?.name ?? ''} is between ${numberText(Math.min(...main.map(({ y }) => y)), 1)} and ${numberText(Math.max(...main.map(({ y }) => y)), 1)}. The best of them is not a result: it was chosen on these steps.`,
      x: { name: 'threshold', domain: [0, 1] },
      y: { name: '%', domain: [0, 100] },
      series,
      mark: { x: threshold, name: `threshold ${threshold}` },
    },
  ];
}
