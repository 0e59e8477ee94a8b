import type { CacheTensor, GraphLayout } from './layout.ts';

/** float16 stays as it is: 16-bit words that are only moved. */
export type CacheData = Float32Array | Uint16Array;

/** Keys and values of some rows: one array [rows, heads, positions, size] for each of the layout's cache tensors. */
export interface Cache {
  readonly rows: number;
  readonly positions: number;
  readonly data: readonly CacheData[];
}

/** Half-open range of positions. */
export type Range = readonly [from: number, to: number];

/** One row of a cache, and those of its positions that hold something, in order. */
export interface CacheRow {
  readonly cache: Cache;
  readonly row: number;
  readonly ranges: readonly Range[];
}

export function emptyCache(layout: GraphLayout): Cache {
  return { rows: 1, positions: 0, data: layout.cache.map(() => allocate(layout, 0)) };
}

/** Bytes that one position of one row takes. */
export function bytesPerPosition(layout: GraphLayout): number {
  const floats = layout.cache.reduce((sum, { heads, size }) => sum + heads * size, 0);
  return floats * (layout.cacheType === 'float16' ? 2 : 4);
}

export function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

/**
 * Copies rows together: what each holds moves to its first positions, the rest up to the longest is zero. A lone row that
 * is wanted as it is, is not copied.
 */
export function gatherRows(layout: GraphLayout, rows: readonly CacheRow[]): Cache {
  const [first] = rows;
  if (rows.length === 1 && first !== undefined && first.cache.rows === 1 && first.ranges.length === 1 && lengthOf(first.ranges) === first.cache.positions) return first.cache;
  const positions = Math.max(0, ...rows.map(({ ranges }) => lengthOf(ranges)));
  const data = layout.cache.map((tensor, index) => {
    const out = allocate(layout, rows.length * tensor.heads * positions * tensor.size);
    rows.forEach((row, to) => copyRow(tensor, row, index, out, to, positions));
    return out;
  });
  return { rows: rows.length, positions, data };
}

function copyRow({ heads, size }: CacheTensor, { cache, row, ranges }: CacheRow, index: number, out: CacheData, to: number, positions: number): void {
  const source = cache.data[index];
  if (source === undefined) return;
  for (let head = 0; head < heads; head++) {
    const start = (row * heads + head) * cache.positions * size;
    let at = (to * heads + head) * positions * size;
    for (const [from, end] of ranges) {
      out.set(source.subarray(start + from * size, start + end * size), at);
      at += (end - from) * size;
    }
  }
}

function allocate(layout: GraphLayout, count: number): CacheData {
  return layout.cacheType === 'float16' ? new Uint16Array(count) : new Float32Array(count);
}
