import { fail, ok, type Result } from '../../core/result.ts';
import { isZip } from '../containers/zip.ts';
import { isChat } from '../messages.ts';
import { containerOf } from '../containers/container-of.ts';
import { isJsonRow } from '../open.ts';
import { looksLikeParquet } from '../open-file.ts';
import { SNIFFED_ROWS, TEXT_FORMATS } from '../rows/formats.ts';
import type { Sniff } from '../rows/row-format.ts';
import type { Container, FormatErrorReason, TraceFile } from '../trace-file.ts';
import { traceRows, type OpenOptions } from '../trace-rows.ts';
import { skipByteOrderMark } from '../utf8.ts';
import { whyUnreadable, type DataFile } from './data-file.ts';
import { jsonlScanner } from './jsonl-scanner.ts';
import type { LazyRows, Loaded } from './lazy-rows.ts';
import { jsonlRowsOf, jsonRowsOf, LONGEST_ROW, QUIET } from './streamed-rows.ts';
import { wholeRows } from './whole-rows.ts';

/** What is looked at to tell what a file is. */
const HEAD = 1_000_000;
/** Rows are recognised by fewer than `SNIFFED_ROWS` where those would take more bytes than this. */
const ENOUGH_BYTES = 8_000_000;
const PIECE = 16_384;
const A_MOMENT = 50;

/** The rows of one state of a file, and how they are read as traces. */
export interface OpenedRows {
  readonly rows: LazyRows;
  readonly rowFormat: Sniff;
  /** Reads a row that was loaded. */
  using<Value>(row: number, loaded: Loaded, read: (traces: TraceFile) => Value): Value;
}

type Opened = Result<OpenedRows, FormatErrorReason>;

