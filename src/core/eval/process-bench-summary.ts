import type { ScoredStep } from '../metrics/calibration.ts';
import type { Chart } from '../picture/chart.ts';
import { estimateMetric, metricText } from './metrics.ts';
import { confusionChart, costChart, sweepChart } from './process-bench-charts.ts';
import { heldOutThreshold } from './held-out-threshold.ts';
import { costMetrics, costNotes } from './cost.ts';
import type { ProcessBenchChoice } from './process-bench-item.ts';
import { estimateF1, firstErrorF1, groupMetrics, inSubset, isJudged, judge, rangesOf, subsetsOf, type JudgedRow, type ProcessBenchRow } from './process-bench-metrics.ts';
import { scoredSteps } from './step-choice.ts';
import { stepQuality } from './step-charts.ts';
import type { EvalSummary, Metric } from './summary.ts';

/** All numbers of a ProcessBench run. */
export function summarizeProcessBench(rows: readonly ProcessBenchRow[], choice: ProcessBenchChoice): EvalSummary {
  const judged = judge(rows, choice);
  const known = judged.filter(isJudged);
  const headline = firstErrorF1(rows, choice);
  const subsets = subsetsOf(rows);
  const all = groupMetrics(known, subsets.length === 0 ? undefined : 'all rows pooled', subsets.length === 0 ? '' : '.pooled');
  const ranges = rangesOf(rows, choice);
  const quality = choice.steps === 'stop' ? undefined : stepQuality(labelledSteps(rows, choice), undefined);
  const cost = costChart(rows, choice);
  const charts: Chart[] = [...sweepChart(ranges, choice), ...(quality?.charts ?? []), ...confusionChart(rows, choice), ...cost];
  return {
    eval: 'processbench',
    headline: metricText(headline),
    metrics: [
      ...(subsets.length === 0 ? all : [headline, ...all]),
      ...subsets.flatMap((name) => groupMetrics(inSubset(known, name), name, `.${name}`)),
      ...pessimistic(judged),
      ...otherScore(rows, choice),
      ...heldOutThreshold(ranges, choice),
      ...(quality?.metrics ?? []),
      ...costMetrics(rows.map(({ item }) => item.scores)),
    ],
    charts,
    tables: [],
    notes: [
      `A step with a ${choice.score} score under ${choice.threshold} (strict) is an error; the prediction is the first such step.`,
      ...stepNotes(rows, choice),
      ...(choice.steps === 'stop' ? ['Scoring stopped at the first error that was found: the sweep begins at the threshold in use, and there is neither calibration nor AUC, since steps after it are missing.'] : []),
      ...missingNotes(judged, rows, ranges.length),
      ...costNotes(rows.map(({ item }) => item.scores)),
    ],
  };
}

/** Steps up to the labelled error: those before it are right, it is wrong, and those after it are judged on a broken prefix. */
function labelledSteps(rows: readonly ProcessBenchRow[], choice: ProcessBenchChoice): ScoredStep[] {
  return rows.flatMap(({ row, item }) => scoredSteps(row, item.scores, choice, (step) => (item.label !== null && step > item.label ? undefined : step !== item.label)));
}

/** Rows whose prediction is open count as wrong here: the least that F1 can be. */
function pessimistic(judged: readonly JudgedRow[]): Metric[] {
  if (judged.every(isJudged)) return [];
  const name = { id: 'f1.open-as-wrong', name: 'F1, rows without a prediction as wrong', of: 'rows' };
  return [estimateMetric(name, 'percent', estimateF1(judged.map((row) => ({ ...row, right: row.right === true }))), { interval: 'newcombe', scale: 100, n: judged.length, missing: 'F1 is not defined.' })];
}

/** F1 by the other kind of score, where there is one. */
function otherScore(rows: readonly ProcessBenchRow[], choice: ProcessBenchChoice): Metric[] {
  const other = choice.score === 'soft' ? 'hard' : 'soft';
  const judged = judge(rows, { ...choice, score: other }).filter(isJudged);
  if (judged.length === 0 || choice.steps === 'stop') return [];
  const name = { id: `f1.${other}`, name: `F1 by the ${other} score`, of: 'rows' };
  return [estimateMetric(name, 'percent', estimateF1(judged), { interval: 'newcombe', scale: 100, n: judged.length, missing: 'F1 is not defined: solutions with and without an error are needed.' })];
}

function stepNotes(rows: readonly ProcessBenchRow[], { steps }: ProcessBenchChoice): string[] {
  if (steps === 'all' || rows.length === 0) return [];
  return ['Steps after the labelled error were not judged: they cannot change whether a prediction is right.'];
}

function missingNotes(judged: readonly JudgedRow[], rows: readonly ProcessBenchRow[], ranged: number): string[] {
  const open = judged.filter(({ right }) => right === undefined).length;
  const failed = rows.filter(({ item }) => item.scores.failed !== undefined);
  return [
    ...(open > 0 ? [`${open} of ${rows.length} rows have no prediction: a step before any error has no score. They are left out of F1; "F1, rows without a prediction as wrong" counts them.`] : []),
    ...(ranged < rows.length ? [`${rows.length - ranged} of ${rows.length} rows lack a score of a step that counts: they are not in the threshold sweep.`] : []),
    ...(failed[0]?.item.scores.failed === undefined ? [] : [`In ${failed.length} rows a step could not be scored, first in row ${failed[0].row}: ${failed[0].item.scores.failed}`]),
  ];
}
