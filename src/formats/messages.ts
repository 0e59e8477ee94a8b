import { fail, ok, type Result } from '../core/result.ts';
import { isRecord } from './is-record.ts';
import type { FormatErrorReason } from './trace-file.ts';

/** True for a list of chat messages: not empty, and each with a role. */
export function isChat(value: unknown): value is readonly Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isRecord(item) && typeof item['role'] === 'string');
}

/**
 * Reads a chat (the shape of OpenAI's chat completions): the question is the last user message before
 * the first assistant message that follows one, the response that assistant message. Other roles are
 * passed over. Thinking that a server gave apart (`reasoning_content`, or `reasoning`) is put in front,
 * in think tags. `where` names the row for the message.
 */
export function readChat(
  where: string,
  messages: readonly Record<string, unknown>[],
): Result<{ readonly problem: string; readonly response: string }, FormatErrorReason> {
  let question: Record<string, unknown> | undefined;
  for (const message of messages) {
    if (message['role'] === 'user') question = message;
    else if (message['role'] === 'assistant' && question) {
      const problem = contentText(question['content']);
      if (problem.trim() === '') return fail('no-question', `${where} has a user message without text: it needs the question in "content".`);
      return ok({ problem, response: responseText(message) });
    }
  }
  return question
    ? fail('no-steps', `${where} has no assistant message after the user's: it needs one with the solution.`)
    : fail('no-question', `${where} has no user message: it needs one with the question.`);
}

function responseText(message: Record<string, unknown>): string {
  const content = contentText(message['content']);
  const reasoning = [message['reasoning_content'], message['reasoning']].find((text) => typeof text === 'string' && text.trim() !== '');
  return typeof reasoning === 'string' ? `<think>\n${reasoning}\n</think>\n\n${content}` : content;
}

/** The text of a message's content: a string, or the text parts of a list, a blank line between them. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content.map((part: unknown) => (isRecord(part) && part['type'] === 'text' ? part['text'] : part));
  return parts.filter((part) => typeof part === 'string').join('\n\n');
}
