import type { Span } from '../trace/trace.ts';
import { trimSpan } from './lines.ts';

/**
 * Cuts a text into steps. The spans are UTF-16 offsets into `text`: in order, disjoint, none empty,
 * none beginning or ending in whitespace, and between two of them there is whitespace only, so
 * nothing of the text is lost. No boundary lies inside a protected block. Only the part `within` is cut
 * where it is given. Blank text has no steps. Never throws and takes time linear in the length of the
 * text.
 */
export type Segmenter = (text: string, within?: Span, options?: SegmentOptions) => Span[];

/** What a person may fix for the segmenters that depend on it. */
export interface SegmentOptions {
  /** BCP 47 language of the text, for sentences; else it is read off the beginning of the text. */
  readonly language?: string;
  /** The words that open a planning unit; else the lists of `PLANNING_WORDS`. */
  readonly planningWords?: readonly string[];
}

/** Makes a segmenter out of a function that only knows whole texts. */
export function segmenter(cut: (text: string, options: SegmentOptions) => Span[]): Segmenter {
  return (text, within, options = {}) => {
    if (within === undefined) return cut(text, options);
    const { start } = within;
    return cut(text.slice(start, within.end), options).map((span) => ({ start: span.start + start, end: span.end + start }));
  };
}

/** The steps that begin at these offsets (in order), trimmed. What stands before the first offset belongs to the first step. */
export function stepsAt(text: string, offsets: readonly number[]): Span[] {
  const whole = trimSpan(text, 0, text.length);
  if (whole.start === whole.end) return [];
  const cuts = [whole.start, ...offsets.filter((offset) => offset > whole.start && offset < whole.end)];
  return cuts.map((cut, index) => trimSpan(text, cut, cuts[index + 1] ?? whole.end)).filter(({ start, end }) => start < end);
}
