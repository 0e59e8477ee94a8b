import type { AttentionReading } from './read-attention.ts';

/**
 * `share`: of all attention of the row's tokens. `uniform`: how many times what uniform attention over the visible tokens
 * would put there, a quotient of the two means.
 */
export const ATTENTION_UNITS = ['share', 'uniform'] as const;
export type AttentionUnit = (typeof ATTENTION_UNITS)[number];

/** Which heads are averaged: all, those of one layer, or one. 0-based. */
export interface HeadChoice {
  readonly layer?: number;
  /** Only with a layer: the same number in another layer is another head. */
  readonly head?: number;
}

/** [row][column]; undefined where there is no such number. */
export type AttentionMatrix = readonly (readonly (number | undefined)[])[];

/**
 * The mean over the chosen heads. `plain` is the reading with nothing hidden, where `reading` is another: what is hidden has
 * the share that was measured, and no quotient, since uniform attention would put nothing there. What comes later in the text
 * has no value.
 */
export function attentionMatrix(reading: AttentionReading, choice: HeadChoice, unit: AttentionUnit, plain = reading): AttentionMatrix {
  const shares = meanOverHeads(reading, choice);
  return plain.uniform.map((row, at) =>
    row.map((possible, column) => {
      const share = shares[at * reading.columns + column] ?? NaN;
      const uniform = reading.uniform[at]?.[column] ?? 0;
      if (possible === 0 || Number.isNaN(share)) return undefined;
      if (unit === 'share') return share;
      return uniform === 0 ? undefined : share / uniform;
    }),
  );
}

/** What hiding changed: the second minus the first, where both have a value. */
export function attentionDifference(first: AttentionMatrix, second: AttentionMatrix): AttentionMatrix {
  return first.map((row, at) =>
    row.map((value, column) => {
      const other = second[at]?.[column];
      return value === undefined || other === undefined ? undefined : other - value;
    }),
  );
}

/** Of each reading the mean that was asked for last: a view asks for it several times, and there may be millions of numbers. */
const lastMeans = new WeakMap<AttentionReading, { readonly key: string; readonly shares: Float64Array }>();

/** [row * columns + column] */
export function meanOverHeads(reading: AttentionReading, choice: HeadChoice): Float64Array {
  const key = `${choice.layer} ${choice.head}`;
  const last = lastMeans.get(reading);
  if (last?.key === key) return last.shares;
  const shares = addHeads(reading, choice);
  lastMeans.set(reading, { key, shares });
  return shares;
}

function addHeads({ layers, heads, rows, columns, means }: AttentionReading, { layer, head }: HeadChoice): Float64Array {
  const size = rows * columns;
  const chosen = Array.from({ length: layers * heads }, (_, index) => index).filter((index) => (layer === undefined || Math.floor(index / heads) === layer) && (layer === undefined || head === undefined || index % heads === head));
  const sums = new Float64Array(size);
  for (const index of chosen) for (let cell = 0; cell < size; cell++) sums[cell] = (sums[cell] ?? 0) + (means[index * size + cell] ?? NaN);
  return sums.map((sum) => sum / chosen.length);
}
