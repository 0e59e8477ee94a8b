import * as v from 'valibot';
import { ALL_RIGHT_CLASS, classScore, countSteps, PRM_BENCH_CATEGORIES, stepScores } from '../metrics/prm-bench.ts';
import { bootstrapSums, mean } from '../metrics/statistics.ts';
import { costMetrics, costNotes } from './cost.ts';
import type { Eval } from './eval.ts';
import type { EvalRow } from './events.ts';
import { estimateMetric, metricText } from './metrics.ts';
import { scoreRows } from './score-rows.ts';
import { SCORE_OPTION, scoredSteps, stepChoice, verdictsOf, type StepChoice } from './step-choice.ts';
import { stepQuality } from './step-charts.ts';
import { rowReader, scoresSchema, storeScores, valuesOf } from './step-item.ts';
import { stepTruth } from './step-truth.ts';
import type { EvalSummary, Metric } from './summary.ts';
import { prmSweepChart } from './prm-bench-sweep.ts';

const itemSchema = v.object({
  /** One a step: whether it is right. */
  right: v.array(v.boolean()),
  scores: scoresSchema,
});
export type PrmBenchItem = v.InferOutput<typeof itemSchema>;
type Row = EvalRow<PrmBenchItem>;

/** PRMBench ("PRMBench: A Fine-grained and Challenging Benchmark for Process-Level Reward Models", Song et al. 2025). */
export const prmBenchEval: Eval<PrmBenchItem> = {
  name: 'prmbench',
  title: 'PRMBench: every wrong step',
  description: 'PRMScore, the mean of the F1 of right and of wrong steps with the counts of all items pooled, by class (F1 alone for multi_solutions), and the plain means of the classes for simplicity, soundness and sensitivity.',
  needs: { label: 'step-ratings', scores: { min: 1, max: 1 } },
  options: [SCORE_OPTION],
  unfit(trace) {
    const { unusedLabel } = trace.given ?? {};
    if (unusedLabel) return `"${unusedLabel.field}" names step ${unusedLabel.value}, which its ${trace.steps.length} steps, counted from ${unusedLabel.indexBase ?? 0}, do not have: correct it.`;
    return stepTruth(trace).includes(undefined) ? 'it has no judgement of every step ("error_steps" or ratings): the eval needs one.' : undefined;
  },
  run: (context) =>
    scoreRows<PrmBenchItem>(context, {
      unfit: (trace) => prmBenchEval.unfit(trace),
      wish: (trace) => ({ trace }),
      item: (trace, [scores]) => ({ right: stepTruth(trace).map((right) => right === true), scores: storeScores(scores ?? { soft: [] }) }),
    }),
  readRow: rowReader(itemSchema),
  summarize: (rows, settings) => summarize(rows, stepChoice(settings)),
  headline(rows, settings) {
    const metric = overall(countedRows(rows, stepChoice(settings)), stepChoice(settings));
    return metric.value === undefined ? undefined : metricText(metric);
  },
  pooled: {
    name: 'PRMScore',
    columns: (row, settings) => countedRows([row], stepChoice(settings))[0]?.columns,
    value: (sums) => scoresOf(sums).prmScore,
  },
  outcome({ item }, settings) {
    const verdicts = verdictsOf(item.scores, stepChoice(settings));
    const missing = item.right.flatMap((_, step) => (verdicts[step] === undefined ? [step] : []));
    const wrong = verdicts.flatMap((verdict, step) => (verdict === undefined || verdict === item.right[step] ? [] : [step]));
    const errors = item.right.flatMap((right, step) => (right ? [] : [step]));
    const numbers = (steps: readonly number[]): string => steps.map((step) => step + 1).join(', ');
    const [first = missing[0]] = wrong;
    const text = [
      errors.length === 0 ? 'no wrong step' : `wrong: ${numbers(errors)}`,
      ...(wrong.length > 0 ? [`the verdict differs at ${numbers(wrong)}`] : missing.length === 0 ? ['every verdict agrees'] : []),
      ...(missing.length > 0 ? [`no score of step ${numbers(missing)}`] : []),
    ].join('; ');
    return { state: missing.length > 0 ? 'open' : wrong.length === 0 ? 'right' : 'wrong', text, ...(first !== undefined && { step: first }) };
  },
};

/** [true positive, false positive, true negative, false negative] of a row. */
type Columns = readonly [number, number, number, number];

interface CountedRow {
  readonly row: Row;
  readonly columns: Columns;
}

/** Rows with a score of every step: the others cannot be counted. */
function countedRows(rows: readonly Row[], { score, threshold }: StepChoice): CountedRow[] {
  return rows.flatMap((row): CountedRow[] => {
    const values = valuesOf(row.item.scores, score);
    const known = values.filter((value) => value !== undefined);
    if (known.length !== row.item.right.length) return [];
    const { truePositive, falsePositive, trueNegative, falseNegative } = countSteps(known, row.item.right, threshold);
    return [{ row, columns: [truePositive, falsePositive, trueNegative, falseNegative] }];
  });
}

