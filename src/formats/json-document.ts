import { fail, ok, type Result } from '../core/result.ts';
import type { RowSource } from './containers/row-source.ts';
import { isRecord } from '../core/is-record.ts';
import { isRow } from './json-rows.ts';
import { isChat } from './messages.ts';
import type { FormatErrorReason } from './trace-file.ts';

/** Properties that may hold the rows of a file that is one object. */
export const ROW_LISTS = ['rows', 'data', 'samples', 'examples'] as const;

/** The rows of a parsed JSON document, with the object around them where there is one. `single` is a document that is one trace and has no row numbers. */
export type DocumentRows = { readonly rows: readonly unknown[]; readonly header?: unknown } | { readonly single: unknown };

/**
 * Finds the rows of a JSON document: a list of rows, one row (an object, or a bare list of chat
 * messages), or an object with exactly one list under `rows`, `data`, `samples` or `examples`.
 */
export function documentRows(name: string, document: unknown): Result<DocumentRows, FormatErrorReason> {
  if (isChat(document)) return ok({ single: document });
  if (Array.isArray(document)) return nonEmpty(name, document as unknown[]);
  if (!isRecord(document)) return fail('unknown-shape', `${name} is a single JSON value: it needs a list of rows, or one row such as {"problem": "…", "steps": ["…"]}.`);
  if (isRow(document)) return ok({ single: document });
  const lists = ROW_LISTS.map((field) => document[field]).filter((value) => Array.isArray(value));
  const [first] = lists;
  if (lists.length > 1) return fail('unknown-shape', `${name} has more than one list of rows: keep one of "rows", "data", "samples" and "examples".`);
  return first ? nonEmpty(name, first as unknown[], document) : ok({ single: document });
}

function nonEmpty(name: string, rows: readonly unknown[], header?: unknown): Result<DocumentRows, FormatErrorReason> {
  if (rows.length === 0) return fail('empty-file', `${name} has no rows: its list is empty.`);
  return ok(header === undefined ? { rows } : { rows, header });
}

/** The rows of a document that is in memory. */
export function jsonSource(name: string, found: DocumentRows): RowSource {
  const single = 'single' in found;
  const rows: readonly unknown[] = single ? [found.single] : found.rows;
  return {
    name,
    container: 'json',
    rows: rows.length,
    single,
    ...(!single && found.header !== undefined && { header: found.header }),
    where: (row) => (single ? name : `${name} row ${row}`),
    value: (row) => ok(rows[row]),
  };
}
