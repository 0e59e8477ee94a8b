import { sweepThresholds } from '../metrics/first-error.ts';
import { mean } from '../metrics/statistics.ts';
import type { Chart, ChartPoint } from '../picture/chart.ts';
import { THRESHOLDS } from './held-out-threshold.ts';
import { numberText } from './metrics.ts';
import { predict, type ProcessBenchChoice } from './process-bench-item.ts';
import { estimateF1, f1Of, isJudged, judge, type ProcessBenchRow, type RangedRow } from './process-bench-metrics.ts';

/** Steps that have a place of their own in the confusion; later ones share one. */
const MOST_STEPS = 10;

/** F1 and both accuracies over thresholds, all rows pooled. */
export function sweepChart(rows: readonly RangedRow[], { threshold, steps }: ProcessBenchChoice): Chart[] {
  if (rows.length === 0) return [];
  const thresholds = THRESHOLDS.filter((candidate) => steps !== 'stop' || candidate >= threshold);
  const counts = sweepThresholds(rows.map(({ range }) => range), thresholds);
  const line = (value: (counts: readonly number[]) => number | undefined): ChartPoint[] =>
    thresholds.flatMap((x, index) => {
      const y = value(counts[index] ?? []);
      return y === undefined ? [] : [{ x, y: 100 * y }];
    });
  const series = [
    { name: 'F1', points: line(f1Of) },
    { name: 'error accuracy', points: line(([hits = 0, all = 0]) => (all === 0 ? undefined : hits / all)) },
    { name: 'correct accuracy', points: line(([, , hits = 0, all = 0]) => (all === 0 ? undefined : hits / all)) },
  ].filter(({ points }) => points.length > 0);
  const f1 = series.find(({ name }) => name === 'F1')?.points ?? [];
  const range = f1.length === 0 ? '' : ` Over these thresholds F1 is between ${numberText(Math.min(...f1.map(({ y }) => y)), 1)} and ${numberText(Math.max(...f1.map(({ y }) => y)), 1)}.`;
  return [
    {
      kind: 'lines',
      id: 'sweep',
      name: 'Threshold sweep',
      description: `F1 and both accuracies (%) at thresholds from ${thresholds[0] ?? 0} to ${thresholds.at(-1) ?? 1}, all ${rows.length} rows pooled; the line marks the threshold in use.${range} The best of them is not a result: it was chosen on these rows.`,
      x: { name: 'threshold', domain: [0, 1] },
      y: { name: '%', domain: [0, 100] },
      series,
      mark: { x: threshold, name: `threshold ${threshold}` },
    },
  ];
}

/** Labelled against predicted first step. */
export function confusionChart(rows: readonly ProcessBenchRow[], { score, threshold, steps }: ProcessBenchChoice): Chart[] {
  const judged = rows.filter(({ item }) => predict(item, score, threshold) !== 'unknown');
  if (judged.length === 0) return [];
  const last = Math.min(MOST_STEPS, 1 + largest(judged, ({ item }) => Math.max(item.label ?? 0, predictedStep(item, score, threshold) ?? 0)));
  const place = (step: number | undefined) => (step === undefined ? last : Math.min(step, last - 1));
  const names = Array.from({ length: last }, (_, index) => (index === MOST_STEPS - 1 ? `${index + 1}+` : String(index + 1)));
  const counts = Array.from({ length: last + 1 }, () => new Array<number>(last + 1).fill(0));
  for (const { item } of judged) {
    const row = counts[place(item.label ?? undefined)];
    const column = place(predictedStep(item, score, threshold));
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  const hits = counts.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const none = steps === 'all' ? 'none' : 'none or later';
  return [
    {
      kind: 'matrix',
      id: 'confusion',
      name: 'Labelled and predicted first error',
      description: `How often each labelled first error (rows) met each predicted one (columns), over ${judged.length} rows; ${hits} lie on the diagonal.${last === MOST_STEPS ? ` Steps from ${MOST_STEPS} on share a place.` : ''}${steps === 'all' ? '' : ' Steps after the labelled one were not judged, so "none or later" is one column.'}`,
      x: { name: 'predicted' },
      y: { name: 'labelled' },
      columns: [...names, none],
      rows: [...names, 'none'],
      counts,
      agree: counts.map((_, index) => [index, index] as const),
    },
  ];
}

function largest<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return values.reduce((most, value) => Math.max(most, of(value)), 0);
}

function predictedStep(item: ProcessBenchRow['item'], score: 'soft' | 'hard', threshold: number): number | undefined {
  const predicted = predict(item, score, threshold);
  return typeof predicted === 'object' ? predicted.step : undefined;
}

/** F1 against tokens, for the first 1, 2, 4, … analyses of each step: what more analyses buy. */
export function costChart(rows: readonly ProcessBenchRow[], choice: ProcessBenchChoice): Chart[] {
  const k = largest(rows, ({ item }) => largest(item.scores.readings ?? [], (list) => list.length));
  // Files of scores may have several readings and not say what they cost.
  const priced = rows.every(({ item: { scores } }) => scores.readings === undefined || scores.readingTokens !== undefined);
  if (k < 2 || !priced || choice.score !== 'soft' || choice.steps === 'stop') return [];
  const sizes = [...new Set([...Array.from({ length: Math.floor(Math.log2(k)) + 1 }, (_, power) => 2 ** power), k])];
  const points = sizes.flatMap((size): ChartPoint[] => {
    const cut = rows.map((row) => firstReadings(row, size));
    const f1 = estimateF1(judge(cut, choice).filter(isJudged));
    const tokens = mean(cut.map(({ item }) => item.scores.tokens ?? 0));
    return f1 && tokens !== undefined ? [{ x: tokens, y: 100 * f1.value, low: 100 * f1.low, high: 100 * f1.high, n: f1.n, label: `K = ${size}` }] : [];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  return [
    {
      kind: 'points',
      id: 'cost',
      name: 'F1 against tokens',
      description: `F1 (%) when only the first analyses of each step count, against the verifier's tokens a row, all rows pooled. All are sampled, so K = 1 is not the greedy one. From ${numberText(first.y, 1)} at K = 1 to ${numberText(last.y, 1)} at K = ${k}.`,
      x: { name: 'verifier tokens a row', scale: 'log' },
      y: { name: 'F1 (%)' },
      series: [{ name: 'F1', points }],
    },
  ];
}

/** The row as it would be with the first analyses alone. */
function firstReadings(row: ProcessBenchRow, size: number): ProcessBenchRow {
  const { readings = [], readingTokens = [] } = row.item.scores;
  const soft = readings.map((list) => mean(list.slice(0, size).filter((value) => value !== null)) ?? null);
  const tokens = readingTokens.reduce((sum, list) => sum + list.slice(0, size).reduce((inner, value) => inner + value, 0), 0);
  return { ...row, item: { ...row.item, scores: { soft, tokens } } };
}
