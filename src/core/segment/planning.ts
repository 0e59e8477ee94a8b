import type { Span, Unit } from '../trace/trace.ts';
import { blankLines } from './blank-lines.ts';
import { protectedBlocks } from './blocks.ts';
import { wordFinder } from './planning-words.ts';
import { segmenter, stepsAt, type SegmentOptions } from './segmenter.ts';
import { sentenceStarts } from './sentences.ts';

/**
 * Blank lines, and in each paragraph a cut before the sentences that begin with a planning word
 * (`Wait`, `So`, `首先`). `unitStarts` groups the steps.
 */
export const planning = segmenter((text, { planningWords }) => {
  const wordAt = wordFinder(planningWords);
  const blocks = protectedBlocks(text);
  let block = 0;
  const starts = blankLines(text).flatMap(({ start, end }) => {
    const inside: Span[] = [];
    for (; (blocks[block]?.end ?? Infinity) <= end; block++) {
      const { start: from = 0, end: to = 0 } = blocks[block] ?? {};
      inside.push({ start: from - start, end: to - start });
    }
    const opened = sentenceStarts(text.slice(start, end), inside, undefined).map((at) => at + start);
    return [start, ...opened.filter((at) => wordAt(text, at) !== undefined)];
  });
  return stepsAt(text, starts);
});

/**
 * Where units begin: with the first step, and with each step that begins with a planning word. The
 * steps up to the next unit go with it, so every step is in exactly one.
 */
export function unitStarts(text: string, steps: readonly Span[], { planningWords }: SegmentOptions): number[] {
  const wordAt = wordFinder(planningWords);
  return steps.filter(({ start }, index) => index === 0 || wordAt(text, start) !== undefined).map(({ start }) => start);
}

/** Units as groups of steps. `starts` are offsets at which steps begin, in order. */
export function unitsAt(text: string, steps: readonly Span[], starts: readonly number[], { planningWords }: SegmentOptions): Unit[] {
  const wordAt = wordFinder(planningWords);
  const begins = new Set(starts);
  const units: { first: number; end: number; word?: string }[] = [];
  steps.forEach(({ start }, index) => {
    const last = units.at(-1);
    if (last !== undefined && !begins.has(start)) {
      last.end = index + 1;
      return;
    }
    const word = wordAt(text, start);
    units.push({ first: index, end: index + 1, ...(word !== undefined && { word }) });
  });
  return units;
}
