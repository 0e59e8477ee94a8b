import { sameAnswer } from '../answers/same-answer.ts';
import { bootstrap, meanEstimate, pairedDifference, pairedPermutationP, proportion, type Estimate } from '../metrics/statistics.ts';
import { contrast, type GroupedValue } from './contrast.ts';
import { earlyExits } from './early-exit.ts';
import type { BiasEvent, BiasReport, Deviation, Guesses, PairComparison, PlanSummary, TraceMeasure } from './events.ts';
import { pooledGuesses } from './guesses.ts';
import { halvesOf } from './halves.ts';
import { planName, type MaskPlan } from './plan.ts';

/** What is known of one question. */
interface RowState {
  readonly gold?: string;
  readonly guesses?: Guesses;
  readonly trace?: TraceMeasure;
  readonly deviation?: Deviation | undefined;
}

interface Pair {
  readonly original: TraceMeasure;
  readonly masked: TraceMeasure;
  readonly comparison: PairComparison;
  readonly conflict: boolean | undefined;
}

/** All numbers of an experiment: a function of its events, so that a log of a run gives the same again. */
export function biasReport(events: readonly BiasEvent[], plans: readonly MaskPlan[], seed: number): BiasReport {
  const rows = new Map<number, RowState>();
  const extend = (row: number, part: RowState) => rows.set(row, { ...rows.get(row), ...part });
  for (const event of events) {
    if (event.type === 'guesses') extend(event.row, { guesses: event.guesses });
    if (event.type === 'trace') extend(event.row, { trace: event.trace, deviation: event.deviation, ...(event.gold === undefined ? {} : { gold: event.gold }) });
  }
  const states = [...rows.values()];
  const traces = states.flatMap(({ trace }) => (trace === undefined ? [] : [trace]));
  const pooled = states.flatMap(({ guesses }) => (guesses === undefined ? [] : guesses.distributions));
  const samples = pooled.reduce((sum, { answers, unparsed }) => sum + unparsed + answers.reduce((count, answer) => count + answer.count, 0), 0);
  return {
    questions: rows.size,
    guesses: { samples, unparsed: pooled.reduce((sum, { unparsed }) => sum + unparsed, 0) },
    directAccuracy: directAccuracy(states, seed),
    accuracy: share(traces.map(({ correct }) => correct)),
    tokens: meanEstimate(traces.flatMap(({ tokens }) => (tokens === undefined ? [] : [tokens])), seed),
    reflections: meanEstimate(traces.map(({ reflections }) => reflections.length), seed),
    stated: share(traces.map(({ first }) => first !== undefined)),
    thought: share(traces.map(({ steps }) => steps.length > 0)),
    conflicts: contrast(reflectionsByConflict(states), seed),
    conflictsThought: contrast(reflectionsByConflict(states.filter(({ trace }) => trace !== undefined && trace.steps.length > 0)), seed),
    halves: halvesOf(states.flatMap(({ trace, deviation }) => (trace === undefined || deviation === undefined ? [] : [{ trace, deviation }])), seed),
    plans: plans.map((plan, index) => planSummary(plan, index, events, rows, seed)),
    ...attentionParts(events, rows, seed),
    failures: events.filter(({ type }) => type === 'failed').length,
  };
}

function reflectionsByConflict(states: readonly RowState[]): GroupedValue[] {
  return states.flatMap(({ trace, deviation }) => (trace === undefined || deviation?.conflict === undefined ? [] : [{ high: deviation.conflict, value: trace.reflections.length }]));
}

/** Mean share of parsed guesses that are right, over the questions with a reference. */
function directAccuracy(states: readonly RowState[], seed: number): Estimate | undefined {
  const shares = states.flatMap(({ guesses, gold }) => {
    const answers = guesses === undefined || gold === undefined ? [] : pooledGuesses(guesses);
    const all = answers.reduce((sum, { count }) => sum + count, 0);
    const right = answers.reduce((sum, { answer, count }) => sum + (gold !== undefined && sameAnswer(answer, gold) ? count : 0), 0);
    return all === 0 ? [] : [right / all];
  });
  return meanEstimate(shares, seed);
}

function share(values: readonly (boolean | undefined)[]): Estimate | undefined {
  const known = values.filter((value) => value !== undefined);
  return proportion(known.filter(Boolean).length, known.length);
}

