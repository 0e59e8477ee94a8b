import { harmonicMean } from './process-bench.ts';
import type { Estimate } from './statistics.ts';

/**
 * The harmonic mean of two independent shares with its 95% interval by squaring and adding: each end is as far away as the
 * ends of the two Wilson intervals move it, one at a time (Newcombe 1998; Zou and Donner 2008). Unlike a bootstrap it has a
 * width where all observations agree.
 */
export function harmonicEstimate(first: Estimate, second: Estimate): Estimate | undefined {
  const value = harmonicMean(first.value, second.value);
  if (value === undefined) return undefined;
  const moved = (a: number, b: number) => value - (harmonicMean(a, b) ?? value);
  return {
    value,
    low: Math.max(0, value - Math.hypot(moved(first.low, second.value), moved(first.value, second.low))),
    high: Math.min(1, value + Math.hypot(moved(first.high, second.value), moved(first.value, second.high))),
    n: first.n + second.n,
  };
}

/** The plain mean of independent estimates, with the interval by squaring and adding. Undefined for none. */
export function averageEstimate(estimates: readonly Estimate[]): Estimate | undefined {
  const count = estimates.length;
  if (count === 0) return undefined;
  const sum = (of: (estimate: Estimate) => number) => estimates.reduce((total, estimate) => total + of(estimate), 0);
  const value = sum((one) => one.value) / count;
  return {
    value,
    low: value - Math.sqrt(sum((one) => (one.value - one.low) ** 2)) / count,
    high: value + Math.sqrt(sum((one) => (one.high - one.value) ** 2)) / count,
    n: sum((one) => one.n),
  };
}
