import type { Estimate } from '../metrics/statistics.ts';

/** What stands where there is no number. */
const NONE = '–';

/** Two decimals; none from 100 on. */
export function numberOf(value: number | undefined): string {
  return value === undefined ? NONE : Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** A share as a percentage. */
export function percentOf(value: number | undefined): string {
  return value === undefined ? NONE : `${(100 * value).toFixed(1)}%`;
}

/** 10,000 permutations tell no smaller values apart. */
export function pText(p: number | undefined): string {
  return p === undefined ? NONE : p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** `1.87 [1.70, 2.00]`. */
export function intervalText(estimate: Estimate | undefined, format: (value: number | undefined) => string): string {
  return estimate === undefined ? NONE : `${format(estimate.value)} [${format(estimate.low)}, ${format(estimate.high)}]`;
}
