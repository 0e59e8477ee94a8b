import { countWhile } from '../core/count-while.ts';
import type { Span } from '../core/trace/trace.ts';

/**
 * Returns the text with every line ending as `\n`, and the spans moved along. The editor keeps one
 * kind of line ending a document, so a text with several would not be the text that it shows.
 */
export function normalizeLineEndings(
  text: string,
  spans: readonly Span[],
): { readonly text: string; readonly spans: readonly Span[] } {
  /** Offsets of the `\r` of each `\r\n`: the characters that go. A lone `\r` is replaced, not dropped. */
  const dropped = [...text.matchAll(/\r\n/g)].map((match) => match.index);
  const moved = (offset: number): number => offset - countWhile(dropped.length, (index) => (dropped[index] ?? 0) < offset);
  return {
    text: text.replace(/\r\n?/g, '\n'),
    spans: spans.map(({ start, end }) => ({ start: moved(start), end: moved(end) })),
  };
}