/** Finds out what a file is and its first rows, as `openTraces` does for a file in memory. */
export async function openRowsOf(file: DataFile, options: OpenOptions, signal: AbortSignal | undefined): Promise<Opened> {
  try {
    const head = await file.read(0, Math.min(HEAD, file.size));
    signal?.throwIfAborted();
    if (looksLikeParquet(file.name, head)) {
      const rows = await parquet(file);
      return rows.ok ? await recognised(rows.value, options) : rows;
    }
    const container = containerOf(file.name) ?? (isZip(head) ? 'zip' : undefined);
    const isText = TEXT_FORMATS.some(({ id }) => id === options.format) || ((container === 'markdown' || container === 'text') && options.format === undefined);
    if (isText || container === 'zip' || container === 'csv') return await whole(file, container, options);
    return await json(file, head, container, options, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return fail('cannot-read', whyUnreadable(file.name, error));
  }
}

async function parquet(file: DataFile): Promise<Result<LazyRows, FormatErrorReason>> {
  const { parquetRowsOf } = await import('./parquet-rows.ts');
  return parquetRowsOf(file);
}

async function whole(file: DataFile, container: Container | undefined, options: OpenOptions): Promise<Opened> {
  const opened = await wholeRows(file, container, options);
  if (!opened.ok) return opened;
  const { rows, traces } = opened.value;
  return ok({ rows, rowFormat: traces.rowFormat, using: (_row, _loaded, read) => read(traces) });
}

/** JSON in a .jsonl file and JSONL in a .json file are read for what they are. */
async function json(file: DataFile, head: Uint8Array, container: Container | undefined, options: OpenOptions, signal: AbortSignal | undefined): Promise<Opened> {
  const content = skipByteOrderMark(file.name, head);
  if (!content.ok) return content;
  const start = head.length - content.value.length;
  const first = content.value.find((byte) => byte > 32);
  const isBracket = first === 0x7b || first === 0x5b;
  if (first === undefined && file.size <= HEAD) return whole(file, container, options);
  if (!isBracket && container !== 'jsonl') return whole(file, container, options);
  const { line, isOnly } = firstLine(content.value, file.size - start);
  if (isBracket && (isOnly || !isJsonRow(content.value, line))) {
    const document = await jsonDocument(file, start, container, isOnly, options, signal);
    if (document) return document;
  }
  const rows = jsonlRowsOf(file, start);
  await findFirst(rows, signal);
  return recognised(rows, options);
}

/** The first line that is not blank, if its end is in the head, and whether nothing follows it. */
function firstLine(head: Uint8Array, size: number): { readonly line: { readonly start: number; readonly end: number } | undefined; readonly isOnly: boolean } {
  const scanner = jsonlScanner(0, 1);
  let line: { readonly start: number; readonly end: number } | undefined;
  let ended = 0;
  for (let at = 0; at < head.length && ended < 2; at += PIECE)
    scanner.feed(head.subarray(at, at + PIECE), (start, end) => {
      line ??= { start, end };
      ended++;
    });
  return { line, isOnly: ended + (scanner.openRow ? 1 : 0) === 1 && size === head.length };
}

/** The rows of a JSON document; undefined where a file that calls itself JSONL is better read so. */
async function jsonDocument(file: DataFile, start: number, container: Container | undefined, isOneLine: boolean, options: OpenOptions, signal: AbortSignal | undefined): Promise<Opened | undefined> {
  const { rows, scanner } = jsonRowsOf(file, start);
  while (scanner.shape === 'unknown' || rows.progress.rows < SNIFFED_ROWS) {
    if (scanner.shape === 'single' || (scanner.shape === 'list' && rows.progress.rows > 0 && rows.progress.bytes > ENOUGH_BYTES)) break;
    if ((await rows.step()) !== 'more') break;
    signal?.throwIfAborted();
  }
  const isShort = file.size <= LONGEST_ROW;
  const isList = scanner.shape === 'list' && rows.progress.rows > 0;
  if (isList && (!scanner.failure || !isShort)) {
    const opened = await recognised(rows, options);
    const isOneChat = opened.ok && scanner.wrapper === undefined && isChat(opened.value.sample);
    if (!isOneChat) return opened;
    return isShort ? whole(file, container, options) : fail('too-long', `${file.name} is one chat of more than ${LONGEST_ROW / 1e6} MB: split it.`);
  }
  if (container === 'jsonl') {
    while (isShort && (await rows.step()) === 'more') signal?.throwIfAborted();
    // One object on one line has no second line yet.
    if (!scanner.done || (isOneLine && scanner.shape !== 'list')) return undefined;
  }
  if (isShort) return whole(file, container, options);
  if (scanner.failure) return fail('not-json', `${file.name} is not JSON at byte ${scanner.failure.at}: ${scanner.failure.what}.`);
  return fail('too-long', `${file.name} has no list of rows and is larger than ${LONGEST_ROW / 1e6} MB: save it as JSONL with one row a line.`);
}

/** Looks for rows until there are enough to recognise, or the file ends. A first line that is still being written is waited for. */
async function findFirst(rows: LazyRows, signal: AbortSignal | undefined): Promise<void> {
  const patience = performance.now() + 2 * QUIET;
  for (;;) {
    const step = await rows.step();
    signal?.throwIfAborted();
    const { rows: known, bytes } = rows.progress;
    if (step === 'end' || known >= SNIFFED_ROWS || (known > 0 && (step === 'wait' || bytes > ENOUGH_BYTES))) return;
    if (step === 'more') continue;
    if (performance.now() > patience) return;
    await new Promise((resolve) => setTimeout(resolve, A_MOMENT));
  }
}

/** Recognises what the first rows are; `sample` are those that can be read. */
async function recognised(rows: LazyRows, options: OpenOptions): Promise<Result<OpenedRows & { readonly sample: readonly unknown[] }, FormatErrorReason>> {
  const { progress } = rows;
  if (progress.rows === 0) return fail('empty-file', rows.trouble ?? `${rows.name} has no row yet: write one such as {"problem": "…", "steps": ["…"]}, with a line feed at its end.`);
  const held = new Map<number, Loaded>();
  for (let row = 0; row < Math.min(SNIFFED_ROWS, progress.rows); row++) held.set(row, await rows.load(row));
  const sample = [...held.values()].flatMap(({ value }) => (value.ok ? [value.value] : []));
  const traces = traceRows(
    {
      name: rows.name,
      container: rows.container,
      single: rows.single,
      get rows() {
        return rows.progress.rows;
      },
      get header() {
        return rows.header;
      },
      where: (row) => held.get(row)?.where ?? `${rows.name} row ${row}`,
      value: (row) => held.get(row)?.value ?? fail('no-such-row', `${rows.name} row ${row} was not read.`),
    },
    options,
  );
  if (!traces.ok) return traces;
  // The format is chosen on the first time it is asked for, while the first rows are at hand.
  const { rowFormat } = traces.value;
  held.clear();
  return ok({
    rows,
    rowFormat,
    sample,
    using(row, loaded, read) {
      held.set(row, loaded);
      try {
        return read(traces.value);
      } finally {
        held.delete(row);
      }
    },
  });
}
