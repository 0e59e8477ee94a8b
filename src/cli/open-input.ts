import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseFieldMap, type FieldMap } from '../formats/fields/field-map.ts';
import { jsonFault, parseJson } from '../formats/json-error.ts';
import { openFile } from '../formats/open-file.ts';
import { rowFormat, ROW_FORMATS, TEXT_FORMATS } from '../formats/rows/formats.ts';
import type { TraceFile } from '../formats/trace-file.ts';
import { readNumber, UsageError } from './usage.ts';

/** The options of all commands that read a file of traces. */
export const INPUT_OPTIONS = {
  row: { type: 'string' },
  format: { type: 'string' },
  fields: { type: 'string' },
  variant: { type: 'string' },
} as const;

export interface InputValues {
  readonly row?: string | undefined;
  readonly format?: string | undefined;
  readonly fields?: string | undefined;
  readonly variant?: string | undefined;
}

/** Opens the file that a command was given. Throws a UsageError. */
export async function openInput(name: string, { format, fields }: InputValues): Promise<TraceFile> {
  if (format !== undefined && !rowFormat(format) && !TEXT_FORMATS.some(({ id }) => id === format))
    throw new UsageError(`--format ${format} is not one of ${[...ROW_FORMATS, ...TEXT_FORMATS].map(({ id }) => id).join(', ')}.`);
  const fieldMap = fields === undefined ? undefined : await readFieldMap(fields);
  const bytes = await readBytes(name, 'name a Markdown, text, JSON, JSONL, CSV, Parquet or .eval file');
  const opened = await openFile(path.basename(name), bytes, { ...(format !== undefined && { format }), ...(fieldMap && { fieldMap }) });
  if (!opened.ok) throw new UsageError(opened.error.message);
  return opened.value;
}

/** The rows that were asked for: one, or all. */
export function chosenRows(file: Pick<TraceFile, 'rows'>, { row }: InputValues): number[] {
  if (row === undefined) return Array.from({ length: file.rows }, (_, index) => index);
  return [readNumber('row', row, 0, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true })];
}

/** Throws a UsageError that ends with what to do. */
export async function readBytes(name: string, advice: string): Promise<Uint8Array> {
  try {
    return await readFile(name);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : 'cannot be read';
    throw new UsageError(`${name} ${why}: ${advice}.`);
  }
}

async function readFieldMap(name: string): Promise<FieldMap> {
  const bytes = await readBytes(name, 'name a JSON file with a field map, as stepscope formats FILE proposes one');
  const value = parseJson(new TextDecoder().decode(bytes));
  if (!value.ok) throw new UsageError(jsonFault(name, value.error).error.message);
  const map = parseFieldMap(name, value.value);
  if (!map.ok) throw new UsageError(map.error.message);
  return map.value;
}
