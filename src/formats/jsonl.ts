import { fail, type Result } from '../core/result.ts';
import type { RowSource } from './containers/row-source.ts';
import { jsonFault, parseJson } from './json-error.ts';
import type { FormatErrorReason } from './trace-file.ts';
import { decodeUtf8 } from './utf8.ts';

const LINE_FEED = 10;
/** Longest line that is read: V8's strings end at 512 M characters. */
const LONGEST_ROW = 500_000_000;

/** Where a row stands in a file, in bytes, and on which line (1-based) a person finds it. */
export interface RowBytes {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** The rows of a JSONL file: its lines that have more than JSON's own whitespace. */
export function jsonlRows(bytes: Uint8Array): RowBytes[] {
  const rows: RowBytes[] = [];
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(LINE_FEED, start);
    const end = newline < 0 ? bytes.length : newline;
    if (!isBlank(bytes, start, end)) rows.push({ start, end, line });
    start = end + 1;
  }
  return rows;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte !== 32 && byte !== 9 && byte !== 13) return false;
  }
  return true;
}

/** The rows of a JSONL file over its bytes; a row is decoded and parsed when it is asked for, so that a bad one costs only itself. */
export function jsonlSource(name: string, bytes: Uint8Array, rows: readonly RowBytes[]): RowSource {
  const where = (row: number) => `${name} row ${row} (line ${rows[row]?.line ?? 0})`;
  return {
    name,
    container: 'jsonl',
    rows: rows.length,
    single: false,
    where,
    value: (row) => {
      const { start, end } = rows[row] ?? { start: 0, end: 0 };
      if (end - start > LONGEST_ROW) return fail('too-long', `${where(row)} is longer than ${LONGEST_ROW / 1e6} MB: shorten it.`);
      return jsonlRow(where(row), bytes.subarray(start, end));
    },
  };
}

function jsonlRow(where: string, bytes: Uint8Array): Result<unknown, FormatErrorReason> {
  const text = jsonlText(where, bytes);
  return text.ok ? jsonlValue(where, text.value) : text;
}

/** The text of a row by its bytes; `where` names it. */
export function jsonlText(where: string, bytes: Uint8Array): Result<string, FormatErrorReason> {
  const text = decodeUtf8(bytes);
  return text.ok ? text : fail('not-utf8', `${where} is not UTF-8 at byte ${text.offset ?? 0} of the line: save the file as UTF-8.`);
}

/** The value of a row by its text. */
export function jsonlValue(where: string, text: string): Result<unknown, FormatErrorReason> {
  const value = parseJson(text);
  return value.ok ? value : jsonFault(where, { ...value.error, message: withoutLine(value.error.message) });
}

/** The row is one line, and the sentence has named it already. */
function withoutLine(place: string): string {
  return place.replace(/^line 1, /, '');
}
