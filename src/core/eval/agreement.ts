import * as v from 'valibot';
import type { ScoredStep } from '../metrics/calibration.ts';
import { cohenKappa } from '../metrics/kappa.ts';
import { bootstrapSums, type Estimate } from '../metrics/statistics.ts';
import type { Chart } from '../picture/chart.ts';
import { costMetrics, costNotes, jointCost } from './cost.ts';
import type { Eval, EvalSettings } from './eval.ts';
import type { EvalRow } from './events.ts';
import { estimateMetric, metricText, percentMetric } from './metrics.ts';
import { scoreRows } from './score-rows.ts';
import { SCORE_OPTION, scoredSteps, stepChoice, verdictsOf, type StepChoice } from './step-choice.ts';
import { stepQuality } from './step-charts.ts';
import { rowReader, scoresSchema, storeScores } from './step-item.ts';
import { stepTruth } from './step-truth.ts';
import type { EvalSummary, Metric } from './summary.ts';

const itemSchema = v.object({
  /** One a step: whether the data says that it is right; null where it does not say. */
  truth: v.array(v.nullable(v.boolean())),
  /** One or two judges. */
  judges: v.array(scoresSchema),
});
export type AgreementItem = v.InferOutput<typeof itemSchema>;
type Row = EvalRow<AgreementItem>;

interface Choice extends StepChoice {
  readonly names: readonly string[];
}

function choiceOf(settings: EvalSettings): Choice {
  const [first = 'the verifier', second = 'the second judge'] = settings.judges ?? settings.scores;
  // Two files of the same name are two judges all the same, and so is a model that is asked in two ways.
  const names = first === second ? [`${first} (first)`, `${second} (second)`] : [first, second];
  return { ...stepChoice(settings), names };
}

/** Step verdicts of one judge against the labels, or of two judges against each other and the labels. */
export const agreementEval: Eval<AgreementItem> = {
  name: 'agreement',
  title: 'Agreement of step verdicts',
  description: "How often two judges of steps (verifiers, or a verifier and the data's labels) say the same, Cohen's kappa beyond chance, AUC against the labels, and the paired difference of their accuracies on the same steps.",
  needs: { label: 'none', scores: { min: 1, max: 2 } },
  options: [SCORE_OPTION],
  unfit: () => undefined,
  async *run(context) {
    const single = context.scores.length < 2;
    yield* scoreRows<AgreementItem>(context, {
      unfit: (trace) => (single && stepTruth(trace).every((truth) => truth === undefined) ? 'it has no label of any step, and there is one judge: nothing to agree with.' : undefined),
      wish: (trace) => ({ trace, partial: true }),
      item: (trace, judges) => ({ truth: stepTruth(trace).map((truth) => truth ?? null), judges: judges.map(storeScores) }),
    });
  },
  readRow: rowReader(itemSchema),
  summarize: (rows, settings) => summarize(rows, choiceOf(settings)),
  headline(rows, settings) {
    const [pair] = pairsOf(rows, choiceOf(settings));
    return pair && pair.n > 0 ? metricText(agreementMetric(pair)) : undefined;
  },
  pooled: {
    name: 'Agreement',
    columns: (row, settings) => pairsOf([row], choiceOf(settings))[0]?.columns[0],
    value: share,
  },
  outcome({ item }, settings) {
    const choice = choiceOf(settings);
    const [first, second = verdictsOfLabels(item)] = item.judges.map((scores) => verdictsOf(scores, choice));
    const both = (first ?? []).flatMap((verdict, step) => (verdict !== undefined && second[step] !== undefined ? [step] : []));
    const steps = both.filter((step) => first?.[step] !== second[step]);
    const [at] = steps;
    if (both.length === 0) return { state: 'open', text: 'no step that both judged' };
    return { state: steps.length === 0 ? 'right' : 'wrong', text: steps.length === 0 ? 'every verdict agrees' : `the verdicts differ at ${steps.map((step) => step + 1).join(', ')}`, ...(at !== undefined && { step: at }) };
  },
};

type Verdicts = readonly (boolean | undefined)[];

