import { countWhile } from '../count-while.ts';
import { fail, ok, type Failure, type Result } from '../result.ts';
import type { Span } from '../trace/trace.ts';
import { trimSpan } from './lines.ts';

/**
 * A change to a segmentation by hand. Offsets are UTF-16 and count in the response. A boundary is named
 * by where the step after it begins.
 */
export type SegmentationEdit =
  /** Takes away the boundary before the step that begins at `at`. */
  | { readonly type: 'merge'; readonly at: number }
  /** A new step begins at `at`, or at the first character after it that is no space. */
  | { readonly type: 'split'; readonly at: number }
  /** The boundary before the step that begins at `from` goes to `to`, within the two steps beside it. */
  | { readonly type: 'move'; readonly from: number; readonly to: number };

export type EditErrorReason = 'no-boundary' | 'outside-steps' | 'at-boundary' | 'surrogate-pair' | 'protected-block';

/** Steps, and where their units begin if there are units: each at the start of a step. */
export interface Cuts {
  readonly steps: readonly Span[];
  readonly unitStarts?: readonly number[];
}

/** What an edit is checked against. */
export interface EditContext {
  /** The response. */
  readonly text: string;
  /** The protected blocks of the response: by hand, too, they stay whole. */
  readonly blocks: readonly Span[];
}

/**
 * Applies one edit. Units follow their steps: without the boundary at which it began, a unit joins the
 * one before; with a moved boundary it moves; a step that is split stays in its unit.
 */
export function applyEdit({ text, blocks }: EditContext, cuts: Cuts, edit: SegmentationEdit): Result<Cuts, EditErrorReason> {
  const { steps } = cuts;
  switch (edit.type) {
    case 'merge': {
      const index = boundaryAt(steps, edit.at);
      if (index === undefined) return noBoundary();
      return ok(replaced(cuts, index - 1, [{ start: steps[index - 1]?.start ?? 0, end: steps[index]?.end ?? 0 }], edit.at, undefined));
    }
    case 'split': {
      const index = stepOf(steps, edit.at);
      const step = steps[index ?? -1];
      if (index === undefined || step === undefined) return outside();
      const parts = cutAt(text, blocks, step, edit.at);
      return parts.ok ? ok(replaced(cuts, index, parts.value, undefined, undefined)) : parts;
    }
    case 'move': {
      const index = boundaryAt(steps, edit.from);
      if (index === undefined) return noBoundary();
      const both = { start: steps[index - 1]?.start ?? 0, end: steps[index]?.end ?? 0 };
      if (edit.to < both.start || edit.to >= both.end) return outside();
      const parts = cutAt(text, blocks, both, edit.to);
      if (!parts.ok) return parts;
      const to = parts.value[1].start;
      if (to === edit.from) return atBoundary();
      return ok(replaced(mergedAt(cuts, index), index - 1, parts.value, edit.from, to));
    }
  }
}

/** Why a list of edits could not be applied: the 0-based edit at which it stopped. */
export type EditsFailure = Failure<EditErrorReason> & { readonly edit: number };

/** Applies edits in order: all of them, or none. */
export function applyEdits(context: EditContext, cuts: Cuts, edits: readonly SegmentationEdit[]): { readonly ok: true; readonly value: Cuts } | { readonly ok: false; readonly error: EditsFailure } {
  let current = cuts;
  for (const [index, edit] of edits.entries()) {
    const next = applyEdit(context, current, edit);
    if (!next.ok) return { ok: false, error: { ...next.error, edit: index } };
    current = next.value;
  }
  return ok(current);
}

function noBoundary(): Result<never, EditErrorReason> {
  return fail('no-boundary', 'There is no boundary between two steps at that place: choose one where a step begins, the first step excepted.');
}

function outside(): Result<never, EditErrorReason> {
  return fail('outside-steps', 'That place is outside of the steps that may change: choose one within them.');
}

function atBoundary(): Result<never, EditErrorReason> {
  return fail('at-boundary', 'A step begins or ends there already: choose a place inside of a step.');
}

/** Cuts a step in two parts that both hold text. */
function cutAt(text: string, blocks: readonly Span[], step: Span, at: number): Result<readonly [Span, Span], EditErrorReason> {
  if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)))
    return fail('surrogate-pair', 'That place is in the middle of a character: choose one before or after it.');
  const first = trimSpan(text, step.start, at);
  const second = trimSpan(text, at, step.end);
  if (first.start === first.end || second.start === second.end) return atBoundary();
  const block = blocks[lastBefore(blocks, second.start)];
  if (block !== undefined && block.start < second.start && block.end > second.start)
    return fail('protected-block', 'That place is inside of a formula, a code block or a table, and those stay whole: choose one before or after it.');
  return ok([first, second]);
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** The index of the step that begins at the offset; undefined for none and for the first. */
function boundaryAt(steps: readonly Span[], at: number): number | undefined {
  const index = lastBefore(steps, at + 1);
  return index > 0 && steps[index]?.start === at ? index : undefined;
}

/** The index of the step that holds the offset. */
function stepOf(steps: readonly Span[], at: number): number | undefined {
  const index = lastBefore(steps, at + 1);
  const step = steps[index];
  return step !== undefined && at < step.end ? index : undefined;
}

/** The index of the last span that starts before the offset; -1 for none. */
function lastBefore(spans: readonly Span[], offset: number): number {
  return countWhile(spans.length, (index) => (spans[index]?.start ?? Infinity) < offset) - 1;
}

function mergedAt(cuts: Cuts, index: number): Cuts {
  const merged = { start: cuts.steps[index - 1]?.start ?? 0, end: cuts.steps[index]?.end ?? 0 };
  return { ...cuts, steps: cuts.steps.toSpliced(index - 1, 2, merged) };
}

/** Puts `parts` in the place of one step, or of two where there is one part; a unit that began at `from` begins at `to`, or is gone. */
function replaced(cuts: Cuts, index: number, parts: readonly Span[], from: number | undefined, to: number | undefined): Cuts {
  const steps = cuts.steps.toSpliced(index, parts.length === 1 ? 2 : 1, ...parts);
  if (cuts.unitStarts === undefined) return { steps };
  return { steps, unitStarts: cuts.unitStarts.flatMap((start) => (start !== from ? [start] : to === undefined ? [] : [to])) };
}
