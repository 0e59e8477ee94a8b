import { fail, ok, type Result } from '../core/result.ts';
import { containerOf } from './containers/container-of.ts';
import { csvSource } from './containers/csv.ts';
import { inspectArchive } from './containers/inspect-archive.ts';
import { noSuchRow, type RowSource } from './containers/row-source.ts';
import { isZip } from './containers/zip.ts';
import { documentRows, jsonSource } from './json-document.ts';
import { jsonFault, parseJson } from './json-error.ts';
import { jsonlRows, jsonlSource, type RowBytes } from './jsonl.ts';
import { parseMarkdownTrace } from './markdown.ts';
import { TEXT_FORMATS } from './rows/formats.ts';
import { groupedSteps } from './rows/step-table.ts';
import type { Container, FormatErrorReason, TraceFile } from './trace-file.ts';
import { traceRows, type OpenOptions } from './trace-rows.ts';
import { decodeUtf8, skipByteOrderMark } from './utf8.ts';

type Opened = Result<TraceFile, FormatErrorReason>;
type Source = Result<RowSource, FormatErrorReason>;
/** A file is a text to be read in place, or rows. */
type Contents = { readonly text: 'markdown' | 'text'; readonly bytes: Uint8Array; readonly shift: number } | { readonly source: Source };

/** Largest file that is read as one text: V8's strings end at 512 M characters. JSONL is read row by row. */
const LARGEST_TEXT = 500_000_000;

/**
 * Opens a file of traces. `name` is the file's name as a person knows it; its extension says what it is (.md, .markdown,
 * .txt, .json, .jsonl, .ndjson, .csv, .tsv, .eval), and under any other name the content does. JSON in a .jsonl file and
 * JSONL in a .json file are read for what they are. What the rows are is recognised, unless `options` say it. Never throws;
 * the errors are of the file as a whole. Parquet takes `openFile`, which is the same for all other files.
 */
export function openTraces(name: string, bytes: Uint8Array, options: OpenOptions = {}): Opened {
  const found = open(name, bytes, options);
  if (!found.ok) return found;
  const contents = found.value;
  if ('text' in contents) return openText(name, contents);
  return contents.source.ok ? traceRows(contents.source.value, options) : contents.source;
}

/** The rows of a file before anything is known about what they mean. A Markdown or text file has none. */
export function openSource(name: string, bytes: Uint8Array, options: OpenOptions = {}): Source {
  const found = open(name, bytes, options);
  if (!found.ok) return found;
  return 'source' in found.value ? found.value.source : fail('unknown-shape', `${name} is a text, which has no rows: name a JSON, JSONL, CSV, Parquet or .eval file.`);
}

function open(name: string, bytes: Uint8Array, options: OpenOptions): Result<Contents, FormatErrorReason> {
  const container = containerOf(name) ?? (isZip(bytes) ? 'zip' : undefined);
  if (container === 'parquet') return fail('unsupported', `${name} is a Parquet file, which is not read here: score it with stepscope score, or export it as JSONL.`);
  if (container === 'zip') return ok({ source: inspectArchive(name, bytes) });
  const content = skipByteOrderMark(name, bytes);
  if (!content.ok) return content;
  const rows = jsonlRows(content.value);
  if (rows.length === 0) return fail('empty-file', `${name} is empty: ${whatToWrite(container)}.`);
  return ok(contentsOf(name, container, content.value, rows, bytes.length - content.value.length, options));
}

function whatToWrite(container: Container | undefined): string {
  switch (container) {
    case 'json':
    case 'jsonl':
      return 'write a row such as {"problem": "…", "steps": ["…"]}';
    case 'csv':
      return 'write a line with the names of the columns, and a line a row';
    case 'markdown':
    case 'text':
    case 'parquet':
    case 'zip':
    case undefined:
      return 'write a question, a blank line and a solution';
  }
}

