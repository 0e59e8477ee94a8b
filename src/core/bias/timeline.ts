import { countWhile } from '../count-while.ts';
import type { Span } from '../trace/trace.ts';
import type { TextMeasure } from './measure-trace.ts';

/** What the detectors say of a place: where an answer is first stated, what is re-examined, said again, repeated, and the final answer. */
export const MARK_KINDS = ['first', 'reflection', 'redundant', 'loop', 'answer'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface TimelineMark {
  readonly kind: MarkKind;
  /** UTF-16 offsets into the trace's text. */
  readonly span: Span;
  /** 0-based; for a loop its first, undefined for what stands after the steps. */
  readonly step: number | undefined;
  /** The answer, the word that opens a reflection, or how often which steps are written (`3 × 2 steps`). */
  readonly what: string;
  /** Where it begins and ends on the axis. */
  readonly from: number;
  readonly to: number;
}

/** A trace along its own length: everything that the detectors say, in order. */
export interface Timeline {
  /** Of the axis. Characters are UTF-16 units. */
  readonly unit: 'tokens' | 'characters';
  readonly length: number;
  readonly steps: readonly { readonly from: number; readonly to: number }[];
  readonly marks: readonly TimelineMark[];
}

/** The axis of a trace: `at` turns an offset into the text into a place on it. */
export interface TraceAxis {
  readonly unit: Timeline['unit'];
  readonly length: number;
  /** How many tokens (or characters) begin before the offset. */
  at(offset: number): number;
}

/** `tokens` are those of the trace, UTF-16 offsets into its text, in order; undefined where they are not known. */
export function traceAxis(text: string, tokens: readonly Span[] | undefined): TraceAxis {
  if (tokens === undefined) return { unit: 'characters', length: text.length, at: (offset) => Math.min(Math.max(0, offset), text.length) };
  return { unit: 'tokens', length: tokens.length, at: (offset) => countWhile(tokens.length, (index) => (tokens[index]?.start ?? Infinity) < offset) };
}

/** Marks in the order of their places. `answer` is where the final answer stands. */
export function timelineOf(measure: TextMeasure, axis: TraceAxis, answer: { readonly answer: string; readonly span: Span } | undefined): Timeline {
  const place = ({ start, end }: Span) => ({ from: axis.at(start), to: axis.at(end) });
  const mark = (kind: MarkKind, span: Span, step: number | undefined, what: string): TimelineMark => ({ kind, span, step, what, ...place(span) });
  const { first, steps } = measure;
  const stepsOf = (from: number, end: number): Span => ({ start: steps[from]?.start ?? 0, end: steps[end - 1]?.end ?? 0 });
  const marks = [
    ...(first === undefined ? [] : [mark('first', first.span, first.step, first.answer)]),
    ...measure.reflections.map(({ span, step, word }) => mark('reflection', span, step, word)),
    ...measure.redundant.map((step) => mark('redundant', stepsOf(step, step + 1), step, '')),
    ...measure.loops.map((loop) => mark('loop', stepsOf(loop.first, loop.end), loop.first, loopText(loop))),
    ...(answer === undefined ? [] : [mark('answer', answer.span, undefined, answer.answer)]),
  ];
  const order = (one: TimelineMark, other: TimelineMark): number => one.span.start - other.span.start || MARK_KINDS.indexOf(one.kind) - MARK_KINDS.indexOf(other.kind);
  return { unit: axis.unit, length: axis.length, steps: steps.map(place), marks: marks.sort(order) };
}

function loopText({ first, end, period }: TextMeasure['loops'][number]): string {
  // A loop may end in the middle of its block.
  const times = Math.floor((end - first) / period);
  return `${times} × ${period}`;
}
