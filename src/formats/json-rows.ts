import { fail, ok, type Result } from '../core/result.ts';
import { joinSteps } from '../core/trace/steps.ts';
import type { FirstErrorLabel, Trace, TraceSource } from '../core/trace/trace.ts';
import { isRecord } from './is-record.ts';
import { isChat, readChat } from './messages.ts';
import { solutionParts } from './solution-text.ts';
import type { FormatErrorReason } from './trace-file.ts';

export const QUESTION_FIELDS = ['problem', 'question', 'prompt'] as const;
export const SOLUTION_FIELDS = ['solution', 'response', 'output', 'completion', 'answer'] as const;

/**
 * Makes a trace of one row of a data set. Shapes, the first that fits:
 *
 * - `{ problem | question | prompt, steps: string[] }`, ProcessBench's own (Zheng et al. 2024), with its
 *   `id` and `label`; a step may also be an object with `text` or `content`. `label` is the 0-based
 *   first wrong step, -1 for none; anything else is no label.
 * - `{ messages: [{ role, content }] }` or the bare list.
 * - `{ problem | question | prompt, solution | response | output | completion | answer: string }`.
 *
 * `where` names the row in messages, for example `data.jsonl row 3 (line 4)`.
 */
export function traceFromRow(source: TraceSource, where: string, row: unknown): Result<Trace, FormatErrorReason> {
  if (isChat(row)) return chatTrace(source, where, row);
  if (!isRecord(row)) return fail('unknown-shape', `${where} is not an object: it needs a question and its steps, for example {"problem": "…", "steps": ["…"]}.`);
  const rowId = row['id'];
  const named = typeof rowId === 'string' || typeof rowId === 'number' ? { ...source, id: String(rowId) } : source;
  if (Array.isArray(row['steps'])) return givenSteps(named, where, row, row['steps']);
  if (isChat(row['messages'])) return chatTrace(named, where, row['messages']);
  return solutionTrace(named, where, row);
}

/** True for an object that is a row by itself, not a file around rows. */
export function isRow(value: Record<string, unknown>): boolean {
  return [...QUESTION_FIELDS, 'messages', 'steps'].some((field) => field in value);
}

function givenSteps(
  source: TraceSource,
  where: string,
  row: Record<string, unknown>,
  given: readonly unknown[],
): Result<Trace, FormatErrorReason> {
  const problem = questionOf(row);
  if (problem === undefined) return noQuestion(where);
  if (given.length === 0) return fail('no-steps', `${where} has a question but its list of steps is empty: put the solution's steps into it.`);
  const texts: string[] = [];
  for (const [index, item] of given.entries()) {
    const text = typeof item === 'string' ? item : isRecord(item) ? (item['text'] ?? item['content']) : undefined;
    // People count steps from 1.
    if (typeof text !== 'string')
      return fail('unknown-shape', `${where} has a step ${index + 1} that is no text: write it as a string, or as an object with "text".`);
    if (text.trim() === '') return fail('no-steps', `${where} has an empty step ${index + 1}: fill it in or take it out of "steps".`);
    texts.push(text);
  }
  const label = labelOf(row, texts.length);
  return ok({ source, problem, ...joinSteps(texts), ...(label && { label }) });
}

function chatTrace(source: TraceSource, where: string, messages: readonly Record<string, unknown>[]): Result<Trace, FormatErrorReason> {
  const chat = readChat(where, messages);
  return chat.ok ? fromText(source, where, chat.value.problem, chat.value.response) : chat;
}

function solutionTrace(source: TraceSource, where: string, row: Record<string, unknown>): Result<Trace, FormatErrorReason> {
  const problem = questionOf(row);
  const solution = firstText(row, SOLUTION_FIELDS);
  if (problem !== undefined && solution !== undefined) return fromText(source, where, problem, solution);
  if (problem !== undefined)
    return fail('no-steps', `${where} has a question but no solution: it needs "steps", or a text in ${list(SOLUTION_FIELDS)}.`);
  if (solution !== undefined || isRow(row)) return noQuestion(where);
  return fail('unknown-shape', `${where} has ${fieldsOf(row)}: it needs a text in ${list(QUESTION_FIELDS)} and "steps" or a text in ${list(SOLUTION_FIELDS)}, or chat "messages".`);
}

function fromText(source: TraceSource, where: string, problem: string, response: string): Result<Trace, FormatErrorReason> {
  const parts = solutionParts(response);
  if (parts.steps.length === 0) return fail('no-steps', `${where} has a question but an empty solution: there are no steps to look at.`);
  return ok({ source, problem, ...parts });
}

function questionOf(row: Record<string, unknown>): string | undefined {
  return firstText(row, QUESTION_FIELDS);
}

/** The first of the fields that holds more than whitespace. */
function firstText(row: Record<string, unknown>, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const value = row[field];
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

function labelOf(row: Record<string, unknown>, steps: number): FirstErrorLabel | undefined {
  const label = row['label'];
  if (typeof label !== 'number' || !Number.isInteger(label) || label < -1 || label >= steps) return undefined;
  return { field: 'label', firstError: label === -1 ? undefined : label };
}

function noQuestion(where: string): Result<never, FormatErrorReason> {
  return fail('no-question', `${where} has no question: it needs a text in ${list(QUESTION_FIELDS)}.`);
}

function list(fields: readonly string[]): string {
  const quoted = fields.map((field) => `"${field}"`);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
}

/** The row's field names for a message, a few of them. */
function fieldsOf(row: Record<string, unknown>): string {
  const names = Object.keys(row);
  if (names.length === 0) return 'no fields';
  const shown = names.slice(0, 6).map((name) => `"${name.length > 30 ? `${name.slice(0, 30)}…` : name}"`);
  return `the fields ${shown.join(', ')}${names.length > shown.length ? ' and more' : ''}`;
}