function scoresOf([truePositive = 0, falsePositive = 0, trueNegative = 0, falseNegative = 0]: readonly number[]) {
  return stepScores({ truePositive, falsePositive, trueNegative, falseNegative });
}

const UNDEFINED = 'Not defined: there are no such steps to be right or wrong about.';

function overall(rows: readonly CountedRow[], { seed }: StepChoice): Metric {
  const estimate = bootstrapSums(rows.map(({ columns }) => columns), (sums) => scoresOf(sums).prmScore, seed);
  return estimateMetric({ id: 'prmscore', name: 'PRMScore', group: 'overall', of: 'rows' }, 'percent', estimate, { interval: 'bootstrap', scale: 100, n: rows.length, missing: UNDEFINED });
}

/** F1 and negative F1, pooled, beside the overall score. */
function parts(rows: readonly CountedRow[], { seed }: StepChoice): Metric[] {
  const pick = (id: string, name: string, value: (sums: readonly number[]) => number | undefined) =>
    estimateMetric({ id, name, group: 'overall', of: 'rows' }, 'percent', bootstrapSums(rows.map(({ columns }) => columns), value, seed), { interval: 'bootstrap', scale: 100, n: rows.length, missing: UNDEFINED });
  return [pick('f1', 'F1 of right steps', (sums) => scoresOf(sums).f1), pick('negative-f1', 'F1 of wrong steps', (sums) => scoresOf(sums).negativeF1)];
}

function classMetrics(rows: readonly CountedRow[], classes: readonly string[], { seed }: StepChoice): Metric[] {
  return classes.map((name) => {
    const own = rows.filter(({ row }) => row.subset === name);
    const estimate = bootstrapSums(own.map(({ columns }) => columns), (sums) => classScore(name, scoresOf(sums)), seed);
    return estimateMetric({ id: `prmscore.${name}`, name: name === ALL_RIGHT_CLASS ? 'F1' : 'PRMScore', group: name, of: 'rows' }, 'percent', estimate, { interval: 'bootstrap', scale: 100, n: own.length, missing: UNDEFINED });
  });
}

/** The plain mean of a category's classes; without a value unless all of them are there. */
function categoryMetric(rows: readonly CountedRow[], category: keyof typeof PRM_BENCH_CATEGORIES, { seed }: StepChoice): Metric {
  const classes: readonly string[] = PRM_BENCH_CATEGORIES[category];
  const own = rows.filter(({ row }) => row.subset !== undefined && classes.includes(row.subset));
  const absent = classes.filter((name) => own.every(({ row }) => row.subset !== name));
  const columns = own.map(({ row, columns: counts }) => classes.flatMap((name) => (name === row.subset ? counts : [0, 0, 0, 0])));
  const value = (sums: readonly number[]) => {
    const scores = classes.map((name, index) => classScore(name, scoresOf(sums.slice(4 * index, 4 * index + 4))));
    const known = scores.filter((score) => score !== undefined);
    return known.length === classes.length ? mean(known) : undefined;
  };
  const missing = absent.length > 0 ? `Not defined: the data has no ${absent.join(', ')}.` : UNDEFINED;
  return estimateMetric({ id: `prmscore.${category}`, name: 'PRMScore, mean of classes', group: category, of: 'rows' }, 'percent', bootstrapSums(columns, value, seed), { interval: 'bootstrap', scale: 100, n: own.length, missing });
}

function summarize(rows: readonly Row[], choice: StepChoice): EvalSummary {
  const counted = countedRows(rows, choice);
  const headline = overall(counted, choice);
  const known: readonly string[] = Object.values(PRM_BENCH_CATEGORIES).flat();
  const present = [...new Set(counted.flatMap(({ row }) => (row.subset === undefined ? [] : [row.subset])))];
  const classes = [...known.filter((name) => present.includes(name)), ...present.filter((name) => !known.includes(name)).sort()];
  const steps = counted.flatMap(({ row }) => scoredSteps(row.row, row.item.scores, choice, (step) => row.item.right[step] === true));
  const quality = stepQuality(steps, undefined);
  const left = rows.length - counted.length;
  return {
    eval: 'prmbench',
    headline: metricText(headline),
    metrics: [
      headline,
      ...parts(counted, choice),
      ...(['simplicity', 'soundness', 'sensitivity'] as const).map((category) => categoryMetric(counted, category, choice)),
      ...classMetrics(counted, classes, choice),
      ...quality.metrics,
      ...costMetrics(rows.map(({ item }) => item.scores)),
    ],
    charts: [...prmSweepChart(steps, choice.threshold), ...quality.charts],
    tables: [],
    notes: [
      `A step with a ${choice.score} score under ${choice.threshold} (strict) is taken for wrong. Published numbers depend on this threshold: compare at the same one.`,
      'Intervals are over rows: steps of one solution go together.',
      ...(left > 0 ? [`${left} of ${rows.length} rows lack a score of a step: they are left out.`] : []),
      ...costNotes(rows.map(({ item }) => item.scores)),
    ],
  };
}