function planSummary(plan: MaskPlan, index: number, events: readonly BiasEvent[], rows: ReadonlyMap<number, RowState>, seed: number): PlanSummary {
  const pairs = events.flatMap((event): Pair[] => {
    if (event.type !== 'masked' || event.plan !== index) return [];
    const state = rows.get(event.row);
    return state?.trace === undefined ? [] : [{ original: state.trace, masked: event.trace, comparison: event.comparison, conflict: state.deviation?.conflict }];
  });
  const both = (value: (trace: TraceMeasure) => number | undefined) =>
    pairs.flatMap(({ original, masked }): (readonly [number, number])[] => {
      const [before, after] = [value(original), value(masked)];
      return before === undefined || after === undefined ? [] : [[before, after]];
    });
  const tokens = both((trace) => trace.tokens);
  const reflections = both((trace) => trace.reflections.length);
  const correct = both((trace) => (trace.correct === undefined ? undefined : Number(trace.correct)));
  const meanOf = (values: readonly (readonly [number, number])[], side: 0 | 1) => meanEstimate(values.map((pair) => pair[side]), seed)?.value;
  return {
    plan: index,
    name: planName(plan),
    n: pairs.length,
    notApplicable: events.filter((event) => event.type === 'not-applicable' && event.plan === index).length,
    tokens: pairedDifference(tokens, seed),
    tokensP: pairedPermutationP(tokens, seed),
    r: pooledShortening(pairs, seed),
    reflections: pairedDifference(reflections, seed),
    reflectionsP: pairedPermutationP(reflections, seed),
    means: {
      original: { tokens: meanOf(tokens, 0), reflections: meanOf(reflections, 0) },
      masked: { tokens: meanOf(tokens, 1), reflections: meanOf(reflections, 1) },
    },
    conflict: contrast(pairs.flatMap(({ masked, conflict }) => (conflict === undefined ? [] : [{ high: conflict, value: masked.reflections.length }])), seed),
    accuracy: { original: proportion(correct.filter(([before]) => before === 1).length, correct.length), masked: proportion(correct.filter(([, after]) => after === 1).length, correct.length) },
    accuracyChange: pairedDifference(correct, seed),
    answerChanged: share(pairs.map(({ comparison }) => comparison.answerChanged)),
    unchanged: share(pairs.map(({ comparison }) => comparison.same)),
  };
}

/** Thresholds of the experimental early exit: multiples of uniform attention. */
const EXIT_THRESHOLDS = [1, 1.5, 2, 3];

function attentionParts(events: readonly BiasEvent[], rows: ReadonlyMap<number, RowState>, seed: number): Pick<BiasReport, 'attention' | 'earlyExits'> {
  const read = events.flatMap((event) => {
    const trace = event.type === 'attention' ? rows.get(event.row)?.trace : undefined;
    return event.type === 'attention' && trace !== undefined ? [{ trace, attention: event.summary }] : [];
  });
  const layers = Math.max(0, ...read.map(({ attention }) => attention.others.length));
  return {
    attention: Array.from({ length: layers }, (_, layer) => {
      const pairs = read.flatMap(({ attention: { reflecting, others } }): (readonly [number, number])[] => {
        const [before, after] = [others[layer]?.question, reflecting[layer]?.question];
        return before === undefined || after === undefined ? [] : [[before, after]];
      });
      return { reflecting: meanEstimate(pairs.map(([, after]) => after), seed), others: meanEstimate(pairs.map(([before]) => before), seed), difference: pairedDifference(pairs, seed) };
    }),
    earlyExits: read.length === 0 ? [] : earlyExits(read, EXIT_THRESHOLDS, seed),
  };
}

/** r over all pairs: a mean of single ratios would be ruled by traces that end right after their first answer. */
function pooledShortening(pairs: readonly Pair[], seed: number): Estimate | undefined {
  const parts = pairs.flatMap(({ original: { tokens, pFirst }, masked }) =>
    tokens === undefined || pFirst === undefined || masked.tokens === undefined ? [] : [{ saved: tokens - masked.tokens, after: tokens - pFirst }],
  );
  return bootstrap(
    parts,
    (drawn) => {
      const after = drawn.reduce((sum, part) => sum + part.after, 0);
      return after <= 0 ? undefined : drawn.reduce((sum, part) => sum + part.saved, 0) / after;
    },
    seed,
  );
}
