import { mean, type Estimate } from '../metrics/statistics.ts';
import type { Axis, Chart, ChartPoint, NamedInterval } from '../picture/chart.ts';
import type { Deviation, Halves } from './events.ts';
import { splitHalves } from './halves.ts';
import { isControl, planName } from './plan.ts';
import { detectorText, planText } from './report-provenance.ts';
import { rowRef } from '../report/row-ref.ts';
import { biasRows } from './report-rows.ts';
import { intervalText, numberOf, percentOf, pText } from './report-text.ts';
import type { BiasState } from './state.ts';

/** Mean reflections where the guess conflicts with the answer and where it agrees; under each plan as well. */
export function conflictChart(state: BiasState): Chart {
  const { conflicts, conflictsThought, plans } = state.report;
  const { high, low, difference, ratio, p } = conflicts;
  return {
    kind: 'intervals',
    id: 'conflict',
    name: 'Reflections where the guess conflicts, and where it agrees',
    description: `Mean reflections of a trace with 95% bootstrap intervals. Conflict: the greedy guess differs from the model's own answer. Conflict less agreement: ${intervalText(difference, numberOf)}, ratio ${intervalText(ratio, numberOf)}, p ${pText(p)}. ${restsOn(state, (high?.n ?? 0) + (low?.n ?? 0), plans.map(({ plan }) => plan))}`,
    x: { name: 'reflections a trace' },
    rows: [
      named('guess conflicts', high),
      named('guess agrees', low),
      named('conflicts, with thinking', conflictsThought.high),
      named('agrees, with thinking', conflictsThought.low),
      ...plans.flatMap(({ name, conflict }) => [named(`conflicts, ${name}`, conflict.high), named(`agrees, ${name}`, conflict.low)]),
    ],
  };
}

/** How the axis of a kind of deviation is read. Distances reach over powers of ten and may be 0. */
const DEVIATION_AXES: Readonly<Record<Halves['by'], { readonly axis: Axis; readonly at: (deviation: Deviation) => number; readonly what: string }>> = {
  numeric: { axis: { name: '1 + mean |guess − own answer|', scale: 'log' }, at: ({ numeric = 0 }) => 1 + numeric, what: 'mean distance of the guesses from the own answer, one added so that 0 has a place' },
  share: { axis: { name: 'share of guesses that differ from the own answer', domain: [0, 1] }, at: ({ share }) => share, what: 'share of guesses that differ from the own answer' },
};

/** Each question by deviation and tokens, the halves that are compared told apart; one picture for each kind of deviation. */
export function deviationCharts(state: BiasState): Chart[] {
  const known = biasRows(state.events).flatMap(({ row, trace, deviation }) => (trace?.tokens === undefined || deviation === undefined ? [] : [{ row, tokens: trace.tokens, deviation }]));
  return state.report.halves.map(({ by, differences, n, ties }): Chart => {
    const { axis, at, what } = DEVIATION_AXES[by];
    const { low, middle, high } = splitHalves(known, by);
    const points = (items: readonly (typeof known)[number][]): ChartPoint[] => items.map(({ row, tokens, deviation }) => ({ x: at(deviation), y: tokens, label: `row ${row}`, ref: rowRef({ row }) }));
    const difference = differences.find(({ measure }) => measure === 'tokens');
    const tied = ties === 0 ? '' : ` ${ties} questions tie on the boundary: which half they are in is a matter of their order.`;
    return {
      kind: 'scatter',
      id: `deviation-${by}`,
      name: by === 'numeric' ? 'Distance of the guesses and length' : 'Share of differing guesses and length',
      description: `Tokens of each trace against its question's deviation (${what}). High half less low half, as a share of the low one: R_delta ${intervalText(difference?.rDelta, percentOf)}, p ${pText(difference?.p)}. Hard questions have longer solutions and worse guesses, so that this is no evidence of bias by itself.${tied} ${restsOn(state, n, [])}`,
      x: axis,
      y: { name: 'tokens of the trace' },
      series: [
        { name: `low half (n = ${low.length})`, points: points(low) },
        { name: `high half (n = ${high.length})`, points: points(high) },
        ...(middle.length === 0 ? [] : [{ name: `in neither (n = ${middle.length})`, points: points(middle) }]),
      ],
    };
  });
}

