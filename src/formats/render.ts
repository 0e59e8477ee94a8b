import { stepText, type Span, type Trace } from '../core/trace/trace.ts';

/** A trace as a text document. Spans are UTF-16 offsets into `text`. */
export interface LocatedDocument {
  readonly text: string;
  readonly problem: Span;
  /** One a step, in order; each slices to exactly the step's text. */
  readonly steps: readonly Span[];
  readonly answer?: Span;
}

/**
 * The read-only document of a trace from a data set: Markdown with the problem, the steps separated by
 * blank lines, and the answer where there is one. Texts are put in unchanged, line endings included; a
 * host that normalises line endings has to shift the spans along.
 */
export function renderTrace(trace: Trace): LocatedDocument {
  let text = '';
  const put = (part: string): Span => {
    const start = text.length;
    text += part;
    return { start, end: text.length };
  };
  put('# Problem\n\n');
  const problem = put(trace.problem);
  put('\n\n# Steps');
  const steps = trace.steps.map((step) => {
    put('\n\n');
    return put(stepText(trace, step));
  });
  if (!trace.answer) {
    put('\n');
    return { text, problem, steps };
  }
  put('\n\n# Answer\n\n');
  const answer = put(trace.response.slice(trace.answer.start, trace.answer.end));
  put('\n');
  return { text, problem, steps, answer };
}
