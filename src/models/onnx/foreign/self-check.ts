import { emptyCache } from './cache.ts';
import { difference } from './difference.ts';
import type { GraphLayout } from './layout.ts';
import type { Tap } from './tap-names.ts';
import type { TappedPass, TappedSession } from './tapped-session.ts';

/** Sizes that a tapped graph turned out to have. */
export interface TapSizes {
  readonly heads: number;
  readonly width: number;
}

export interface CheckedTaps {
  /** What the graph gives as it should. */
  readonly taps: readonly Tap[];
  /** Parts of a sentence: what it does not. */
  readonly wrong: readonly string[];
  readonly sizes: TapSizes;
}

/** Sums of probabilities may be this far from 1. */
const SUM = 1e-4;

export interface PlainReading {
  readonly text: readonly number[];
  /** After the last token, as the graph without taps gave them. */
  readonly logits: Float32Array;
  /** Largest part of their range by which logits may differ that are the same. */
  readonly tolerance: number;
}

/**
 * Reads a short text with all that was tapped, and compares: nothing hidden gives the logits of the graph without taps, and
 * so does the last state; the probabilities of a row sum to 1 and leave out what comes later; what is hidden gets none, and
 * changes what is said next. Throws what the session throws.
 */
export async function checkTaps(session: TappedSession, layout: GraphLayout, { text, logits, tolerance }: PlainReading): Promise<CheckedTaps> {
  const { layers } = session;
  const count = text.length;
  const rows = text.map((_, row) => row);
  const spans: TappedPass['spans'] = [[0, count], [1, 3], ...rows.map((row) => [row, count] as const)];
  // The text's last state, and before it that of the first token, which is another.
  const states = [layers * count, layers * count + count - 1];
  const pass: TappedPass = { ids: [text], past: emptyCache(layout), rows, spans, states, hides: [] };
  const open = await session.forward(pass);
  const last = count - 1;
  const hidden = await session.forward({ ...pass, hides: [{ span: [1, 3], from: last }] });
  const same = (a: Float32Array | undefined) => difference(a, logits) <= tolerance;

  const differ = (a: Float32Array | undefined, b: Float32Array | undefined) => difference(a, b) > 0 && a?.length === b?.length;
  const heads = open.attention.length / (layers * count * spans.length);
  const mass = (array: Float32Array, layer: number, head: number, row: number, span: number) => array[((layer * heads + head) * count + row) * spans.length + span] ?? NaN;
  const every = (holds: (layer: number, head: number, row: number) => boolean) =>
    Array.from({ length: layers }, (_, layer) => layer).every((layer) => Array.from({ length: heads }, (_, head) => head).every((head) => rows.every((row) => holds(layer, head, row))));
  const width = open.hidden.length / ((layers + 1) * count);

  const right: Readonly<Record<Tap, boolean>> = {
    masks: same(open.logits.at(-1)) && differ(hidden.logits.at(-1), open.logits.at(-1)),
    attention:
      Number.isInteger(heads) && heads > 0 &&
      every((layer, head, row) => Math.abs(mass(open.attention, layer, head, row, 0) - 1) <= SUM && (row === last || Math.abs(mass(open.attention, layer, head, row, row + 3)) <= SUM)) &&
      every((layer, head) => mass(hidden.attention, layer, head, last, 1) === 0),
    gates: open.gates.length === layers * count && open.gates.every((number) => Number.isInteger(number) && number >= 0),
    hidden: Number.isInteger(width) && width > 0 && open.hidden.every(Number.isFinite) && same(open.logits[1]) && differ(open.logits[0], open.logits[1]),
  };
  const names: Readonly<Record<Tap, string>> = { masks: 'a mask', attention: 'attention whose probabilities sum to 1', gates: 'the feed-forward gates', hidden: 'the final norm and the head' };
  const taps = session.taps.filter((tap) => right[tap]);
  return { taps, wrong: session.taps.filter((tap) => !right[tap]).map((tap) => names[tap]), sizes: { heads: right.attention ? heads : 1, width } };
}
