import type { ReadText } from '../../core/attention/groups.ts';
import type { Span } from '../../core/trace/trace.ts';
import type { OpenTrace } from '../trace-documents.ts';

/** Where the text that a model reads stands in the document, and the other way round. All are UTF-16 offsets. */
export interface AttentionPlaces {
  /** Undefined for what stands in no document: marks of a template, the system turn. */
  toDocument(span: Span): Span | undefined;
  /** The parts of a selection that the model reads, in order. */
  toText(selection: Span): Span[];
}

/** A part of the text with the same part of the document. Line endings may differ in length; a part never leaves its place. */
interface Tied {
  readonly text: Span;
  readonly document: Span;
}

export function attentionPlaces(read: ReadText, open: Pick<OpenTrace, 'problem' | 'steps' | 'answer' | 'trace'>): AttentionPlaces {
  const tied = tie(read, open);
  return {
    toDocument(span) {
      const places = tied.filter(({ text }) => span.start < text.end && text.start < span.end);
      const [first, last] = [places[0], places.at(-1)];
      if (first === undefined || last === undefined) return undefined;
      const at = ({ text, document }: Tied, offset: number): number => clamp(document.start + offset - text.start, document);
      return { start: at(first, span.start), end: span.end >= last.text.end ? last.document.end : at(last, span.end) };
    },
    toText: (selection) =>
      tied.flatMap(({ text, document }) => {
        const at = (offset: number): number => clamp(text.start + offset - document.start, text);
        const [start, end] = [at(selection.start), at(selection.end)];
        return start < end ? [{ start, end }] : [];
      }),
  };
}

function tie({ parts }: ReadText, { problem, steps, answer, trace }: Parameters<typeof attentionPlaces>[1]): Tied[] {
  const led = trace.problem.length - trace.problem.trimStart().length;
  const of: Readonly<Record<string, readonly Span[]>> = {
    question: [{ start: problem.start + led, end: problem.end }],
    step: steps,
    answer: answer === undefined ? [] : [answer],
  };
  const counts = new Map<string, number>();
  return parts.flatMap(({ kind, span }) => {
    const index = counts.get(kind) ?? 0;
    counts.set(kind, index + 1);
    const document = of[kind]?.[index];
    // A step without its own label ends where the step ends.
    return document === undefined ? [] : [{ text: span, document: { start: Math.max(document.start, document.end - (kind === 'step' ? span.end - span.start : Infinity)), end: document.end } }];
  });
}

function clamp(offset: number, { start, end }: Span): number {
  return Math.max(start, Math.min(end, offset));
}
