import type { GivenData } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { contentText, isChat, responseText, thoughtAndAnswer, type Message } from '../messages.ts';
import { textTrace } from '../solution-text.ts';
import { withId } from './given-steps.ts';
import { firstText, noQuestion, recordOf, textOf, type Row } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

const QUESTIONS = ['problem', 'question', 'prompt', 'query', 'instruction', 'input'] as const;
const THINKING = ['message_thinking', 'reasoning_content', 'reasoning', 'thinking'] as const;
const ANSWERS = ['message_content', 'content', 'response', 'output', 'completion', 'text'] as const;
const GOLD = ['gtruth_answer', 'ground_truth', 'gold_answer', 'expected_answer', 'reference_answer'] as const;

/**
 * Outputs with the thinking kept apart, one a row: a question, a thinking text (`message_thinking`, `reasoning_content`,
 * `reasoning`, `thinking`) and an answer (`message_content`, `content`, `response`, `output`, `completion`, `text`). The
 * response is `<think>`, the thinking and `</think>` on lines of their own, a blank line and the answer.
 */
export const thinkingLog: RowFormat = {
  id: 'thinking',
  title: 'Outputs of reasoning models with the thinking in a field of its own',
  strength: 0.85,
  mark: 'has a question, a thinking text and an answer',
  fits: (row) => isRecord(row) && firstText(row, QUESTIONS) !== undefined && firstText(row, THINKING) !== undefined && !Array.isArray(row['steps']),
  read(row, context) {
    const record = recordOf(context.where, row, 'a question and its "reasoning_content"');
    if (!record.ok) return record;
    const problem = firstText(record.value, QUESTIONS);
    if (problem === undefined) return noQuestion(context.where, QUESTIONS);
    const response = thoughtAndAnswer(firstText(record.value, THINKING), firstText(record.value, ANSWERS) ?? '');
    const named = { ...context, source: withId(context.source, record.value['id']) };
    return textTrace(named, problem, response, { given: { ...goldOf(record.value), ...generatorOf(record.value) } });
  },
};

/**
 * Logs of an OpenAI-compatible server, request and response in one row: the messages under `messages`, `request.messages`,
 * `request.body.messages`, `body.messages` or `input`; the answers under `choices`, `response.choices`,
 * `response.body.choices`, or `output` of the Responses API. Thinking in `reasoning_content` or `reasoning` is kept. Each
 * choice is a trace.
 */
export const responseLog: RowFormat = {
  id: 'openai-log',
  title: 'OpenAI-compatible request and response logs, with reasoning_content or reasoning',
  strength: 0.95,
  mark: 'has chat "messages" and "choices"',
  fits: (row) => isRecord(row) && answersOf(row).length > 0,
  variants: (row) => {
    const count = isRecord(row) ? answersOf(row).length : 0;
    return count < 2 ? [] : Array.from({ length: count }, (_, choice) => `choice ${choice + 1}`);
  },
  read(row, context) {
    const record = recordOf(context.where, row, 'chat "messages" and "choices"');
    if (!record.ok) return record;
    const question = questionOf(record.value);
    if (question === undefined) return noQuestion(context.where, ['messages', 'request', 'input']);
    const answers = answersOf(record.value);
    const choice = context.variant === undefined ? 0 : Number(/\d+$/.exec(context.variant)?.[0] ?? 1) - 1;
    const named = { ...context, source: withId(context.source, record.value['custom_id'] ?? record.value['id']) };
    return textTrace(named, question, answers[choice] ?? '', { given: generatorOf(record.value) });
  },
};

/** The value at the first of the paths that has one. */
function at(row: Row, paths: readonly (readonly string[])[]): unknown {
  for (const path of paths) {
    const value = path.reduce<unknown>((part, name) => (isRecord(part) ? part[name] : undefined), row);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function questionOf(row: Row): string | undefined {
  const messages = at(row, [['messages'], ['request', 'messages'], ['request', 'body', 'messages'], ['body', 'messages'], ['input'], ['request', 'input']]);
  if (typeof messages === 'string') return messages.trim() === '' ? undefined : messages;
  if (!isChat(messages)) return firstText(row, QUESTIONS);
  const asked = messages.findLast((message) => message['role'] === 'user');
  const text = asked === undefined ? '' : contentText(asked['content']);
  return text.trim() === '' ? undefined : text;
}

/** The texts of the answers, thinking in front. */
function answersOf(row: Row): string[] {
  const choices = at(row, [['choices'], ['response', 'choices'], ['response', 'body', 'choices']]);
  if (Array.isArray(choices))
    return (choices as unknown[]).flatMap((choice) => {
      if (!isRecord(choice)) return [];
      if (isRecord(choice['message'])) return [responseText(choice['message'])];
      return typeof choice['text'] === 'string' ? [choice['text']] : [];
    });
  const output = at(row, [['output'], ['response', 'output'], ['response', 'body', 'output']]);
  return Array.isArray(output) && output.some((item) => isRecord(item) && item['type'] === 'message') ? [responsesOutput(output as unknown[])] : [];
}

/** The Responses API gives items: `reasoning` with a `content` or `summary`, and `message`. */
function responsesOutput(items: readonly unknown[]): string {
  const texts = (type: string, read: (item: Message) => string) => items.flatMap((item) => (isRecord(item) && item['type'] === type ? [read(item)] : [])).filter((text) => text !== '');
  const thinking = texts('reasoning', (item) => contentText(texted(item['content'])) || contentText(texted(item['summary'])));
  return thoughtAndAnswer(thinking.length === 0 ? undefined : thinking.join('\n\n'), texts('message', (item) => contentText(item['content'])).join('\n\n'));
}

/** The texts of reasoning parts, whatever type they name. */
function texted(parts: unknown): unknown {
  return Array.isArray(parts) ? (parts as unknown[]).map((part) => (isRecord(part) ? part['text'] : part)) : parts;
}

function goldOf(row: Row): GivenData {
  const field = GOLD.find((name) => textOf(row[name]) !== undefined);
  const value = field === undefined ? undefined : textOf(row[field]);
  return field === undefined || value === undefined ? {} : { goldAnswer: { value, field, madeBy: 'unknown' } };
}

function generatorOf(row: Row): GivenData {
  const paths = [['model'], ['response', 'model'], ['response', 'body', 'model'], ['request', 'model']];
  const path = paths.find((names) => typeof at(row, [names]) === 'string');
  const value = path === undefined ? undefined : textOf(at(row, [path]));
  return path === undefined || value === undefined ? {} : { generator: { value, field: path.join('.'), madeBy: 'program' } };
}