function contentsOf(name: string, container: Exclude<Container, 'zip' | 'parquet'> | undefined, bytes: Uint8Array, rows: readonly RowBytes[], shift: number, options: OpenOptions): Contents {
  const text = TEXT_FORMATS.find(({ id }) => id === options.format);
  if (text) return { text: text.id, bytes, shift };
  switch (container) {
    case 'markdown':
    case 'text':
      // A format of rows was asked for, so the name does not count.
      return options.format === undefined ? { text: container, bytes, shift } : { source: jsonRows(name, bytes, rows, shift) };
    case 'json':
      return { source: jsonRows(name, bytes, rows, shift) };
    case 'jsonl':
      return { source: jsonlOrDocument(name, bytes, rows) };
    case 'csv': {
      const table = wholeText(name, bytes, shift);
      const source = table.ok ? csvSource(name, table.value) : table;
      return { source: source.ok ? ok(groupedSteps(source.value) ?? source.value) : source };
    }
    case undefined:
      return unknownContents(name, bytes, rows, shift, options);
  }
}

function openText(name: string, { text: format, bytes, shift }: Extract<Contents, { readonly text: unknown }>): Opened {
  const text = wholeText(name, bytes, shift);
  if (!text.ok) return text;
  const read = () => {
    const parsed = parseMarkdownTrace(name, text.value);
    return parsed.ok ? ok(parsed.value.trace) : parsed;
  };
  let trace: ReturnType<typeof read> | undefined;
  const at = (row: number) => (row === 0 ? (trace ??= read()) : noSuchRow(name, row, 1));
  return ok({
    name,
    format,
    rowFormat: { id: format, confidence: 1, reason: 'A text is one trace.' },
    rows: 1,
    variants: () => [],
    trace: at,
    record: (row) => {
      const found = at(row);
      return found.ok ? ok({ trace: found.value }) : found;
    },
  });
}

function jsonRows(name: string, bytes: Uint8Array, rows: readonly RowBytes[], shift: number): Source {
  if (rows.length > 1 && isJsonRow(bytes, rows[0])) return ok(jsonlSource(name, bytes, rows));
  const text = wholeText(name, bytes, shift);
  if (!text.ok) return text;
  const document = parseJson(text.value);
  if (!document.ok) return jsonFault(name, document.error);
  const found = documentRows(name, document.value);
  return found.ok ? ok(jsonSource(name, found.value)) : found;
}

function jsonlOrDocument(name: string, bytes: Uint8Array, rows: readonly RowBytes[]): Source {
  const jsonl = ok(jsonlSource(name, bytes, rows));
  // Only a document that is not lines of rows is worth reading whole: indented JSON, or one list of all rows.
  if (rows.length > 1 && isJsonRow(bytes, rows[0])) return jsonl;
  const text = wholeText(name, bytes, 0);
  const document = text.ok ? parseJson(text.value) : text;
  if (!document.ok) return jsonl;
  const found = documentRows(name, document.value);
  if (!found.ok) return found;
  return rows.length === 1 && 'single' in found.value ? jsonl : ok(jsonSource(name, found.value));
}

/** The first character tells JSON from text; a text that only begins like JSON stays text. */
function unknownContents(name: string, bytes: Uint8Array, rows: readonly RowBytes[], shift: number, options: OpenOptions): Contents {
  const first = bytes[bytes.findIndex((byte) => byte > 32)];
  const source = first === 0x7b || first === 0x5b || options.format !== undefined ? jsonRows(name, bytes, rows, shift) : undefined;
  if (source && (source.ok || source.error.reason !== 'not-json' || options.format !== undefined)) return { source };
  return { text: first === 0x23 ? 'markdown' : 'text', bytes, shift };
}

/** True when the line is an object or a list by itself. */
export function isJsonRow(bytes: Uint8Array, row: Pick<RowBytes, 'start' | 'end'> | undefined): boolean {
  if (!row) return false;
  const text = wholeText('', bytes.subarray(row.start, row.end), 0);
  const value = text.ok ? parseJson(text.value) : text;
  return value.ok && typeof value.value === 'object' && value.value !== null;
}

/** `shift` is how many bytes of the file stand before `bytes`, so that the offset counts from the file's first byte. */
function wholeText(name: string, bytes: Uint8Array, shift: number): Result<string, FormatErrorReason> {
  if (bytes.length > LARGEST_TEXT)
    return fail('too-long', `${name} is larger than ${LARGEST_TEXT / 1e6} MB: split it, or save it as JSONL with one row a line.`);
  const text = decodeUtf8(bytes);
  if (text.ok) return text;
  return fail('not-utf8', `${name} is not UTF-8 at byte ${(text.offset ?? 0) + shift}: save it as UTF-8 and open it again.`);
}
