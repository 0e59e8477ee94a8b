import { fail } from '../core/result.ts';
import { isRecord } from '../core/is-record.ts';
import { isBareAnswer } from './bare-answer.ts';
import { chatTurns, chatVariants, isChat, readChat } from './messages.ts';
import { firstErrorOf, stepTextsOf, traceOfSteps, withId } from './rows/given-steps.ts';
import { fieldsOf, firstText, list, noQuestion, type Row } from './rows/read-fields.ts';
import type { RowContext, RowFormat, RowResult } from './rows/row-format.ts';
import { textTrace } from './solution-text.ts';

export const QUESTION_FIELDS = ['problem', 'question', 'prompt'] as const;
export const SOLUTION_FIELDS = ['solution', 'response', 'output', 'completion', 'answer'] as const;

/**
 * Rows of no published format. Shapes, the first that fits:
 *
 * - `{ problem | question | prompt, steps: string[] }` with `id` and `label`; a step may also be an object with `text` or
 *   `content`. `label` is ProcessBench's: the 0-based first wrong step, -1 for none; anything else is no label.
 * - `{ messages: [{ role, content }] }` or the bare list; each answer is a trace.
 * - `{ problem | question | prompt, solution | response | output | completion | answer: string }`. An `answer` that is one word
 *   or number is no solution: such a row has no steps to judge.
 */
export const rowsFormat: RowFormat = {
  id: 'rows',
  title: 'Rows with a question and steps, a solution text, or chat messages',
  strength: 0.2,
  mark: 'is of no published format',
  fits: () => true,
  variants: (row) => chatVariants(messagesOf(row)),
  read(row, context) {
    if (isChat(row)) return chatTrace(context, row);
    if (!isRecord(row)) return fail('unknown-shape', `${context.where} is not an object: it needs a question and its steps, for example {"problem": "…", "steps": ["…"]}.`);
    const named = { ...context, source: withId(context.source, row['id']) };
    if (Array.isArray(row['steps'])) return givenSteps(named, row, row['steps']);
    if (isChat(row['messages'])) return chatTrace(named, row['messages']);
    return solutionTrace(named, row);
  },
};

/** True for an object that is a row by itself, not a file around rows. */
export function isRow(value: Record<string, unknown>): boolean {
  return [...QUESTION_FIELDS, 'messages', 'steps'].some((field) => field in value);
}

/** The chat messages of a row: the row itself, or its `messages`. Empty where it has none. */
function messagesOf(row: unknown): readonly Row[] {
  if (isChat(row)) return row;
  const messages = isRecord(row) && !Array.isArray(row['steps']) ? row['messages'] : undefined;
  return isChat(messages) ? messages : [];
}

function givenSteps(context: RowContext, row: Row, given: readonly unknown[]): RowResult {
  const problem = firstText(row, QUESTION_FIELDS);
  if (problem === undefined) return noQuestion(context.where, QUESTION_FIELDS);
  const texts = stepTextsOf(context.where, 'steps', given);
  if (!texts.ok) return texts;
  const { label, unread } = firstErrorOf(row['label'], texts.value.length, { field: 'label', madeBy: 'unknown', indexBase: 0, none: -1 });
  return traceOfSteps(context, problem, texts.value, { ...(label && { label }), ...(unread && { given: unread }) });
}

function chatTrace(context: RowContext, messages: readonly Row[]): RowResult {
  const turn = Math.max(0, chatVariants(messages).indexOf(context.variant ?? ''));
  const chat = readChat(context.where, messages, chatTurns(messages)[turn]);
  return chat.ok ? textTrace(context, chat.value.problem, chat.value.response) : chat;
}

function solutionTrace(context: RowContext, row: Row): RowResult {
  const { where } = context;
  const problem = firstText(row, QUESTION_FIELDS);
  const solution = firstText(row, SOLUTION_FIELDS);
  if (problem !== undefined && solution !== undefined) {
    if (solution === row['answer'] && isBareAnswer(solution)) return fail('no-steps', `${where} has a question and an answer without reasoning ("answer" is "${solution.trim()}"): there are no steps to judge.`);
    return textTrace(context, problem, solution);
  }
  if (problem !== undefined)
    return fail('no-steps', `${where} has a question but no solution: it needs "steps", or a text in ${list(SOLUTION_FIELDS)}.`);
  if (solution !== undefined || isRow(row)) return noQuestion(where, QUESTION_FIELDS);
  return fail('unknown-shape', `${where} has ${fieldsOf(row)}: it needs a text in ${list(QUESTION_FIELDS)} and "steps" or a text in ${list(SOLUTION_FIELDS)}, or chat "messages".`);
}