function verdictsOfLabels({ truth }: AgreementItem): Verdicts {
  return truth.map((right) => right ?? undefined);
}

/** Two judges with their counts: by row, [both right, first right, second right, both wrong]. */
interface Pair {
  readonly id: string;
  readonly name: string;
  readonly sides: readonly [string, string];
  readonly columns: readonly (readonly number[])[];
  readonly n: number;
}

const LABELS = 'labels';

/** All pairs of judges that have steps in common, the one that the eval is about first. */
function pairsOf(rows: readonly Row[], choice: Choice): Pair[] {
  const two = rows.some(({ item }) => item.judges.length > 1);
  const [first = '', second = ''] = choice.names;
  const judge = (index: number) => (row: Row) => {
    const scores = row.item.judges[index];
    return scores ? verdictsOf(scores, choice) : [];
  };
  const labels = (row: Row) => verdictsOfLabels(row.item);
  const pairs = [
    ...(two ? [pairOf(rows, 'judges', [first, second], judge(0), judge(1))] : []),
    pairOf(rows, two ? 'first' : 'labels', [first, LABELS], judge(0), labels),
    ...(two ? [pairOf(rows, 'second', [second, LABELS], judge(1), labels)] : []),
  ];
  return pairs.filter(({ n, id }) => n > 0 || id === 'judges' || id === 'labels');
}

function pairOf(rows: readonly Row[], id: string, sides: readonly [string, string], first: (row: Row) => Verdicts, second: (row: Row) => Verdicts): Pair {
  const columns = rows.map((row) => {
    const counts = [0, 0, 0, 0];
    const [one, other] = [first(row), second(row)];
    one.forEach((verdict, step) => {
      const against = other[step];
      if (verdict === undefined || against === undefined) return;
      const cell = (verdict ? 0 : 2) + (against ? 0 : 1);
      counts[cell] = (counts[cell] ?? 0) + 1;
    });
    return counts;
  });
  return { id, name: `${sides[0]} and ${sides[1]}`, sides, columns, n: columns.reduce((sum, counts) => sum + counts.reduce((inner, count) => inner + count, 0), 0) };
}

function kappaOf([yesYes = 0, yesNo = 0, noYes = 0, noNo = 0]: readonly number[]): number | undefined {
  return cohenKappa([[yesYes, yesNo], [noYes, noNo]]);
}

function share([yesYes = 0, yesNo = 0, noYes = 0, noNo = 0]: readonly number[]): number | undefined {
  const n = yesYes + yesNo + noYes + noNo;
  return n === 0 ? undefined : (yesYes + noNo) / n;
}

/** An estimate over rows, with the number of steps that it is about. */
function ofSteps(estimate: Estimate | undefined, n: number): Estimate | undefined {
  return estimate && { ...estimate, n };
}

function agreementMetric({ id, name, columns, n }: Pair, seed = 0): Metric {
  return estimateMetric({ id: `agreement.${id}`, name: 'Agreement', group: name, of: 'steps' }, 'percent', ofSteps(bootstrapSums(columns, share, seed), n), { interval: 'bootstrap', scale: 100, n, missing: 'Not defined: there is no step that both judged.' });
}

function kappaMetric({ id, name, columns, n }: Pair, seed: number): Metric {
  return estimateMetric({ id: `kappa.${id}`, name: "Cohen's kappa", group: name, of: 'steps' }, 'ratio', ofSteps(bootstrapSums(columns, kappaOf, seed), n), { interval: 'bootstrap', n, missing: 'Not defined: no step that both judged, or both always say one and the same.' });
}

