import { permutationTest, quantileSorted, sampleWithReplacement } from 'simple-statistics';
import { createRandom, type Random } from '../random.ts';
import { drawBinomial } from './binomial.ts';

/** A value with the ends of its interval, in the value's own unit, and how many observations it rests on. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** The two-sided 95% quantile of the normal distribution. */
const Z = 1.959963984540054;
const TAILS = [0.025, 0.975] as const;
const RESAMPLES = 2000;
const PERMUTATIONS = 10_000;

/** A share in [0, 1] with its 95% Wilson score interval; undefined where nothing was counted. */
export function proportion(successes: number, n: number): Estimate | undefined {
  if (n === 0) return undefined;
  const share = successes / n;
  const scale = 1 + (Z * Z) / n;
  const centre = (share + (Z * Z) / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return { value: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
}

/**
 * A statistic with its 95% percentile bootstrap interval (2000 resamples). For a paired comparison the items are the pairs,
 * so that a pair stays together. Undefined where there is no item or the statistic of the items is not defined; resamples
 * without a value are left out.
 */
export function bootstrap<Item>(items: readonly Item[], statistic: (items: readonly Item[]) => number | undefined, seed = 0): Estimate | undefined {
  const value = items.length === 0 ? undefined : statistic(items);
  if (value === undefined) return undefined;
  const random = createRandom(seed, 0);
  const pool = [...items];
  return percentiles(value, items.length, () => statistic(sampleWithReplacement(pool, items.length, random)));
}

/** A value with the percentiles of what `resample` gives; what has no value is left out, and without any there is no interval. */
function percentiles(value: number, n: number, resample: () => number | undefined): Estimate | undefined {
  const values = Array.from({ length: RESAMPLES }, resample).filter((drawn): drawn is number => drawn !== undefined && Number.isFinite(drawn));
  if (values.length === 0) return undefined;
  values.sort((a, b) => a - b);
  return { value, low: quantileSorted(values, TAILS[0]), high: quantileSorted(values, TAILS[1]), n };
}

/** The mean with its 95% percentile bootstrap interval. */
export function meanEstimate(values: readonly number[], seed = 0): Estimate | undefined {
  return bootstrap(values, mean, seed);
}

/** The mean difference of pairs (second minus first) with its 95% percentile bootstrap interval over pairs. */
export function pairedDifference(pairs: readonly (readonly [number, number])[], seed = 0): Estimate | undefined {
  return bootstrap(pairs, (drawn) => mean(drawn.map(([first, second]) => second - first)), seed);
}

/** The two-sided p-value of a permutation test of the difference of two means (10,000 permutations); undefined where a group is empty. */
export function permutationP(first: readonly number[], second: readonly number[], seed = 0): number | undefined {
  if (first.length === 0 || second.length === 0) return undefined;
  return permutationTest([...first], [...second], 'two_side', PERMUTATIONS, createRandom(seed, 1));
}

/**
 * The two-sided p-value of a paired permutation test of the mean difference: the signs of the pairs' differences are drawn
 * 10,000 times. Undefined without a pair.
 */
export function pairedPermutationP(pairs: readonly (readonly [number, number])[], seed = 0): number | undefined {
  const differences = pairs.map(([first, second]) => second - first).filter((difference) => difference !== 0);
  if (pairs.length === 0) return undefined;
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  const random = createRandom(seed, 3);
  let asLarge = 0;
  for (let draw = 0; draw < PERMUTATIONS; draw++) {
    const sum = differences.reduce((total, difference) => total + (random() < 0.5 ? difference : -difference), 0);
    // Sums of the same numbers in another order may differ in their last bit.
    if (Math.abs(sum) >= observed - 1e-9 * observed) asLarge++;
  }
  return (asLarge + 1) / (PERMUTATIONS + 1);
}

/** Undefined where there is nothing. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * A statistic of column sums, such as an F1 of counts, with its 95% percentile bootstrap interval over rows (2000 resamples):
 * what is in one row stays together, so rows may hold the counts of several steps, or both arms of a pair. Rows that are alike
 * are drawn together, which gives the same distribution and takes a data set of any size.
 */
export function bootstrapSums(rows: Iterable<readonly number[]>, statistic: (sums: readonly number[]) => number | undefined, seed = 0): Estimate | undefined {
  const kinds = kindsOf(rows);
  const n = kinds.reduce((sum, { count }) => sum + count, 0);
  const width = kinds[0]?.row.length ?? 0;
  const sumsOf = (counts: readonly number[]): number[] => {
    const sums = new Array<number>(width).fill(0);
    kinds.forEach(({ row }, kind) => {
      const count = counts[kind] ?? 0;
      if (count > 0) for (let column = 0; column < width; column++) sums[column] = (sums[column] ?? 0) + count * (row[column] ?? 0);
    });
    return sums;
  };
  const value = n === 0 ? undefined : statistic(sumsOf(kinds.map(({ count }) => count)));
  if (value === undefined) return undefined;
  const random = createRandom(seed, 2);
  return percentiles(value, n, () => statistic(sumsOf(drawCounts(kinds, n, random))));
}

/** A value with its 95% normal interval, cut to `limits`. */
export function normalEstimate(value: number, error: number, n: number, limits: readonly [number, number]): Estimate {
  return { value, low: Math.max(limits[0], value - Z * error), high: Math.min(limits[1], value + Z * error), n };
}

interface Kind {
  readonly row: readonly number[];
  count: number;
}

/** Rows that are alike, in an order that does not depend on theirs. */
function kindsOf(rows: Iterable<readonly number[]>): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const row of rows) {
    const key = row.join(' ');
    const kind = kinds.get(key);
    if (kind) kind.count++;
    else kinds.set(key, { row, count: 1 });
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

/** How often each kind is among n rows that are drawn with replacement: a multinomial, one binomial after the other. */
function drawCounts(kinds: readonly Kind[], n: number, random: Random): number[] {
  let left = n;
  let others = n;
  return kinds.map(({ count }) => {
    const drawn = drawBinomial(left, others === 0 ? 0 : count / others, random);
    left -= drawn;
    others -= count;
    return drawn;
  });
}
