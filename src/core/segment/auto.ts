import type { Span } from '../trace/trace.ts';
import { blankLines } from './blank-lines.ts';
import { numbered, numberedStarts, type NumberedStart } from './numbered.ts';
import { segmenter } from './segmenter.ts';

/**
 * Blank lines, unless the steps are numbered lines that blank lines do not separate: then the numbers.
 * A numbered list inside one paragraph of a longer text does not count: the numbers must give more
 * steps than the blank lines do.
 */
export const auto = segmenter((text) => {
  const byBlankLines = blankLines(text);
  const starts = numberedStarts(text);
  if (starts.length < 2 || !sharesStep(starts, byBlankLines)) return byBlankLines;
  const byNumbers = numbered(text);
  return byNumbers.length > byBlankLines.length ? byNumbers : byBlankLines;
});

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
