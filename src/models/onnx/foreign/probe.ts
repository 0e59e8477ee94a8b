import { StepscopeError } from '../../../core/result.ts';
import { emptyCache, gatherRows, type Cache } from './cache.ts';
import { difference } from './difference.ts';
import type { ForeignOutput, ForeignSession } from './foreign-session.ts';
import type { CacheTensor } from './layout.ts';

/** What a graph can do beyond one text a pass; measured, since names and shapes do not tell. */
export interface GraphTraits {
  /** Several tokens on top of a past: prompts can be read in pieces, and on top of what they share with an earlier one. */
  readonly pieces: boolean;
  /** Several rows of equal length. */
  readonly batch: boolean;
  /** Several rows of different lengths, the shorter ones' caches filled up with zeros at the end. */
  readonly uneven: boolean;
  /** Where an uneven row's new entry lies: after the longest row's (`end`), or right after its own (`packed`). */
  readonly appends: 'end' | 'packed';
}

/** Differences of logits that count as none, as a part of their range: rounding of 16-bit numbers and of 8-bit activations block by block. */
const SAME = 0.01;
/**
 * Graphs that quantise activations over the whole pass give other numbers with each neighbour. What they give must still be
 * nearer than what a wrong mask or position gives.
 */
const ROUGHLY_SAME = 0.1;

const TEXT = 6;

/** Arbitrary tokens, neighbours differing; ids near 0 are special in most vocabularies. */
export function probeText(vocabulary: number): number[] {
  return Array.from({ length: TEXT }, (_, i) => probeToken(vocabulary, i));
}

function probeToken(vocabulary: number, i: number): number {
  return (1000 + 389 * i) % vocabulary;
}

/** Largest part of their range by which logits may differ that count as the same. `rough`: see ProbeSettings. */
export function probeTolerance(rough: boolean): number {
  return rough ? ROUGHLY_SAME : SAME;
}

export interface ProbeSettings {
  readonly vocabulary: number;
  /** Activations are quantised over a whole pass. */
  readonly rough: boolean;
  /** false: the model hides keys by their index, so that filled-up caches would shift its windows. */
  readonly mayBeUneven: boolean;
}

/**
 * Runs a few passes over six tokens in every way that the engine would like to use, and allows those ways that give the same
 * logits as the plain one. Throws `model-invalid` where even the cache gives others.
 */
export async function probeGraph(session: ForeignSession, file: string, settings: ProbeSettings): Promise<GraphTraits> {
  const { layout } = session;
  const token = (i: number) => probeToken(settings.vocabulary, i);
  const text = probeText(settings.vocabulary);
  const same = (a: Float32Array | undefined, b: Float32Array | undefined) => difference(a, b) <= probeTolerance(settings.rough);
  const tried = async (attempt: () => Promise<boolean>) => attempt().catch(() => false);
  const read = (ids: readonly number[], past: Cache = emptyCache(layout)) => session.forward({ ids: [ids], positions: [past.positions], past });

  const whole = copied(await read(text));
  if (!whole.logits[0]?.some(Number.isFinite)) throw new StepscopeError('model-invalid', `${file} computes no numbers (its logits are not finite): use another graph of the same model, for example an fp32 one.`);
  if (whole.logits[0].length !== settings.vocabulary) throw new StepscopeError('model-invalid', `${file} gives ${whole.logits[0].length} logits where ${settings.vocabulary} belong: use the config.json that came with the model, or export it again.`);
  if (layout.cache.length === 0) {
    const twice = async () => {
      const other = text.map((_, i) => token(i + TEXT));
      const { logits } = await session.forward({ ids: [other, text], positions: [0, 0], past: { ...emptyCache(layout), rows: 2 } });
      return same(logits[1], whole.logits[0]);
    };
    return { pieces: false, batch: !layout.oneRow && (await tried(twice)), uneven: false, appends: 'end' };
  }

  const cut = (length: number) => gatherRows(layout, [{ cache: whole.cache, row: 0, ranges: [[0, length]] }]);
  const last = copied(await read(text.slice(-1), cut(TEXT - 1)));
  if (!same(last.logits[0], whole.logits[0])) throw new StepscopeError('model-invalid', `${file} gives other numbers with its cache than without: export it again.`);
  const pieces = await tried(async () => same((await read(text.slice(3), cut(3))).logits[0], whole.logits[0]));
  const batch = !layout.oneRow && (await tried(async () => {
    const past = gatherRows(layout, [TEXT - 1, TEXT - 1].map((length) => ({ cache: whole.cache, row: 0, ranges: [[0, length]] })));
    const { logits } = await session.forward({ ids: [[token(TEXT)], text.slice(-1)], positions: [TEXT - 1, TEXT - 1], past });
    return same(logits[1], whole.logits[0]);
  }));
  let appends: GraphTraits['appends'] = 'end';
  const uneven = batch && layout.mask !== undefined && settings.mayBeUneven && (await tried(async () => {
    const result = await probeUneven(session, whole, text, same);
    appends = result.appends;
    return result.works;
  }));
  return { pieces, batch, uneven, appends };
}

/** Two steps of a row with three tokens beside one with five. */
async function probeUneven(session: ForeignSession, whole: ForeignOutput, text: readonly number[], same: (a: Float32Array | undefined, b: Float32Array | undefined) => boolean): Promise<{ readonly works: boolean; readonly appends: GraphTraits['appends'] }> {
  const { layout } = session;
  const short = 3;
  const long = TEXT - 1;
  const row = (length: number) => ({ cache: whole.cache, row: 0, ranges: [[0, length]] as const });
  const next = [text[short] ?? 0, text[short + 1] ?? 0];
  const expected = copied(await session.forward({ ids: [next], positions: [short], past: gatherRows(layout, [row(short)]) }).catch(async () => {
    // Token by token, where the graph reads only one at a time.
    const first = await session.forward({ ids: [next.slice(0, 1)], positions: [short], past: gatherRows(layout, [row(short)]) });
    return session.forward({ ids: [next.slice(1)], positions: [short + 1], past: first.cache });
  }));
  const mask = (fresh: number) => Uint8Array.from([...Array<number>(long + fresh).fill(1), ...Array<number>(short).fill(1), ...Array<number>(long - short).fill(0), ...Array<number>(fresh).fill(1)]);
  const one = copied(await session.forward({ ids: [text.slice(-1), next.slice(0, 1)], positions: [long, short], past: gatherRows(layout, [row(long), row(short)]), mask: mask(1) }));
  const two = await session.forward({ ids: [[text[0] ?? 0], next.slice(1)], positions: [TEXT, short + 1], past: one.cache, mask: mask(2) });
  const works = same(one.logits[0], whole.logits[0]) && same(two.logits[1], expected.logits[0]);
  // Where the new entry is not right after the row's own ones, what filled the cache up is still there.
  return { works, appends: isWritten(one.cache, layout.cache[0], short) ? 'packed' : 'end' };
}

/** Whether the second row's first key head has something at a position: what fills a cache up is zero. */
function isWritten(cache: Cache, tensor: CacheTensor | undefined, position: number): boolean {
  const { heads, size } = tensor ?? { heads: 0, size: 0 };
  const start = (heads * cache.positions + position) * size;
  return cache.data[0]?.subarray(start, start + size).some((value) => value !== 0) ?? false;
}

function copied({ logits, cache }: ForeignOutput): ForeignOutput {
  return { logits: logits.map((row) => row.slice()), cache };
}
