import type { Estimate } from '../metrics/statistics.ts';
import { contrast } from './contrast.ts';
import type { Deviation, Halves, HalvesDifference, TraceMeasure } from './events.ts';

/** A question with its trace and the deviation of its guesses. */
export interface DeviatingTrace {
  readonly trace: TraceMeasure;
  readonly deviation: Deviation;
}

const MEASURES: Readonly<Record<HalvesDifference['measure'], (trace: TraceMeasure) => number | undefined>> = {
  tokens: ({ tokens }) => tokens,
  'tokens after the first answer': ({ tokens, pFirst }) => (tokens === undefined || pFirst === undefined ? undefined : tokens - pFirst),
  reflections: ({ reflections }) => reflections.length,
};

/** By what questions are split in half. */
const DEVIATIONS: Readonly<Record<Halves['by'], (deviation: Deviation) => number | undefined>> = { numeric: ({ numeric }) => numeric, share: ({ share }) => share };

/** The halves of some questions by deviation, in their order; what stands in the middle of an odd number is in neither. */
export interface SplitHalves<Item> {
  readonly low: readonly Item[];
  readonly middle: readonly Item[];
  readonly high: readonly Item[];
}

/** Splits the questions that have such a deviation. Equal deviations keep their order. */
export function splitHalves<Item extends { readonly deviation: Deviation }>(items: readonly Item[], by: Halves['by']): SplitHalves<Item> {
  const of = ({ deviation }: Item) => DEVIATIONS[by](deviation) ?? 0;
  const sorted = items.filter(({ deviation }) => DEVIATIONS[by](deviation) !== undefined).sort((a, b) => of(a) - of(b));
  const half = Math.floor(sorted.length / 2);
  return { low: sorted.slice(0, half), middle: sorted.slice(half, sorted.length - half), high: sorted.slice(sorted.length - half) };
}

/**
 * The questions split in half by deviation, and what the halves differ in; by each kind of deviation that there is. A
 * question in the middle of an odd number is in neither half. Harder questions have longer solutions and worse guesses, so
 * that the difference in whole tokens is not evidence of bias by itself: what comes after the first answer, and reflections,
 * are compared too.
 */
export function halvesOf(traces: readonly DeviatingTrace[], seed: number): Halves[] {
  return (Object.keys(DEVIATIONS) as Halves['by'][]).flatMap((by) => {
    const split = splitHalves(traces, by);
    return split.low.length === 0 ? [] : [compareHalves(by, split, seed)];
  });
}

function compareHalves(by: Halves['by'], { low, middle, high }: SplitHalves<DeviatingTrace>, seed: number): Halves {
  const halves = [low.map((item) => ({ item, high: false })), high.map((item) => ({ item, high: true }))].flat();
  const differences = (Object.keys(MEASURES) as HalvesDifference['measure'][]).map((measure): HalvesDifference => {
    const values = halves.flatMap(({ item, high: isHigh }) => {
      const value = MEASURES[measure](item.trace);
      return value === undefined ? [] : [{ high: isHigh, value }];
    });
    const compared = contrast(values, seed);
    return { measure, ...compared, rDelta: compared.ratio && lessOne(compared.ratio) };
  });
  const deviation = (item: DeviatingTrace | undefined) => item && DEVIATIONS[by](item.deviation);
  const edge = deviation(high[0]);
  const tied = [...low, ...middle, ...high].filter((item) => deviation(item) === edge).length;
  return { by, differences, n: low.length + high.length, ties: deviation(low.at(-1)) === edge ? tied : 0 };
}

function lessOne({ value, low, high, n }: Estimate): Estimate {
  return { value: value - 1, low: low - 1, high: high - 1, n };
}
