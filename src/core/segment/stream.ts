import type { Span } from '../trace/trace.ts';
import { scanBlocks } from './blocks.ts';
import { detectLanguage, LANGUAGE_SAMPLE } from './language.ts';
import { isSpace } from './lines.ts';
import type { SegmentOptions } from './segmenter.ts';
import { isLeadIn } from './step-marker.ts';
import { SEGMENTERS, type TextSegmenterName } from './segmenters.ts';

/**
 * Steps of a text that is still being written. A step is *settled* once no text that may follow can
 * change it: whatever is pushed later, the finished text cut as a whole begins with the settled steps.
 * That holds for a step once the next one has begun, in a line that is complete and before any mark
 * whose block is still open.
 *
 * `auto` decides by the whole text, so nothing of it settles before the end. `sentences` reads the
 * language off the first 400 UTF-16 units where none is given, and nothing settles before there are as
 * many; and whether a full stop ends a sentence is decided by the next letter, as long as one comes within
 * 256 units.
 */
export interface SegmentStream {
  /** Adds text and returns the steps that settled by it, possibly a push later than they could. */
  push(chunk: string): Span[];
  /** Ends the text and returns the steps that were not settled yet. */
  finish(): Span[];
  /** The steps as they would be if the text ended here, those after the settled ones. */
  pending(): Span[];
}

/** The tail is read again when it has grown by this factor: so all reads together stay linear. */
const GROWTH = 1.25;

export function segmentStream(name: TextSegmenterName, options: SegmentOptions = {}): SegmentStream {
  const { cut } = SEGMENTERS[name];
  const namesLanguage = name !== 'sentences' || options.language !== undefined;
  let fixed = options;
  let knowsLanguage = namesLanguage;
  /** The text from the first unsettled step on, and where in the whole text that is. */
  let tail = '';
  let base = 0;
  let readAgainAt = 0;
  let hasNewLine = false;

  const cutTail = (text: string): Span[] => cut(text, undefined, fixed).map((span) => shifted(span, base));

  function settle(): Span[] {
    const complete = tail.slice(0, settledLines(tail));
    const { openFrom } = scanBlocks(complete);
    const steps = cut(complete, undefined, fixed);
    // The last step goes on, and one is over only where the next begins for sure: with a line that is more than a title.
    const settled = steps.findIndex((_, index) => {
      const after = steps[index + 1];
      return after === undefined || contentStart(complete, after) > openFrom;
    });
    const next = steps[settled];
    const found = steps.slice(0, settled).map((span) => shifted(span, base));
    if (next === undefined || found.length === 0) return [];
    const from = lineStartOf(tail, next.start);
    tail = tail.slice(from);
    base += from;
    return found;
  }

  return {
    push(chunk) {
      tail += chunk;
      hasNewLine ||= chunk.includes('\n');
      if (!knowsLanguage && tail.length >= LANGUAGE_SAMPLE) {
        fixed = { ...options, language: detectLanguage(tail) };
        knowsLanguage = true;
      }
      if (name === 'auto' || !knowsLanguage || !hasNewLine || tail.length < readAgainAt) return [];
      hasNewLine = false;
      const found = settle();
      readAgainAt = tail.length * GROWTH;
      return found;
    },
    finish() {
      const found = cutTail(tail);
      base += tail.length;
      tail = '';
      return found;
    },
    pending: () => cutTail(tail),
  };
}

function shifted({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

/** The end of the last line that is complete and no title: what a title leads in decides where it belongs. */
function settledLines(text: string): number {
  let end = text.lastIndexOf('\n') + 1;
  while (end > 0) {
    const start = end < 2 ? 0 : text.lastIndexOf('\n', end - 2) + 1;
    const line = text.slice(start, end).trim();
    if (line !== '' && !isLeadIn(line)) break;
    end = start;
  }
  return end;
}

/** Where the first line of a step begins that is no title. */
function contentStart(text: string, { start, end }: Span): number {
  let at = start;
  while (at < end) {
    const newline = text.indexOf('\n', at);
    const lineEnd = newline < 0 || newline > end ? end : newline;
    const line = text.slice(at, lineEnd).trim();
    if (line !== '' && !isLeadIn(line)) break;
    at = lineEnd + 1;
  }
  return at;
}

/** The indent of the first line belongs to the tail: numbered steps compare it. */
function lineStartOf(text: string, start: number): number {
  let at = start;
  while (at > 0 && text[at - 1] !== '\n' && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}
