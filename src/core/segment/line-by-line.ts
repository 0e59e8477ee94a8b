import { outsideBlocks, protectedBlocks } from './blocks.ts';
import { forEachLine } from './lines.ts';
import { segmenter, stepsAt } from './segmenter.ts';
import { isLeadIn } from './step-marker.ts';

/**
 * Each line that is not blank is a step. A block of several lines stays whole, with the line that it
 * begins on, and headings, rules and titles go with the line after them; at the end, with the one before.
 */
export const lineByLine = segmenter((text) => {
  const lines = outsideBlocks(lineStarts(text), protectedBlocks(text));
  const titles = lines.map((start, index) => isTitle(text.slice(start, lines[index + 1]).trimEnd()));
  const last = titles.lastIndexOf(false);
  return stepsAt(text, lines.filter((_, index) => index <= last && titles[index - 1] !== true));
});

function lineStarts(text: string): number[] {
  const starts: number[] = [];
  forEachLine(text, (start, end) => {
    if (start < end) starts.push(start);
  });
  return starts;
}

/** A title in which a block of several lines begins is none. */
function isTitle(lines: string): boolean {
  return !lines.includes('\n') && isLeadIn(lines);
}
