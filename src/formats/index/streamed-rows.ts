import { fail, type Result } from '../../core/result.ts';
import { jsonlText, jsonlValue } from '../jsonl.ts';
import { jsonFault, parseJson } from '../json-error.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { decodeUtf8 } from '../utf8.ts';
import { CHECKPOINT_BYTES, checkpoints } from './checkpoints.ts';
import { whyUnreadable, type DataFile } from './data-file.ts';
import { fingerprint } from './fingerprint.ts';
import { jsonScanner, type JsonScanner } from './json-scanner.ts';
import { jsonlScanner } from './jsonl-scanner.ts';
import type { LazyRows, Loaded, Step } from './lazy-rows.ts';
import { recentRows } from './recent-rows.ts';
import type { OnRow, OpenRow, RowScanner } from './row-scanner.ts';

/** Looked at in one go: 0.1 to 0.5 ms in usual files, 1 to 2 ms where each second byte begins a row. */
export const SLICE_BYTES = 131_072;
/** Longest row that is read. Parsing holds up the thread: 5 to 10 ms a megabyte of text, up to 40 ms where it is all numbers and brackets. */
export const LONGEST_ROW = 16_000_000;
const COMMA = 44;
/** A row that is parsed in a turn of its own, and a last line that is not looked into before its line feed. */
const LARGE_ROW = 1_000_000;
/** A file that was not written for so long (ms) is taken to be finished. */
export const QUIET = 1000;
/** Rows beyond a checkpoint begin within `CHECKPOINT_BYTES` of it; this holds all of them that are short. */
const SHORT_SEGMENT = 4 * CHECKPOINT_BYTES;

/** What the end of a file means. `openRow` is a last row without its line feed. */
interface End {
  readonly step: 'end' | 'wait';
  readonly openRow?: OpenRow;
  readonly trouble?: string;
}

/** What the two kinds of files do differently. */
interface Kind {
  readonly container: 'jsonl' | 'json';
  readonly scanner: RowScanner;
  readonly header: unknown;
  /** True where the scanner finds nothing any more. */
  readonly isBroken: boolean;
  /** A scanner that begins at a row. */
  resume(offset: number, line: number): RowScanner;
  where(row: number, line: number): string;
  /** Without what stands between a row and the next. */
  trim(bytes: Uint8Array): Uint8Array;
  decode(where: string, bytes: Uint8Array, offset: number): Result<string, FormatErrorReason>;
  parse(where: string, text: string, offset: number): Result<unknown, FormatErrorReason>;
  afterSlice(): Promise<void>;
  atEnd(isQuiet: boolean): Promise<End>;
}

/** The lines of a JSONL file from its byte `start`, after a byte order mark. */
export function jsonlRowsOf(file: DataFile, start: number): LazyRows {
  const scanner = jsonlScanner(start, 1);
  return streamed(file, start, {
    container: 'jsonl',
    scanner,
    header: undefined,
    isBroken: false,
    resume: jsonlScanner,
    where: (row, line) => `${file.name} row ${row} (line ${line})`,
    trim: (bytes) => bytes.subarray(0, endOfText(bytes, bytes.length)),
    decode: jsonlText,
    parse: jsonlValue,
    afterSlice: () => Promise.resolve(),
    async atEnd(isQuiet) {
      const { openRow } = scanner;
      if (!openRow) return { step: 'end' };
      return isQuiet || (await isWhole(file, openRow.start)) ? { step: 'end', openRow } : { step: 'wait' };
    },
  });
}

/** True for a line that is a whole JSON object or list, so that its line feed need not be waited for. */
async function isWhole(file: DataFile, start: number): Promise<boolean> {
  if (file.size - start > LARGE_ROW) return false;
  const text = decodeUtf8(await file.read(start, file.size - start));
  return text.ok && /[}\]]\s*$/.test(text.value) && parseJson(text.value).ok;
}

