import type { Span, Unit } from '../core/trace/trace.ts';

/** Lines from `start` to `end`, both 0-based and shown; all after `start` are hidden when it is folded. */
export interface FoldedLines {
  readonly start: number;
  readonly end: number;
}

export interface FoldableTrace {
  readonly problem: Span;
  readonly steps: readonly Span[];
  readonly units: readonly Unit[];
  readonly answer: Span | undefined;
}

/**
 * What folds in a trace: the problem, units, steps and the answer, where they have more than one line. An editor
 * folds one region a line, so where a unit begins with its first step the unit is it.
 */
export function foldedLines(trace: FoldableTrace, lineAt: (offset: number) => number): FoldedLines[] {
  const units = trace.units.flatMap(({ first, end }): Span[] => {
    const [from, to] = [trace.steps[first], trace.steps[end - 1]];
    return from === undefined || to === undefined ? [] : [{ start: from.start, end: to.end }];
  });
  const spans = [trace.problem, ...units, ...trace.steps, ...(trace.answer === undefined ? [] : [trace.answer])];
  const byStart = new Map<number, FoldedLines>();
  for (const span of spans) {
    const lines = { start: lineAt(span.start), end: lineAt(Math.max(span.start, span.end - 1)) };
    if (lines.end > lines.start && !byStart.has(lines.start)) byStart.set(lines.start, lines);
  }
  return [...byStart.values()].sort((one, other) => one.start - other.start);
}
