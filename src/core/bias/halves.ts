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

/**
 * The questions split in half by deviation, and what the halves differ in; by each kind of deviation that there is. A
 * question in the middle of an odd number is in neither half. Harder questions have longer solutions and worse guesses, so
 * that the difference in whole tokens is not evidence of bias by itself: what comes after the first answer, and reflections,
 * are compared too.
 */
export function halvesOf(traces: readonly DeviatingTrace[], seed: number): Halves[] {
  const kinds = [
    { by: 'numeric', of: ({ deviation }: DeviatingTrace) => deviation.numeric },
    { by: 'share', of: ({ deviation }: DeviatingTrace) => deviation.share },
  ] as const;
  return kinds.flatMap(({ by, of }) => {
    const known = traces.flatMap((item) => {
      const deviation = of(item);
      return deviation === undefined ? [] : [{ item, deviation }];
    });
    return known.length < 2 ? [] : [split(by, known, seed)];
  });
}

function split(by: Halves['by'], known: readonly { readonly item: DeviatingTrace; readonly deviation: number }[], seed: number): Halves {
  const sorted = [...known].sort((a, b) => a.deviation - b.deviation);
  const half = Math.floor(sorted.length / 2);
  const [lowest, highest] = [sorted.slice(0, half), sorted.slice(sorted.length - half)];
  const edge = highest[0]?.deviation;
  const halves = [lowest.map(({ item }) => ({ item, high: false })), highest.map(({ item }) => ({ item, high: true }))].flat();
  const differences = (Object.keys(MEASURES) as HalvesDifference['measure'][]).map((measure): HalvesDifference => {
    const values = halves.flatMap(({ item, high }) => {
      const value = MEASURES[measure](item.trace);
      return value === undefined ? [] : [{ high, value }];
    });
    const compared = contrast(values, seed);
    return { measure, ...compared, rDelta: compared.ratio && lessOne(compared.ratio) };
  });
  return { by, differences, n: 2 * half, ties: lowest.at(-1)?.deviation === edge ? sorted.filter(({ deviation }) => deviation === edge).length : 0 };
}

function lessOne({ value, low, high, n }: Estimate): Estimate {
  return { value: value - 1, low: low - 1, high: high - 1, n };
}
