import { fail, ok, type Result } from '../core/result.ts';
import { isRecord } from './is-record.ts';
import { isRow, traceFromRow } from './json-rows.ts';
import { isChat } from './messages.ts';
import type { FormatErrorReason, TraceFile } from './trace-file.ts';

/** Properties that may hold the rows of a file that is one object. */
export const ROW_LISTS = ['rows', 'data', 'samples'] as const;

/** The rows of a parsed JSON document. `single` is a document that is one trace and has no row numbers. */
export type DocumentRows = { readonly rows: readonly unknown[] } | { readonly single: unknown };

/**
 * Finds the rows of a JSON document: a list of rows, one row (an object, or a bare list of chat
 * messages), or an object with exactly one list under `rows`, `data` or `samples`.
 */
export function documentRows(name: string, document: unknown): Result<DocumentRows, FormatErrorReason> {
  if (isChat(document)) return ok({ single: document });
  if (Array.isArray(document)) return nonEmpty(name, document as unknown[]);
  if (!isRecord(document)) return fail('unknown-shape', `${name} is a single JSON value: it needs a list of rows, or one row such as {"problem": "…", "steps": ["…"]}.`);
  if (isRow(document)) return ok({ single: document });
  const lists = ROW_LISTS.map((field) => document[field]).filter((value) => Array.isArray(value));
  const [first] = lists;
  if (lists.length > 1) return fail('unknown-shape', `${name} has more than one list of rows: keep one of "rows", "data" and "samples".`);
  return first ? nonEmpty(name, first as unknown[]) : ok({ single: document });
}

function nonEmpty(name: string, rows: readonly unknown[]): Result<DocumentRows, FormatErrorReason> {
  return rows.length > 0 ? ok({ rows }) : fail('empty-file', `${name} has no rows: its list is empty.`);
}

/** The rows as a file. */
export function jsonFile(name: string, found: DocumentRows): TraceFile {
  const single = 'single' in found;
  const rows: readonly unknown[] = single ? [found.single] : found.rows;
  return {
    name,
    format: 'json',
    rows: rows.length,
    trace: (row) => {
      if (!(row in rows)) return noSuchRow(name, row, rows.length);
      return single ? traceFromRow({ file: name }, name, rows[row]) : traceFromRow({ file: name, row }, `${name} row ${row}`, rows[row]);
    },
  };
}

/** The error for a row that a file does not have. */
export function noSuchRow(name: string, row: number, rows: number): Result<never, FormatErrorReason> {
  const has = rows === 1 ? 'only row 0' : `rows 0 to ${rows - 1}`;
  return fail('no-such-row', `${name} has no row ${row}: it has ${has}.`);
}
