import type { Span } from '../trace/trace.ts';
import { protectedBlocks } from './blocks.ts';
import { forEachLine, trimSpan } from './lines.ts';
import { segmenter } from './segmenter.ts';
import { isLeadIn, stepMarker, type StepMarker } from './step-marker.ts';

/**
 * Lines that begin `Step 3:`, `**Step 3:**`, `### Step 3`, `3.` or `3)` with consecutive numbers start
 * a step; every other line, blank or not, belongs to the step before it. Text before the first number
 * is its own step. The first number is the one that opens the text, or else the first 0 or 1; after it
 * only the next number in the same style and not further indented counts, so inner lists stay whole.
 */
export const numbered = segmenter((text) => {
  const starts = numberedStarts(text);
  const whole = trimSpan(text, 0, text.length);
  if (whole.start === whole.end) return [];
  // A title above the first number is no step: the first cut then falls on the beginning of the text.
  const cuts = [whole.start, ...starts.map((start) => start.cut).filter((cut) => cut > whole.start)];
  return cuts.map((cut, index): Span => trimSpan(text, cut, cuts[index + 1] ?? whole.end));
});

/** Where a numbered step begins. */
export interface NumberedStart {
  /** Offset of the marker. */
  readonly start: number;
  /** Where the step begins: at the headings and rules right above the marker, where there are any. */
  readonly cut: number;
}

/** The consecutively numbered starts of a text, in order. Markers inside code and formulas do not count. */
export function numberedStarts(text: string): NumberedStart[] {
  const blocks = protectedBlocks(text);
  const starts: NumberedStart[] = [];
  let block = 0;
  let previous: (StepMarker & { readonly indent: number }) | undefined;
  let seenContent = false;
  let leadIn: number | undefined;
  forEachLine(text, (start, end, lineStart) => {
    if (start === end) return;
    while ((blocks[block]?.end ?? Infinity) <= lineStart) block++;
    const inside = (blocks[block]?.start ?? Infinity) < lineStart;
    const line = text.slice(start, end);
    const marker = inside ? undefined : stepMarker(line);
    const indent = start - lineStart;
    if (marker && (previous ? follows(marker, indent, previous) : marker.number <= 1 || !seenContent)) {
      starts.push({ start, cut: leadIn ?? start });
      previous = { ...marker, indent: previous?.indent ?? indent };
      leadIn = undefined;
      // A number out of order leads nothing in: cut out as a title, it would open its step with another count.
    } else if (!inside && marker === undefined && isLeadIn(line)) leadIn ??= start;
    else leadIn = undefined;
    seenContent ||= leadIn === undefined;
  });
  return starts;
}

function follows(marker: StepMarker, indent: number, previous: StepMarker & { readonly indent: number }): boolean {
  return marker.style === previous.style && marker.number === previous.number + 1 && indent <= previous.indent;
}
