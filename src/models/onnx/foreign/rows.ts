import type { Sequence } from '../sequence.ts';
import { emptyCache, gatherRows, lengthOf, type Cache, type CacheRow, type Range } from './cache.ts';
import type { ForeignSession } from './foreign-session.ts';
import type { GraphTraits } from './probe.ts';

/** The sequences that decode together, one token each a pass, and their cache. */
export interface Rows {
  /** Those that have not ended. */
  live(): Sequence[];
  /** Adds sequences whose prompts have been read, each with the one-row cache of its prompt. */
  join(joining: readonly { readonly sequence: Sequence; readonly cache: Cache }[]): void;
  /** Passes each sequence's pending token through the model: the logits after it. */
  decode(): Promise<{ readonly sequence: Sequence; readonly logits: Float32Array }[]>;
}

interface Row {
  readonly sequence: Sequence;
  /** Where its tokens lie in the cache. */
  ranges: Range[];
}

/** `context`: positions that the graph has tables for. */
export function createRows(session: ForeignSession, traits: GraphTraits, context: number): Rows {
  const { layout } = session;
  const cached = layout.cache.length > 0;
  let rows: Row[] = [];
  let cache: Cache = emptyCache(layout);

  const live = () => rows.flatMap(({ sequence }) => (sequence.finished ? [] : [sequence]));

  /** Lays the cache out anew for the rows that go on and those that join. */
  function arrange(joining: readonly { readonly sequence: Sequence; readonly cache: Cache }[]): void {
    const staying = rows.flatMap((row, index) => (row.sequence.finished ? [] : [{ sequence: row.sequence, from: { cache, row: index, ranges: row.ranges } }]));
    const coming = joining.map((entry) => ({ sequence: entry.sequence, from: { cache: entry.cache, row: 0, ranges: whole(entry.cache) } }));
    const all: readonly { readonly sequence: Sequence; readonly from: CacheRow }[] = [...staying, ...coming];
    cache = gatherRows(layout, all.map(({ from }) => from));
    rows = all.map(({ sequence, from }) => ({ sequence, ranges: [[0, lengthOf(from.ranges)]] }));
  }

  async function decodeCached(): Promise<readonly Float32Array[]> {
    const before = cache.positions;
    const lengths = rows.map(({ ranges }) => lengthOf(ranges));
    const mask = traits.uneven ? maskOf(rows, before + 1) : undefined;
    const ids = rows.map(({ sequence }) => [sequence.pendingToken]);
    const output = await session.forward({ ids, positions: lengths, past: cache, ...(mask === undefined ? {} : { mask }) });
    cache = output.cache;
    for (const [index, row] of rows.entries()) row.ranges = extended(row.ranges, traits.appends === 'end' ? before : (lengths[index] ?? 0));
    return output.logits;
  }

  async function decodeAnew(): Promise<readonly Float32Array[]> {
    const ids = rows.map(({ sequence }) => [...sequence.request.ids, ...sequence.stream.ids]);
    return (await session.forward({ ids, positions: rows.map(() => 0), past: { ...cache, rows: rows.length } })).logits;
  }

  return {
    live,
    join(joining) {
      if (joining.length > 0) arrange(joining);
    },
    async decode() {
      // A row that ended goes on idly until there are enough of them to be worth a copy of the cache.
      const ended = rows.length - live().length;
      // With gaps and rows that ended, the cache may outgrow the context, though no row that goes on does.
      if (ended * 4 > rows.length || (!cached && ended > 0) || cache.positions >= context) arrange([]);
      const logits = await (cached ? decodeCached() : decodeAnew());
      return rows.flatMap(({ sequence }, index) => (sequence.finished ? [] : [{ sequence, logits: logits[index] ?? new Float32Array(0) }]));
    },
  };
}

function whole(cache: Cache): Range[] {
  return [[0, cache.positions]];
}

/**
 * [rows, positions]: 1 where a row has a token; the last column is the new one. A graph that appends right after the row's
 * own tokens only counts the ones, so the same mask serves both kinds.
 */
function maskOf(rows: readonly Row[], positions: number): Uint8Array {
  const mask = new Uint8Array(rows.length * positions);
  rows.forEach(({ ranges }, row) => {
    for (const [from, to] of ranges) mask.fill(1, row * positions + from, row * positions + to);
    mask[(row + 1) * positions - 1] = 1;
  });
  return mask;
}

function extended(ranges: readonly Range[], at: number): Range[] {
  const last = ranges.at(-1);
  if (last?.[1] === at) return [...ranges.slice(0, -1), [last[0], at + 1]];
  return [...ranges, [at, at + 1]];
}
