import { countWhile } from '../core/count-while.ts';
import type { Span } from '../core/trace/trace.ts';
import type { OpenTrace } from './trace-documents.ts';

/**
 * Offsets of a trace in its response and in the document that shows it. They are tied together by the
 * steps as the trace was read: those stand in the document in order, with other space between them, and
 * in the document of a data set's row each line ending is one `\n`.
 */
export interface DocumentOffsets {
  /** Where a character of the response stands in the document. */
  toDocument(offset: number): number;
  /** Where a place in the document is in the response; between two steps the beginning of the next. */
  toResponse(offset: number): number;
}

/** `open` is the trace as it was read, before it was cut again. */
export function documentOffsets(open: OpenTrace): DocumentOffsets {
  const { response, steps } = open.trace;
  const inResponse = steps.map(({ span }) => span);
  const inDocument = open.steps;
  /** Line endings of two characters in the first `length` characters of a step that the document writes with one. */
  const dropped = (step: number, length: number): number => {
    const span = inResponse[step];
    const shown = inDocument[step];
    if (span === undefined || shown === undefined || span.end - span.start === shown.end - shown.start) return 0;
    return response.slice(span.start, span.start + length).match(/\r\n/g)?.length ?? 0;
  };
  return {
    toDocument(offset) {
      const step = indexAt(inResponse, offset);
      const length = offset - (inResponse[step]?.start ?? 0);
      return (inDocument[step]?.start ?? 0) + length - dropped(step, length);
    },
    toResponse(offset) {
      const step = indexAt(inDocument, offset);
      const span = inResponse[step];
      const shown = inDocument[step];
      if (span === undefined || shown === undefined) return 0;
      if (offset >= shown.end) return inResponse[step + 1]?.start ?? span.end;
      const length = Math.max(0, offset - shown.start);
      if (dropped(step, span.end - span.start) === 0) return span.start + length;
      // Each line ending before the place is one character longer in the response.
      let at = span.start;
      for (let left = length; left > 0; left--) at += response.startsWith('\r\n', at) ? 2 : 1;
      return at;
    },
  };
}

/** The index of the last span that starts at or before the offset; the first where none does. */
function indexAt(spans: readonly Span[], offset: number): number {
  return Math.max(0, countWhile(spans.length, (index) => (spans[index]?.start ?? Infinity) <= offset) - 1);
}
