import type { HiddenPart } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { Span } from '../../core/trace/trace.ts';
import type { Hide } from './interventions.ts';
import { createTextStream } from './text-stream.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** Where each token lies in the text, UTF-16 offsets; what comes before the text starts at -1. */
export type TokenSpans = readonly Span[];

/**
 * Finds the text of each token by decoding. A token that holds only a part of a character, later ones the rest, is
 * empty. Throws `unsupported` where the tokens do not spell the text.
 */
export function tokenSpans(tokenizer: ModelTokenizer, text: string, ids: readonly number[]): TokenSpans {
  const stream = createTextStream(tokenizer);
  const ends = ids.map((id) => stream.push(id).length);
  // Tokenizers compose characters (NFC) before they cut the text.
  const composed = text.normalize('NFC');
  if (!stream.text.endsWith(composed)) {
    throw new StepscopeError('unsupported', 'The tokens of this model do not spell the text exactly, so parts of it cannot be found among them: use a model with a byte-level tokenizer.');
  }
  const before = stream.text.length - composed.length;
  const offsets = composed === text ? undefined : composedOffsets(text);
  const inText = (end: number) => {
    const at = end - before;
    return at < 0 ? -1 : offsets === undefined ? at : (offsets[at] ?? text.length);
  };
  return ends.map((end, i) => ({ start: inText(ends[i - 1] ?? 0), end: inText(end) }));
}

/** For each offset into the composed text the offset into the text itself. */
function composedOffsets(text: string): number[] {
  const offsets: number[] = [];
  let at = 0;
  // A base character and the marks after it compose with each other and with nothing else.
  for (const cluster of text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []) {
    const length = cluster.normalize('NFC').length;
    for (let i = 0; i < length; i++) offsets.push(at);
    at += cluster.length;
  }
  offsets.push(text.length);
  return offsets;
}

/** Positions [start, end) of the tokens that lie in a part of the text, wholly or partly. */
export function positionsOf(spans: TokenSpans, { start, end }: Span): [number, number] {
  if (start >= end) return [0, 0];
  const within = (span: Span) => span.start < end && Math.max(span.end, span.start + 1) > start;
  const first = spans.findIndex(within);
  return first < 0 ? [0, 0] : [first, spans.findLastIndex(within) + 1];
}

/** What is hidden, in positions. The token before `from` predicts the first one after it, so it is the first not to see. */
export function hideOf(spans: TokenSpans, { span, from, layers, heads }: HiddenPart): Hide {
  const next = from === undefined ? -1 : spans.findIndex((token) => token.start >= from && token.end > token.start);
  return {
    span: positionsOf(spans, span),
    from: Math.max(0, (next < 0 ? spans.length : next) - 1),
    ...(layers === undefined ? {} : { layers }),
    ...(heads === undefined ? {} : { heads }),
  };
}
