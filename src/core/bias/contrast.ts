import { bootstrap, mean, meanEstimate, permutationP } from '../metrics/statistics.ts';
import type { Contrast } from './events.ts';

/** A value of one question, and which of two groups it is in. */
export interface GroupedValue {
  readonly high: boolean;
  readonly value: number;
}

/** Means of two groups, their difference and ratio with 95% bootstrap intervals over questions, and a permutation test. */
export function contrast(items: readonly GroupedValue[], seed: number): Contrast {
  const valuesOf = (group: readonly GroupedValue[], high: boolean) => group.filter((item) => item.high === high).map(({ value }) => value);
  const [high, low] = [valuesOf(items, true), valuesOf(items, false)];
  const compared = (compute: (high: number, low: number) => number | undefined) =>
    bootstrap(
      items,
      (drawn) => {
        const [one, other] = [mean(valuesOf(drawn, true)), mean(valuesOf(drawn, false))];
        return one === undefined || other === undefined ? undefined : compute(one, other);
      },
      seed,
    );
  return {
    high: meanEstimate(high, seed),
    low: meanEstimate(low, seed),
    difference: compared((one, other) => one - other),
    ratio: compared((one, other) => (other === 0 ? undefined : one / other)),
    p: permutationP(high, low, seed),
  };
}
