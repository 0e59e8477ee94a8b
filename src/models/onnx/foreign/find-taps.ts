import { firstLine } from '../printable.ts';
import { emptyCache } from './cache.ts';
import type { ForeignSession } from './foreign-session.ts';
import type { GraphFile } from './graph-file.ts';
import { probeText, probeTolerance } from './probe.ts';
import { checkTaps, type TapSizes } from './self-check.ts';
import type { Tap } from './tap-names.ts';
import { tappableGraph, type TappableGraph } from './tapped-graph.ts';
import { openTappedSession, type TappedModel } from './tapped-session.ts';

/** What can be seen in a foreign graph. */
export interface FoundTaps {
  /** undefined where nothing can. */
  readonly model: (TappedModel & TapSizes) | undefined;
  /** One sentence: what cannot. */
  readonly note: string | undefined;
}

export interface TapSearch {
  readonly file: string;
  readonly graph: GraphFile;
  /** The graph as it is, open. */
  readonly session: ForeignSession;
  readonly layers: number;
  readonly vocabulary: number;
  /** Activations are quantised over a whole pass. */
  readonly rough: boolean;
  readonly threads: number;
  /** Bytes of the weights, and that can be had. */
  readonly weights: number;
  readonly memory: number;
}

/**
 * Weights of this operator are slow unless they are packed on opening: six tokens through 29M parameters took 300 to 1100 ms
 * where packing and computing took 140 to 300 (2 busy cores). Others are tried where they lie, which takes no memory.
 */
const NEEDS_PACKING = 'MatMulNBits';
/** Memory while they are packed, as a multiple of the weights. */
const PACKED = 1.5;

/** Taps that are of use only together are tried together. */
const ALONE: readonly (readonly Tap[])[] = [['masks'], ['masks', 'attention'], ['gates'], ['hidden']];

/**
 * Recognises the layers of a graph and tries what was recognised on a short text. All at once; where that fails, or some of
 * it gives wrong numbers, one after the other. Never throws for a graph that is not understood.
 */
export async function findTaps(search: TapSearch): Promise<FoundTaps> {
  const { file, graph, layers, weights, memory } = search;
  if (graph.operators.has(NEEDS_PACKING) && PACKED * weights > memory) {
    return { model: undefined, note: 'There is too little memory to look inside, for which the weights are loaded a second time.' };
  }
  try {
    const tappable = await tappableGraph(file, graph, layers);
    if (typeof tappable === 'string') return { model: undefined, note: noteOf([tappable]) };
    const { taps, missing, sizes } = await tryTaps(search, tappable);
    const model = taps.length === 0 ? undefined : { file, bytes: await tappable.build(taps), layers, taps, ...sizes };
    return { model, note: noteOf([...tappable.missing, ...missing]) };
  } catch (error) {
    return { model: undefined, note: noteOf([`how its values flow (${firstLine(error)})`]) };
  }
}

function noteOf(missing: readonly string[]): string | undefined {
  return missing.length === 0 ? undefined : `Not recognised in the graph, so that it cannot be shown: ${missing.join(', ')}.`;
}

async function tryTaps(search: TapSearch, tappable: TappableGraph): Promise<{ readonly taps: readonly Tap[]; readonly missing: readonly string[]; readonly sizes: TapSizes }> {
  const { session: plain, vocabulary, file, layers, threads, rough } = search;
  const text = probeText(vocabulary);
  const { logits } = await plain.forward({ ids: [text], positions: [0], past: emptyCache(plain.layout) });
  const reading = { text, logits: Float32Array.from(logits[0] ?? []), tolerance: probeTolerance(rough) };
  const attempt = async (taps: readonly Tap[]) => {
    const quick = !search.graph.operators.has(NEEDS_PACKING);
    const session = await openTappedSession({ file, bytes: await tappable.build(taps), layers, taps }, plain.layout, { threads }, quick);
    return checkTaps(session, plain.layout, reading).finally(() => session.release());
  };
  const all = await attempt(tappable.taps).catch(() => undefined);
  if (all?.wrong.length === 0) return { ...all, missing: [] };
  const taps = new Set<Tap>();
  const missing: string[] = [];
  let sizes: TapSizes = { heads: 1, width: 0 };
  for (const some of ALONE) {
    if (!some.every((tap) => tappable.taps.includes(tap))) continue;
    try {
      const checked = await attempt(some);
      for (const tap of checked.taps) taps.add(tap);
      missing.push(...checked.wrong);
      sizes = { heads: Math.max(sizes.heads, checked.sizes.heads), width: Math.max(sizes.width, checked.sizes.width) };
    } catch (error) {
      missing.push(`${some.join(' and ')} (${firstLine(error)})`);
    }
  }
  return { taps: [...taps], missing: [...new Set(missing)], sizes };
}
