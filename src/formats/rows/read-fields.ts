import { fail, ok, type Result } from '../../core/result.ts';
import { shortened } from '../../core/shortened.ts';
import { isRecord } from '../../core/is-record.ts';
import type { FormatErrorReason } from '../trace-file.ts';

export type Row = Readonly<Record<string, unknown>>;

/** The first of the fields that holds more than whitespace. */
export function firstText(row: Row, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const value = row[field];
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

/** A text, or a number written as one: ids and answers come as both. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** A finite number; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A list of `length` numbers, or of any length; a value that is no number is missing. Undefined for what is no list. */
export function numbersOf(value: unknown, length?: number): (number | undefined)[] | undefined {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) return undefined;
  return (value as unknown[]).map(numberOf);
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function isWholeNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

/** The row as an object; the reason says what it should have. */
export function recordOf(where: string, row: unknown, needs: string): Result<Row, FormatErrorReason> {
  return isRecord(row) ? ok(row) : fail('unknown-shape', `${where} is not an object: it needs ${needs}.`);
}

export function noQuestion(where: string, fields: readonly string[]): Result<never, FormatErrorReason> {
  return fail('no-question', `${where} has no question: it needs a text in ${list(fields)}.`);
}

/** `"a", "b" or "c"`. */
export function list(fields: readonly string[]): string {
  const quoted = fields.map((field) => `"${field}"`);
  return quoted.length < 2 ? (quoted[0] ?? '') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
}

/** A row's field names for a message, a few of them. */
export function fieldsOf(row: Row): string {
  const names = Object.keys(row);
  if (names.length === 0) return 'no fields';
  const shown = names.slice(0, 6).map((name) => `"${shortened(name, 30)}"`);
  return `the fields ${shown.join(', ')}${names.length > shown.length ? ' and more' : ''}`;
}