/** The rows of a JSON document's list from byte `start`; the scanner tells what kind of document it is. */
export function jsonRowsOf(file: DataFile, start: number): { readonly rows: LazyRows; readonly scanner: JsonScanner } {
  const scanner = jsonScanner(start);
  let header: unknown;
  let isHeaderWhole = false;

  /** The object around the rows, without them: what stands before the list, and what follows it once that is known. */
  async function readHeader(): Promise<void> {
    const { wrapper, done } = scanner;
    if (!wrapper || isHeaderWhole || (header !== undefined && !done)) return;
    isHeaderWhole = done;
    const rest = done && wrapper.close !== undefined ? scanner.position - wrapper.close : 0;
    if (wrapper.open - start + rest > LONGEST_ROW) return;
    const before = Buffer.from(await file.read(start, wrapper.open - start)).toString();
    const after = rest > 0 ? Buffer.from(await file.read(scanner.position - rest, rest)).toString() : ']}';
    const parsed = parseJson(before + after);
    if (parsed.ok) header = parsed.value;
  }

  const broken = (at: number, what: string) => `${file.name} is not JSON from byte ${at} on: ${what}. The rows before it can be read.`;
  const rows = streamed(file, start, {
    container: 'json',
    scanner,
    get header() {
      return header;
    },
    get isBroken() {
      return scanner.failure !== undefined;
    },
    resume: (offset) => jsonScanner(offset, true),
    where: (row) => `${file.name} row ${row}`,
    trim(bytes) {
      const end = endOfText(bytes, bytes.length);
      return bytes.subarray(0, bytes[end - 1] === COMMA ? endOfText(bytes, end - 1) : end);
    },
    decode(where, bytes, offset) {
      const text = decodeUtf8(bytes);
      return text.ok ? text : fail('not-utf8', `${where} is not UTF-8 at byte ${offset + (text.offset ?? 0)} of the file: save the file as UTF-8.`);
    },
    parse(where, text, offset) {
      const value = parseJson(text);
      return value.ok ? value : jsonFault(`${where} (from byte ${offset})`, value.error);
    },
    afterSlice: readHeader,
    atEnd(isQuiet) {
      const { failure, done, position } = scanner;
      if (failure) return Promise.resolve({ step: 'end', trouble: broken(failure.at, failure.what) });
      if (done) return Promise.resolve({ step: 'end' });
      return Promise.resolve({ step: 'wait', ...(isQuiet && { trouble: broken(position, 'it ends before its list does, so it was cut off or is still being written') }) });
    },
  });
  return { rows, scanner };
}

/** The index after the last byte before `end` that is no white space. */
function endOfText(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at > 0 && [9, 10, 13, 32].includes(bytes[at - 1] ?? 0)) at--;
  return at;
}

