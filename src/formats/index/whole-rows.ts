import { fail, ok, type Result } from '../../core/result.ts';
import type { RowSource } from '../containers/row-source.ts';
import { openFile, openRows } from '../open-file.ts';
import type { Container, FormatErrorReason, TraceFile } from '../trace-file.ts';
import { traceRows, type OpenOptions } from '../trace-rows.ts';
import { decodeUtf8 } from '../utf8.ts';
import { whyUnreadable, type DataFile } from './data-file.ts';
import type { LazyRows } from './lazy-rows.ts';
import { LONGEST_ROW } from './streamed-rows.ts';

/** Largest files, in bytes, that are read whole: a table is parsed in one go (about 10 ms a megabyte), of an archive only the directory is. */
const LARGEST: Readonly<Partial<Record<Container, number>>> = { csv: 64_000_000, zip: 500_000_000 };

/** The rows of a file that is read into memory: a text, a table, an archive, a JSON document that is no list of rows. */
export async function wholeRows(file: DataFile, container: Container | undefined, options: OpenOptions): Promise<Result<{ readonly rows: LazyRows; readonly traces: TraceFile }, FormatErrorReason>> {
  const { name, size } = file;
  const most = (container && LARGEST[container]) ?? LONGEST_ROW;
  if (size > most) return fail('too-long', `${name} is larger than ${most / 1e6} MB, which is too much for a file of this kind: save it as JSONL with one row a line.`);
  let bytes: Uint8Array;
  try {
    bytes = await file.read(0, size);
    if (bytes.length < size || (await file.lookInside()) !== 'same') return fail('file-changed', `${name} was written while it was read: open it again.`);
  } catch (error) {
    return fail('cannot-read', whyUnreadable(name, error));
  }
  const opened = await wholeFile(name, bytes, options);
  if (!opened.ok) return opened;
  const { source, traces } = opened.value;
  return ok({ rows: rowsInMemory(source, size), traces });
}

/** The rows of a file in memory and their traces; a text is one row. */
export async function wholeFile(name: string, bytes: Uint8Array, options: OpenOptions): Promise<Result<{ readonly source: RowSource; readonly traces: TraceFile }, FormatErrorReason>> {
  const source = await openRows(name, bytes, options);
  if (source.ok) {
    const traces = traceRows(source.value, options);
    return traces.ok ? ok({ source: source.value, traces: traces.value }) : traces;
  }
  const text = await openFile(name, bytes, options);
  return text.ok ? ok({ source: textSource(text.value, bytes), traces: text.value }) : text;
}

/** The one row of a text is the text. */
function textSource({ name, format }: TraceFile, bytes: Uint8Array): RowSource {
  return { name, container: format, rows: 1, single: true, where: () => name, value: () => decodeUtf8(bytes) };
}

function rowsInMemory(source: RowSource, size: number): LazyRows {
  return {
    name: source.name,
    container: source.container,
    single: source.single,
    header: source.header,
    progress: { rows: source.rows, bytes: size, total: size, complete: true },
    trouble: undefined,
    takeRowChange: () => false,
    load: (row) => Promise.resolve({ where: source.where(row), value: source.value(row), bytes: 0 }),
    step: () => Promise.resolve('end'),
    isStillThere: () => Promise.resolve(false),
  };
}
