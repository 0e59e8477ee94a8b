import type { Span } from '../trace/trace.ts';
import type { RepetitionLoop } from './events.ts';

const MOST_STEPS = 8;
const FEWEST_TIMES = 3;

/**
 * Where a trace repeats itself word for word: blocks of 1 to 8 steps that are written at least three times in a row, white
 * space and case aside. A loop is named by its shortest block, and loops do not overlap.
 */
export function repetitionLoops(text: string, steps: readonly Span[]): RepetitionLoop[] {
  const written = steps.map(({ start, end }) => text.slice(start, end).toLowerCase().replace(/\s+/g, ' '));
  const loops: RepetitionLoop[] = [];
  for (let period = 1; period <= MOST_STEPS; period++) {
    let same = 0;
    for (let step = period; step <= written.length; step++) {
      if (step < written.length && written[step] === written[step - period]) {
        same++;
        continue;
      }
      const loop = { first: step - same - period, end: step, period };
      if (same >= (FEWEST_TIMES - 1) * period && !loops.some(({ first, end }) => first < loop.end && loop.first < end)) loops.push(loop);
      same = 0;
    }
  }
  return loops.sort((a, b) => a.first - b.first);
}
