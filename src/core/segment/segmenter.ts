import type { Span } from '../trace/trace.ts';

/**
 * Cuts a text into steps. The spans are UTF-16 offsets into `text`: in order, disjoint, none empty,
 * none beginning or ending in whitespace, and between two of them there is whitespace only, so
 * nothing of the text is lost. Only the part `within` is cut where it is given. Blank text has no
 * steps. Never throws and takes time linear in the length of the text.
 */
export type Segmenter = (text: string, within?: Span) => Span[];

/** Makes a segmenter out of a function that only knows whole texts. */
export function segmenter(cut: (text: string) => Span[]): Segmenter {
  return (text, within) => {
    if (within === undefined) return cut(text);
    const { start } = within;
    return cut(text.slice(start, within.end)).map((span) => ({ start: span.start + start, end: span.end + start }));
  };
}
