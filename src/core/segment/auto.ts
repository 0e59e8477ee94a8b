import type { Span } from '../trace/trace.ts';
import { blankLines } from './blank-lines.ts';
import { lineByLine } from './line-by-line.ts';
import { numbered, numberedStarts, type NumberedStart } from './numbered.ts';
import { segmenter, type SegmentOptions } from './segmenter.ts';
import { sentences } from './sentences.ts';

/** What `auto` chose for a text, the steps that this gives, and why. */
export interface AutoChoice {
  readonly segmenter: 'blank-lines' | 'numbered' | 'lines' | 'sentences';
  readonly steps: Span[];
  /** One sentence. */
  readonly why: string;
}

/**
 * Blank lines, unless the steps are numbered lines that blank lines do not separate: then the numbers.
 * A numbered list inside one paragraph of a longer text does not count: the numbers must give more
 * steps than the blank lines do. A text in one paragraph is cut by its lines, or into sentences where
 * it is one line or its lines break in the middle of sentences.
 */
export function chooseSegmenter(text: string, options: SegmentOptions = {}): AutoChoice {
  const byBlankLines = blankLines(text);
  const counted = numberedStarts(text).filter(({ counts }) => counts);
  if (counted.length >= 2 && sharesStep(counted, byBlankLines)) {
    const byNumbers = numbered(text);
    if (byNumbers.length > byBlankLines.length)
      return { segmenter: 'numbered', steps: byNumbers, why: `The text numbers ${counted.length} steps itself, more than blank lines separate.` };
  }
  if (byBlankLines.length > 1)
    return { segmenter: 'blank-lines', steps: byBlankLines, why: `Blank lines separate ${byBlankLines.length} paragraphs.` };
  const byLines = lineByLine(text);
  if (byLines.length > 1 && !isWrapped(text, byLines))
    return { segmenter: 'lines', steps: byLines, why: `There is no blank line, and each of ${byLines.length} lines stands by itself.` };
  const bySentences = sentences(text, undefined, options);
  if (bySentences.length > 1)
    return { segmenter: 'sentences', steps: bySentences, why: `There is one paragraph, of ${bySentences.length} sentences.` };
  return { segmenter: 'blank-lines', steps: byBlankLines, why: 'There is nothing to cut at.' };
}

/** The steps of the choice. It depends on the whole text: a step by itself may be cut further. */
export const auto = segmenter((text, options) => chooseSegmenter(text, options).steps);

/** True when two neighbouring starts stand in the same step. */
function sharesStep(starts: readonly NumberedStart[], steps: readonly Span[]): boolean {
  let step = 0;
  let taken = -1;
  for (const { start } of starts) {
    while ((steps[step]?.end ?? Infinity) <= start) step++;
    if (step === taken) return true;
    taken = step;
  }
  return false;
}

/** True when some line goes on with the sentence of the line before. */
function isWrapped(text: string, lines: readonly Span[]): boolean {
  return lines.some(({ start, end }, index) => {
    const next = lines[index + 1];
    return next !== undefined && !/[.!?。！？।:：]$/.test(text.slice(Math.max(start, end - 1), end)) && /^\p{Ll}{2,}[\s,]/u.test(text.slice(next.start, next.start + 40));
  });
}
