import { thinkingStart } from '../../core/trace/thinking.ts';
import type { Span } from '../../core/trace/trace.ts';
import { documentOffsets } from '../document-offsets.ts';
import type { OpenTrace } from '../trace-documents.ts';

/** A trace of an editor as the methods about bias take it: a question, and what a policy would have written after its prompt. */
export interface BiasTrace {
  readonly question: string;
  /** As a model writes it from the start of thinking on: without the tag that opens it, with the one that ends it. */
  readonly text: string;
  /** In `text`, as the editor has cut them. */
  readonly steps: readonly Span[];
  /** The answer that the format sets apart. */
  readonly apart: Span | undefined;
  /** The reference answer, where the data has one. */
  readonly gold: string | undefined;
  /** Whether a tag opens the thinking, and whether the data says at all where it begins or ends. */
  readonly opened: boolean;
  readonly marked: boolean;
  toDocument(span: Span): Span;
  /** A place of the document in `text`; undefined where it is before it. */
  toText(offset: number): number | undefined;
}

export function biasTrace(open: OpenTrace): BiasTrace {
  const { trace } = open;
  const { response } = trace;
  const tagged = thinkingStart(response);
  // The prompt of a policy ends with the tag and a line ending: a block that it has opened is not opened twice.
  const from = tagged === undefined ? 0 : response.length - response.slice(tagged.body).trimStart().length;
  const offsets = documentOffsets(open);
  const inText = ({ start, end }: Span): Span => ({ start: Math.max(0, start - from), end: Math.max(0, end - from) });
  const text = response.slice(from);
  const toDocument = (offset: number): number => {
    const { answer } = trace;
    // What is set apart may stand elsewhere in the document of a data set's row.
    if (answer !== undefined && open.answer !== undefined && offset >= answer.start) return Math.min(open.answer.end, open.answer.start + offset - answer.start);
    return offsets.toDocument(offset);
  };
  return {
    question: trace.problem.trim(),
    text,
    steps: trace.steps.map(({ span }) => inText(span)),
    apart: trace.answer && inText(trace.answer),
    gold: trace.given?.goldAnswer?.value,
    opened: tagged !== undefined,
    marked: tagged !== undefined || text.includes('</think>'),
    toDocument: ({ start, end }) => ({ start: toDocument(start + from), end: end > start ? toDocument(end + from - 1) + 1 : toDocument(end + from) }),
    toText(offset) {
      const first = open.steps[0];
      if (first === undefined || offset < first.start) return undefined;
      return Math.min(text.length, Math.max(0, offsets.toResponse(offset) - from));
    },
  };
}
