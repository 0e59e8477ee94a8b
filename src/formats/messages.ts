import { fail, ok, type Result } from '../core/result.ts';
import { isRecord } from '../core/is-record.ts';
import type { FormatErrorReason } from './trace-file.ts';

export type Message = Readonly<Record<string, unknown>>;

/** A question and the answer to it. */
export interface ChatTurn {
  readonly question: Message;
  readonly answer: Message;
}

/** True for a list of chat messages: not empty, and each with a role. */
export function isChat(value: unknown): value is readonly Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isRecord(item) && typeof item['role'] === 'string');
}

/** Each user message with the first assistant message after it. Other roles are passed over. */
export function chatTurns(messages: readonly Message[]): ChatTurn[] {
  const turns: ChatTurn[] = [];
  let question: Message | undefined;
  for (const message of messages) {
    if (message['role'] === 'user') question = message;
    else if (message['role'] === 'assistant' && question) {
      turns.push({ question, answer: message });
      question = undefined;
    }
  }
  return turns;
}

/** The names of a chat's traces: `turn 1` and so on, where there are several. */
export function chatVariants(messages: readonly Message[]): string[] {
  const turns = chatTurns(messages).length;
  return turns < 2 ? [] : Array.from({ length: turns }, (_, turn) => `turn ${turn + 1}`);
}

/**
 * Reads a turn of a chat (the shape of OpenAI's chat completions), the first unless another is given. `where` names the
 * row for the message.
 */
export function readChat(
  where: string,
  messages: readonly Message[],
  turn = chatTurns(messages)[0],
): Result<{ readonly problem: string; readonly response: string }, FormatErrorReason> {
  if (turn === undefined)
    return messages.some((message) => message['role'] === 'user')
      ? fail('no-steps', `${where} has no assistant message after the user's: it needs one with the solution.`)
      : fail('no-question', `${where} has no user message: it needs one with the question.`);
  const problem = contentText(turn.question['content']);
  if (problem.trim() === '') return fail('no-question', `${where} has a user message without text: it needs the question in "content".`);
  return ok({ problem, response: responseText(turn.answer) });
}

/** An answer's text. Thinking that a server gave apart (`reasoning_content`, `reasoning`, parts of the content) is put in front, in think tags. */
export function responseText(message: Message): string {
  return thoughtAndAnswer(thinkingOf(message), contentText(message['content']));
}

/** The text of a response whose thinking came apart from it: `<think>`, the thinking and `</think>` on lines of their own, a blank line, the answer. */
export function thoughtAndAnswer(thinking: string | undefined, answer: string): string {
  return thinking === undefined ? answer : `<think>\n${thinking}\n</think>\n\n${answer}`;
}

function thinkingOf(message: Message): string | undefined {
  const apart = [message['reasoning_content'], message['reasoning'], message['thinking']].find((text) => typeof text === 'string' && text.trim() !== '');
  if (typeof apart === 'string') return apart;
  const content: unknown = message['content'];
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part: unknown) => (isRecord(part) ? (part['reasoning'] ?? part['thinking']) : undefined));
  const texts = parts.filter((part) => typeof part === 'string' && part.trim() !== '');
  return texts.length === 0 ? undefined : texts.join('\n\n');
}

/** The text of a message's content: a string, or the text parts of a list, a blank line between them. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content.map((part: unknown) => (isRecord(part) && TEXT_PARTS.has(part['type']) ? part['text'] : part));
  return parts.filter((part) => typeof part === 'string').join('\n\n');
}

/** Chat completions and Inspect say `text`, the Responses API `input_text` and `output_text`. */
const TEXT_PARTS: ReadonlySet<unknown> = new Set(['text', 'input_text', 'output_text']);
