import type { Span, Step } from './trace.ts';

/** Numbers spans into steps. */
export function stepsFromSpans(spans: readonly Span[]): Step[] {
  return spans.map((span, index) => ({ index, span }));
}

/** What stands between two steps that came apart from each other. */
export const STEP_SEPARATOR = '\n\n';

/** Joins steps that came with the data; each step's span slices back to exactly its text. */
export function joinSteps(texts: readonly string[]): { readonly response: string; readonly steps: Step[]; readonly stepsGiven: true } {
  let start = 0;
  const spans = texts.map((text): Span => {
    const span = { start, end: start + text.length };
    start = span.end + STEP_SEPARATOR.length;
    return span;
  });
  return { response: texts.join(STEP_SEPARATOR), steps: stepsFromSpans(spans), stepsGiven: true };
}