function summarize(rows: readonly Row[], choice: Choice): EvalSummary {
  const pairs = pairsOf(rows, choice);
  const [main] = pairs;
  const judges = Math.max(0, ...rows.slice(0, 1).map(({ item }) => item.judges.length));
  const qualities = Array.from({ length: judges }, (_, judge) => stepQuality(knownSteps(rows, judge, choice), judges > 1 ? choice.names[judge] : undefined, judges > 1 ? `.${judge === 0 ? 'first' : 'second'}` : ''));
  const costs = rows.map(({ item }) => jointCost(item.judges));
  const labelled = rows.some(({ item }) => item.truth.some((truth) => truth !== null));
  return {
    eval: 'agreement',
    headline: main ? metricText(agreementMetric(main, choice.seed)) : 'no row was evaluated',
    metrics: [...pairs.flatMap((pair) => [agreementMetric(pair, choice.seed), kappaMetric(pair, choice.seed)]), ...(judges > 1 && labelled ? [difference(rows, choice)] : []), ...sameRows(rows, choice), ...qualities.flatMap(({ metrics }) => (labelled ? metrics : [])), ...costMetrics(costs)],
    charts: [...pairs.filter(({ n }) => n > 0).map(matrix), ...qualities.flatMap(({ charts }) => charts)],
    tables: [],
    notes: [
      `A step with a ${choice.score} score under ${choice.threshold} (strict) is an error, for both judges.`,
      'Steps after a labelled first error have no label of their own: there the judges are only held against each other.',
      ...(labelled ? [] : ['The data has no labels: the judges are only held against each other.']),
      'Intervals are over rows: steps of one solution go together.',
      ...costNotes(costs),
    ],
  };
}

function knownSteps(rows: readonly Row[], judge: number, choice: Choice): ScoredStep[] {
  return rows.flatMap(({ row, item }) => {
    const scores = item.judges[judge];
    return scores ? scoredSteps(row, scores, choice, (step) => item.truth[step] ?? undefined) : [];
  });
}

/** Accuracy of the second less that of the first, on the steps that both and the labels judge: paired. */
function difference(rows: readonly Row[], choice: Choice): Metric {
  const columns = rows.map(({ item }) => {
    const [first = [], second = []] = item.judges.map((scores) => verdictsOf(scores, choice));
    const counts = [0, 0, 0];
    item.truth.forEach((right, step) => {
      const [one, other] = [first[step], second[step]];
      if (right === null || one === undefined || other === undefined) return;
      counts[0] = (counts[0] ?? 0) + (one === right ? 1 : 0);
      counts[1] = (counts[1] ?? 0) + (other === right ? 1 : 0);
      counts[2] = (counts[2] ?? 0) + 1;
    });
    return counts;
  });
  const n = columns.reduce((sum, counts) => sum + (counts[2] ?? 0), 0);
  const estimate = bootstrapSums(columns, ([one = 0, other = 0, all = 0]) => (all === 0 ? undefined : (other - one) / all), choice.seed);
  const name = { id: 'accuracy-difference', name: 'Accuracy, second less first (paired, points)', of: 'steps', group: `${choice.names[1] ?? ''} less ${choice.names[0] ?? ''}` };
  return estimateMetric(name, 'percent', ofSteps(estimate, n), { interval: 'bootstrap', scale: 100, n, missing: 'Not defined: there is no step that both and the labels judge.' });
}

/** Rows on which every verdict agrees. */
function sameRows(rows: readonly Row[], choice: Choice): Metric[] {
  const [main] = pairsOf(rows, choice);
  const judged = main?.columns.filter((counts) => counts.some((count) => count > 0)) ?? [];
  return [percentMetric({ id: 'agreement.rows', name: 'Rows without a difference', of: 'rows', ...(main && { group: main.name }) }, judged.filter(([, yesNo, noYes]) => yesNo === 0 && noYes === 0).length, judged.length)];
}

function matrix({ id, name, sides, columns, n }: Pair): Chart {
  const sums = [0, 1, 2, 3].map((cell) => columns.reduce((sum, counts) => sum + (counts[cell] ?? 0), 0));
  const [yesYes = 0, yesNo = 0, noYes = 0, noNo = 0] = sums;
  return {
    kind: 'matrix',
    id: `verdicts-${id}`,
    name: `Verdicts of ${name}`,
    description: `How often each verdict of ${sides[0]} (rows) met each of ${sides[1]} (columns), over ${n} steps: ${yesYes + noNo} agree.`,
    x: { name: sides[1] },
    y: { name: sides[0] },
    columns: ['right', 'wrong'],
    rows: ['right', 'wrong'],
    counts: [[yesYes, yesNo], [noYes, noNo]],
    agree: [[0, 0], [1, 1]],
  };
}
