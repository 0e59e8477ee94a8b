import type { BiasPrompts } from '../bias/prompts.ts';
import { givenStart } from '../bias/write-traces.ts';
import type { Span, Trace } from '../trace/trace.ts';
import type { ReadText, TextPart } from './groups.ts';

/** What a policy reads: the prompt of the question, with a response after it as if the policy had written it. */
export function policyText({ thinking, question, system }: BiasPrompts, { response, steps, answer }: Pick<Trace, 'response' | 'steps' | 'answer'>): ReadText {
  const start = givenStart(thinking, response);
  const shifted = (span: Span): Span => ({ start: thinking.length + span.start - start, end: thinking.length + span.end - start });
  const parts: TextPart[] = [
    ...(system === undefined ? [] : [{ kind: 'system' as const, span: system }]),
    { kind: 'question', span: question },
    ...steps.map(({ span }) => ({ kind: 'step' as const, span: shifted(span) })),
    ...(answer === undefined ? [] : [{ kind: 'answer' as const, span: shifted(answer) }]),
  ];
  return { text: thinking + response.slice(start), parts };
}
