import type { Span } from '../trace/trace.ts';
import { protectedBlocks } from './blocks.ts';
import { forEachLine } from './lines.ts';
import { segmenter } from './segmenter.ts';
import { isLeadIn } from './step-marker.ts';

/**
 * A blank line ends a step, but not inside a code fence, a display formula or a LaTeX environment.
 * A paragraph of nothing but headings, rules or a step's title belongs to the step that follows; at
 * the end of the text, to the step before.
 */
export const blankLines = segmenter((text) => joinLeadIns(paragraphs(text)));

/** A run of lines between blank lines. */
export interface Paragraph extends Span {
  /** It has only headings, rules and step titles. */
  readonly leadIn: boolean;
}

/** The paragraphs of a text, trimmed; blocks are never cut. */
export function paragraphs(text: string): Paragraph[] {
  const blocks = protectedBlocks(text);
  const found: Paragraph[] = [];
  let block = 0;
  let open: { start: number; end: number; leadIn: boolean } | undefined;
  forEachLine(text, (start, end, lineStart) => {
    while ((blocks[block]?.end ?? Infinity) <= lineStart) block++;
    const inside = (blocks[block]?.start ?? Infinity) < lineStart;
    if (start < end) {
      const leadIn = !inside && isLeadIn(text.slice(start, end));
      if (open) {
        open.end = end;
        open.leadIn &&= leadIn;
      } else open = { start, end, leadIn };
    } else if (open && !inside) {
      found.push(open);
      open = undefined;
    }
  });
  if (open) found.push(open);
  return found;
}

function joinLeadIns(all: readonly Paragraph[]): Span[] {
  const steps: { start: number; end: number }[] = [];
  let pending: number | undefined;
  for (const { start, end, leadIn } of all) {
    if (leadIn) pending ??= start;
    else {
      steps.push({ start: pending ?? start, end });
      pending = undefined;
    }
  }
  const end = all.at(-1)?.end;
  if (pending === undefined || end === undefined) return steps;
  const last = steps.at(-1);
  if (last) last.end = end;
  else steps.push({ start: pending, end });
  return steps;
}
