import { finalAnswer } from '../answers/final-answer.ts';
import { answerStart } from '../trace/thinking.ts';
import type { Span } from '../trace/trace.ts';
import { repliedAnswer, type AnswerFinder } from './stated-answer.ts';

/** The answer that a trace ends on, as an editor holds it: not every one has its thinking marked. */
export interface TraceAnswer {
  readonly answer: string;
  /** UTF-16 offsets of the text in which it is stated. */
  readonly span: Span;
  /** After the thinking; the answer that the data set apart; failing both, the last one that the text states. */
  readonly by: 'after the thinking' | 'set apart' | 'last stated';
}

/** `apart` is the answer that the trace's format sets apart, where there is one. */
export function traceAnswer(find: AnswerFinder, text: string, apart: Span | undefined): TraceAnswer | undefined {
  const after = answerStart(text, true);
  const parts = [
    ...(after === undefined ? [] : [{ span: { start: after, end: text.length }, by: 'after the thinking' as const }]),
    ...(apart === undefined ? [] : [{ span: apart, by: 'set apart' as const }]),
  ];
  for (const { span: { start, end }, by } of parts) {
    const part = text.slice(start, end);
    // A format that sets an answer apart writes it in a way of its own: `#### 72`.
    const answer = repliedAnswer(find, part) ?? (by === 'set apart' ? finalAnswer(part) : undefined);
    if (answer === undefined) continue;
    const at = part.lastIndexOf(answer);
    return { answer, by, span: at < 0 ? { start, end } : { start: start + at, end: start + at + answer.length } };
  }
  // A trace that was ended and states nothing then has no answer, whatever it said before.
  if (after !== undefined) return undefined;
  const last = find(text).at(-1);
  return last && { answer: last.answer, span: last.span, by: 'last stated' };
}