function streamed(file: DataFile, start: number, kind: Kind): LazyRows {
  const { scanner } = kind;
  const index = checkpoints();
  const print = fingerprint(file, start);
  const buffer = Buffer.allocUnsafeSlow(SLICE_BYTES);
  const recent = recentRows();
  /** Rows whose end was seen, and the end of the last. */
  let ended = 0;
  let lastEnd = start;
  /** One row more: the last line of a file that was found finished without a line feed. */
  let last: { readonly start: number; readonly end: number; readonly line: number } | undefined;
  let hasLastChanged = false;
  let isComplete = false;
  let trouble: string | undefined;

  const found: OnRow = (from, to, line) => {
    if (last) {
      hasLastChanged ||= last.end !== to;
      last = undefined;
      recent.forget(ended);
    } else index.add(ended, from, line);
    ended++;
    lastEnd = to;
  };

  /** The bytes of a row and how messages name it; undefined bytes where the file has become another. */
  async function find(row: number): Promise<{ readonly where: string; readonly start: number; readonly bytes: Uint8Array | undefined; readonly isTooLong?: boolean }> {
    const near = index.before(row);
    const tail = row === ended ? last : undefined;
    const end = tail?.end ?? near.next ?? lastEnd;
    // With the byte after a row, which is what ends it.
    const bytes = await file.read(near.offset, Math.min(end + 1 - near.offset, SHORT_SEGMENT));
    const again = kind.resume(near.offset, near.line);
    let found: { readonly where: string; readonly start: number; readonly bytes: Uint8Array } | undefined;
    let next = near.row;
    again.feed(bytes, (start, end, line) => {
      if (next++ === row) found = { where: kind.where(row, line), start, bytes: bytes.subarray(start - near.offset, end - near.offset) };
    });
    if (found) return found;
    // What begins here and does not end is the segment's last row.
    const { openRow } = again;
    const where = kind.where(row, openRow?.line ?? near.line);
    if (!openRow || next !== row) return { where, start: near.offset, bytes: undefined };
    const { start } = openRow;
    if (end - start > LONGEST_ROW) return { where, start, bytes: undefined, isTooLong: true };
    const rest = await file.read(start, end - start);
    return { where, start, bytes: rest.length < end - start ? undefined : kind.trim(rest) };
  }

  async function load(row: number): Promise<Loaded> {
    try {
      const { where, start: from, bytes, isTooLong } = await find(row);
      const failed = (value: Loaded['value']) => ({ where, value, bytes: 0 });
      const now = await file.lookInside();
      const isSame = now === 'same' || (now === 'grown' && (await print.holds()));
      if (!isSame || (!bytes && isTooLong !== true)) return failed(fail('file-changed', `${where} cannot be read any more, since the file has changed on disk: read it again.`));
      if (!bytes) return failed(fail('too-long', `${where} is longer than ${LONGEST_ROW / 1e6} MB: shorten it.`));
      // A large row holds up the thread when it is decoded, parsed and then read as a trace: each has a turn of its own.
      const turn = bytes.length > LARGE_ROW ? () => new Promise(setImmediate) : undefined;
      await turn?.();
      const text = kind.decode(where, bytes, from);
      await turn?.();
      const value = text.ok ? kind.parse(where, text.value, from) : text;
      await turn?.();
      return { where, value, bytes: bytes.length };
    } catch (error) {
      return { where: `${file.name} row ${row}`, value: fail('cannot-read', whyUnreadable(file.name, error)), bytes: 0 };
    }
  }

  async function atEnd(): Promise<Step> {
    const end = await kind.atEnd(Math.abs(Date.now() - file.writtenAt) > QUIET);
    trouble = end.trouble;
    isComplete = end.step === 'end' && trouble === undefined;
    const before = last;
    if (end.openRow) {
      if (!before) index.add(ended, end.openRow.start, end.openRow.line);
      last = { ...end.openRow, end: scanner.position };
    }
    if (before && last && before.end !== last.end) {
      recent.forget(ended);
      hasLastChanged = true;
    }
    return end.step;
  }

  async function slice(): Promise<Step> {
    if (kind.isBroken || scanner.position >= file.size) return atEnd();
    isComplete = false;
    trouble = undefined;
    const bytes = await file.read(scanner.position, Math.min(SLICE_BYTES, file.size - scanner.position), buffer);
    // Cut off meanwhile: the next look at the file says so.
    if (bytes.length === 0) return 'wait';
    scanner.feed(bytes, found);
    print.take(bytes, scanner.position);
    await kind.afterSlice();
    return 'more';
  }

  return {
    name: file.name,
    container: kind.container,
    single: false,
    get header() {
      return kind.header;
    },
    get progress() {
      return { rows: ended + (last ? 1 : 0), bytes: scanner.position, total: file.size, complete: isComplete && scanner.position >= file.size };
    },
    get trouble() {
      return trouble;
    },
    takeRowChange() {
      const changed = hasLastChanged;
      hasLastChanged = false;
      return changed;
    },
    load: (row) => recent.get(row, () => load(row)),
    async step() {
      try {
        return await slice();
      } catch (error) {
        trouble = whyUnreadable(file.name, error);
        return 'end';
      }
    },
    isStillThere: () => print.holds(),
  };
}