/** r, and accuracy before and after, of every plan and control. */
export function planCharts(state: BiasState): Chart[] {
  const { plans, accuracy } = state.report;
  const indices = plans.map(({ plan }) => plan);
  const most = Math.max(0, ...plans.map(({ n }) => n));
  const kind = (plan: number) => (controls(state).includes(plan) ? ' (control)' : '');
  return [
    {
      kind: 'intervals',
      id: 'shortening',
      name: 'r: what hiding takes from the part after the first answer',
      description: `r = (L_original − L_masked) / (L_original − P_first), pooled over pairs, with 95% bootstrap intervals over pairs; 0 is no change, below 0 the trace grew. ${plans.map(({ plan, name, r }) => `${name}${kind(plan)}: ${intervalText(r, numberOf)}`).join('; ')}. ${restsOn(state, most, indices)}`,
      x: { name: 'r' },
      rows: plans.map(({ plan, name, r }) => named(`${name}${kind(plan)}`, r)),
      reference: 0,
    },
    ...(accuracy === undefined
      ? []
      : [
          {
            kind: 'intervals' as const,
            id: 'accuracy',
            name: 'Accuracy before and after',
            description: `Share of traces whose final answer is right, with Wilson intervals: of all traces, and for each plan of the pairs that it applies to, before and after. ${restsOn(state, accuracy.n, indices)}`,
            x: { name: 'share of right answers', domain: [0, 1] as const },
            rows: [named('all traces', accuracy), ...plans.flatMap(({ name, accuracy: { original, masked } }) => [named(`before ${name}`, original), named(`after ${name}`, masked)])],
          },
        ]),
  ];
}

/** Attention to the question by layer, at words that open a reflection and elsewhere. */
export function attentionCharts(state: BiasState): Chart[] {
  const { attention } = state.report;
  const n = Math.max(0, ...attention.map(({ difference }) => difference?.n ?? 0));
  const line = (of: (layer: (typeof attention)[number]) => Estimate | undefined): ChartPoint[] =>
    attention.flatMap((layer, x) => {
      const estimate = of(layer);
      return estimate === undefined ? [] : [{ x, y: estimate.value, low: estimate.low, high: estimate.high, n: estimate.n }];
    });
  if (n === 0) return [];
  return [
    {
      kind: 'lines',
      id: 'attention',
      name: 'Attention to the question by layer',
      description: `Mass on the question, mean over heads, divided by what uniform attention over the visible tokens would give (1 is uniform): at words that open a reflection, and at all other tokens of the same ${n} traces; those without a reflection are in neither. ${restsOn(state, n, [])}`,
      x: { name: 'layer (0-based)' },
      y: { name: 'attention / uniform' },
      series: [
        { name: 'opens a reflection', points: line(({ reflecting }) => reflecting) },
        { name: 'other tokens', points: line(({ others }) => others) },
      ],
    },
  ];
}

/** Logit lens: what each layer would answer where the trace first states its answer. */
export function lensChart(state: BiasState): Chart[] {
  const lenses = biasRows(state.events).flatMap(({ lens }) => (lens === undefined || lens.probabilities.length === 0 ? [] : [lens]));
  if (lenses.length === 0) return [];
  const layers = Math.max(...lenses.map(({ probabilities }) => probabilities.length));
  const line = (side: 'guess' | 'own'): ChartPoint[] =>
    Array.from({ length: layers }, (_, x) => ({ x, values: lenses.flatMap(({ probabilities }) => probabilities[x]?.[side] ?? []) })).flatMap(({ x, values }) => {
      const y = mean(values);
      return y === undefined ? [] : [{ x, y, n: values.length }];
    });
  return [
    {
      kind: 'lines',
      id: 'lens',
      name: 'Guess and answer in each layer (logit lens)',
      description: `Mean probability of the guessed and of the derived answer, read from each layer's hidden state right before the first stated answer, at the first token at which the two differ; without intervals. Only traces whose greedy guess differs: ${restsOn(state, lenses.length, [])}`,
      x: { name: 'layer (0 is the embedding)' },
      y: { name: 'mean probability', domain: [0, 1] },
      series: [
        { name: 'the guess', points: line('guess') },
        { name: 'the own answer', points: line('own') },
      ],
    },
  ];
}

/** What every picture says of itself: n, the detectors, plans with their controls, model and seed. */
function restsOn({ header: { settings, models } }: BiasState, n: number, plans: readonly number[]): string {
  const named = plans.flatMap((index) => settings.plans[index] ?? []);
  const own = named.filter((plan) => !isControl(plan)).map(planText);
  const held = named.filter(isControl).map(planName);
  const masks = plans.length === 0 ? 'nothing hidden' : `plans ${own.join(', ') || 'none'}; controls ${held.join(', ') || 'none'}`;
  return `n = ${n} questions; ${detectorText(settings)}; ${masks}; ${models.map(({ info }) => `${info.name} (${info.weights})`).join(', ')}, seed ${settings.seed}.`;
}

function controls({ header: { settings } }: BiasState): number[] {
  return settings.plans.flatMap((plan, index) => (isControl(plan) ? [index] : []));
}

function named(name: string, estimate: Estimate | undefined): NamedInterval {
  return estimate === undefined ? { name, n: 0 } : { name, value: estimate.value, low: estimate.low, high: estimate.high, n: estimate.n };
}
