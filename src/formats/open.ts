import { fail, ok, type Result } from '../core/result.ts';
import { documentRows, jsonFile, noSuchRow } from './json-document.ts';
import { parseJson } from './json-error.ts';
import { jsonlFile, jsonlRows, type RowBytes } from './jsonl.ts';
import { parseMarkdownTrace } from './markdown.ts';
import type { FormatErrorReason, TraceFile, TraceFormat } from './trace-file.ts';
import { decodeUtf8, skipByteOrderMark } from './utf8.ts';

type Opened = Result<TraceFile, FormatErrorReason>;

const FORMATS: ReadonlyMap<string, TraceFormat> = new Map([
  ['md', 'markdown'],
  ['markdown', 'markdown'],
  ['txt', 'text'],
  ['json', 'json'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
]);
/** Largest file that is read as one text: V8's strings end at 512 M characters. JSONL is read row by row. */
const LARGEST_TEXT = 500_000_000;

/**
 * Opens a file of traces. `name` is the file's name as a person knows it; its extension says the
 * format (.md, .markdown, .txt, .json, .jsonl, .ndjson), and under any other name the content does.
 * JSON in a .jsonl file and JSONL in a .json file are read for what they are. Never throws; the errors
 * of the file as a whole are `empty-file`, `not-utf8`, `not-json`, `unknown-shape` and `too-long`.
 */
export function openTraces(name: string, bytes: Uint8Array): Opened {
  const content = skipByteOrderMark(name, bytes);
  if (!content.ok) return content;
  const rows = jsonlRows(content.value);
  const format = FORMATS.get(/\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
  if (rows.length === 0) return fail('empty-file', `${name} is empty: ${whatToWrite(format)}.`);
  const shift = bytes.length - content.value.length;
  if (format === undefined) return openUnknown(name, content.value, rows, shift);
  switch (format) {
    case 'markdown':
    case 'text':
      return openText(name, format, content.value, shift);
    case 'json':
      return openJson(name, content.value, rows, shift);
    case 'jsonl':
      return openJsonl(name, content.value, rows);
  }
}

function whatToWrite(format: TraceFormat | undefined): string {
  const json = format === 'json' || format === 'jsonl';
  return json ? 'write a row such as {"problem": "…", "steps": ["…"]}' : 'write a question, a blank line and a solution';
}

function openText(name: string, format: 'markdown' | 'text', bytes: Uint8Array, shift: number): Opened {
  const text = wholeText(name, bytes, shift);
  if (!text.ok) return text;
  const read = () => {
    const parsed = parseMarkdownTrace(name, text.value);
    return parsed.ok ? ok(parsed.value.trace) : parsed;
  };
  let trace: ReturnType<typeof read> | undefined;
  return ok({ name, format, rows: 1, trace: (row) => (row === 0 ? (trace ??= read()) : noSuchRow(name, row, 1)) });
}

function openJson(name: string, bytes: Uint8Array, rows: readonly RowBytes[], shift: number): Opened {
  if (rows.length > 1 && isJsonRow(bytes, rows[0])) return ok(jsonlFile(name, bytes, rows));
  const text = wholeText(name, bytes, shift);
  if (!text.ok) return text;
  const document = parseJson(text.value);
  if (!document.ok) return fail('not-json', `${name} is not JSON: ${document.error.message}.`);
  const found = documentRows(name, document.value);
  return found.ok ? ok(jsonFile(name, found.value)) : found;
}

function openJsonl(name: string, bytes: Uint8Array, rows: readonly RowBytes[]): Opened {
  const jsonl = ok(jsonlFile(name, bytes, rows));
  // Only a document that is not lines of rows is worth reading whole: indented JSON, or one list of all rows.
  if (rows.length > 1 && isJsonRow(bytes, rows[0])) return jsonl;
  const text = wholeText(name, bytes, 0);
  const document = text.ok ? parseJson(text.value) : text;
  if (!document.ok) return jsonl;
  const found = documentRows(name, document.value);
  if (!found.ok) return found;
  return rows.length === 1 && 'single' in found.value ? jsonl : ok(jsonFile(name, found.value));
}

/** The first character tells JSON from text; a text that only begins like JSON stays text. */
function openUnknown(name: string, bytes: Uint8Array, rows: readonly RowBytes[], shift: number): Opened {
  const first = bytes[bytes.findIndex((byte) => byte > 32)];
  const open = first === 0x7b || first === 0x5b ? openJson(name, bytes, rows, shift) : undefined;
  if (open && (open.ok || open.error.reason !== 'not-json')) return open;
  return openText(name, first === 0x23 ? 'markdown' : 'text', bytes, shift);
}

/** True when the line is an object or a list by itself. */
function isJsonRow(bytes: Uint8Array, row: RowBytes | undefined): boolean {
  if (!row) return false;
  const text = wholeText('', bytes.subarray(row.start, row.end), 0);
  if (!text.ok) return false;
  try {
    const value = JSON.parse(text.value) as unknown;
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** `shift` is how many bytes of the file stand before `bytes`, so that the offset counts from the file's first byte. */
function wholeText(name: string, bytes: Uint8Array, shift: number): Result<string, FormatErrorReason> {
  if (bytes.length > LARGEST_TEXT)
    return fail('too-long', `${name} is larger than ${LARGEST_TEXT / 1e6} MB: split it, or save it as JSONL with one row a line.`);
  const text = decodeUtf8(bytes);
  if (text.ok) return text;
  return fail('not-utf8', `${name} is not UTF-8 at byte ${(text.offset ?? 0) + shift}: save it as UTF-8 and open it again.`);
}
