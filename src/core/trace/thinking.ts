import type { Span } from './trace.ts';

/** A response with its thinking set apart. Spans are UTF-16 offsets into the response, trimmed. */
export interface Thinking {
  /** Where the steps lie. */
  readonly thinking: Span;
  /** What stands after `</think>`; absent where that is nothing, or where there are no tags. */
  readonly answer?: Span;
}

const OPEN_AT_LINE_START = /^[ \t]*<think>/m;
const OPEN = '<think>';
const CLOSE = '</think>';

/** The offset right after `<think>` where a line of the text begins with it. A tag named in prose opens nothing. */
export function thinkingStart(text: string): { readonly tag: number; readonly body: number } | undefined {
  const match = OPEN_AT_LINE_START.exec(text);
  if (!match) return undefined;
  const body = match.index + match[0].length;
  return { tag: body - OPEN.length, body };
}

/**
 * Sets thinking and answer apart: `<think> … </think> answer`; an unclosed `<think>` (cut off while
 * thinking); or only `</think>`, as chat templates leave it that write the opening tag into the
 * prompt. Without tags all of it is thinking. Thinking that was left empty counts as no thinking: then
 * the text after it is where the steps lie.
 */
export function splitThinking(response: string): Thinking {
  const start = thinkingStart(response)?.body ?? 0;
  const close = response.indexOf(CLOSE, start);
  if (close < 0) return { thinking: trimmed(response, start, response.length) };
  const thinking = trimmed(response, start, close);
  const answer = trimmed(response, close + CLOSE.length, response.length);
  if (thinking.start === thinking.end) return { thinking: answer };
  return answer.start === answer.end ? { thinking } : { thinking, answer };
}

/** Whether a prompt ends in a thinking block that it has just opened: the model's reply begins with its thinking. */
export function opensThinking(prompt: string): boolean {
  return prompt.trimEnd().endsWith(OPEN);
}

/** A prompt that ends in an open thinking block, with the block closed at once: the reply begins with the answer. */
export function closeThinking(prompt: string): string {
  return `${prompt}${prompt.endsWith('\n') ? '' : '\n'}\n${CLOSE}\n\n`;
}

/**
 * Where a growing reply begins to answer, UTF-16 offset: after `</think>`, or at 0 where nothing was thought; undefined while
 * it thinks. `opened`: the prompt opened the block (see opensThinking).
 */
export function answerStart(reply: string, opened: boolean): number | undefined {
  const close = reply.indexOf(CLOSE);
  if (close >= 0) return close + CLOSE.length;
  return opened || reply.trimStart().startsWith(OPEN) ? undefined : 0;
}

function trimmed(text: string, start: number, end: number): Span {
  const part = text.slice(start, end);
  const from = start + part.length - part.trimStart().length;
  return { start: from, end: Math.max(from, start + part.trimEnd().length) };
}
