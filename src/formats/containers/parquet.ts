import { gunzipSync } from 'fflate';
import { decompress } from 'fzstd';
import { parquetMetadata, parquetMetadataAsync, parquetReadObjects, snappyUncompress, type AsyncBuffer, type Compressors, type FileMetaData } from 'hyparquet';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { isParquet } from './parquet-magic.ts';
import type { RowSource } from './row-source.ts';

/** Most that is read into memory at once, as the file itself says and as its pages turn out. */
const LARGEST_TABLE = 500_000_000;
const LARGEST_GROUP = 200_000_000;
const LARGEST_PAGE = 64_000_000;
const MOST_ROWS = 5_000_000;
/** Values nested deeper than this are left out. */
const DEEPEST = 20;

/** How many rows a Parquet file has, from its metadata alone. */
export function parquetRowCount(name: string, bytes: Uint8Array): Result<number, FormatErrorReason> {
  const metadata = metadataOf(name, bytes);
  return metadata.ok ? ok(Number(metadata.value.num_rows)) : metadata;
}

/**
 * Reads rows `start` to `end` (exclusive) of a Parquet file as plain JSON values: 64-bit integers become numbers, or texts
 * where a number would not be exact; dates become ISO 8601; bytes are left out. Uncompressed, snappy, gzip and zstd.
 */
export async function parquetRows(name: string, bytes: Uint8Array, start: number, end: number): Promise<Result<unknown[], FormatErrorReason>> {
  const metadata = metadataOf(name, bytes);
  if (!metadata.ok) return metadata;
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return readRows(name, file, metadata.value, start, end);
}

/** A Parquet file of which only the metadata was read. */
export interface ParquetTable {
  readonly rows: number;
  /** The first row of each row group. */
  readonly starts: readonly number[];
  /** The rows of a group, as `parquetRows` gives them. Throws what reading the file does. */
  read(group: number): Promise<Result<unknown[], FormatErrorReason>>;
}

/** Opens a Parquet file that is read piece by piece. Throws what reading the file does. */
export async function openParquet(name: string, file: AsyncBuffer): Promise<Result<ParquetTable, FormatErrorReason>> {
  let unread: { readonly error: unknown } | undefined;
  const noted: AsyncBuffer = {
    byteLength: file.byteLength,
    slice: async (start, end) => {
      try {
        return await file.slice(start, end);
      } catch (error) {
        unread = { error };
        throw error;
      }
    },
  };
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(noted);
  } catch {
    if (unread) throw unread.error;
    return fail('not-parquet', `${name} is not a whole Parquet file, or it is damaged: its description at the end cannot be read.`);
  }
  const starts: number[] = [];
  let rows = 0;
  for (const group of metadata.row_groups) {
    starts.push(rows);
    rows += Number(group.num_rows);
  }
  if (rows !== Number(metadata.num_rows) || !(rows >= 0 && rows <= Number.MAX_SAFE_INTEGER)) return fail('not-parquet', `${name} is damaged: the rows of its groups do not add up.`);
  return ok({
    rows,
    starts,
    async read(index) {
      const size = Number(metadata.row_groups[index]?.total_byte_size);
      const count = Number(metadata.row_groups[index]?.num_rows);
      if (!(size <= LARGEST_GROUP && count <= MOST_ROWS)) return fail('too-long', `${name} has a row group of ${count} rows and ${(size / 1e6).toFixed(0)} MB: at most ${MOST_ROWS} rows and ${LARGEST_GROUP / 1e6} MB are read at once, so write it with smaller groups.`);
      const start = starts[index] ?? 0;
      const values = await readRows(name, noted, metadata, start, start + count);
      if (unread) throw unread.error;
      return values;
    },
  });
}

async function readRows(name: string, file: ArrayBuffer | AsyncBuffer, metadata: FileMetaData, start: number, end: number): Promise<Result<unknown[], FormatErrorReason>> {
  try {
    const rows = await parquetReadObjects({ file, metadata, rowStart: start, rowEnd: end, compressors: compressors() });
    return ok(rows.map((row) => plain(row, 0)));
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    if (/too large/.test(why)) return fail('too-long', `${name} has a page that inflates to more than ${LARGEST_PAGE / 1e6} MB: write it with smaller pages.`);
    if (/unsupported/.test(why)) return fail('unsupported', `${name} uses a kind of Parquet that is not read here (${why.replace(/^parquet /, '').slice(0, 80)}): write it with snappy compression and plain or dictionary encoding.`);
    return fail('not-parquet', `${name} is damaged: its rows ${start} to ${end - 1} cannot be read.`);
  }
}

/** All rows of a Parquet file that fits in memory. */
export async function parquetSource(name: string, bytes: Uint8Array): Promise<Result<RowSource, FormatErrorReason>> {
  const count = parquetRowCount(name, bytes);
  if (!count.ok) return count;
  if (count.value === 0) return fail('empty-file', `${name} has no rows.`);
  const rows = await parquetRows(name, bytes, 0, count.value);
  if (!rows.ok) return rows;
  return ok({ name, container: 'parquet', rows: rows.value.length, single: false, where: (row) => `${name} row ${row}`, value: (row) => ok(rows.value[row]) });
}

function metadataOf(name: string, bytes: Uint8Array): Result<FileMetaData, FormatErrorReason> {
  if (!isParquet(bytes)) return fail('not-parquet', `${name} is not a whole Parquet file: it may have been cut off while it was written or copied.`);
  let metadata: FileMetaData;
  try {
    metadata = parquetMetadata(bytes);
  } catch {
    return fail('not-parquet', `${name} is damaged: its description at the end cannot be read.`);
  }
  const size = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
  const rows = Number(metadata.num_rows);
  if (rows >= 0 && rows <= MOST_ROWS && size <= LARGEST_TABLE) return ok(metadata);
  return fail('too-long', `${name} says that it holds ${rows} rows and ${(size / 1e6).toFixed(0)} MB: at most ${MOST_ROWS} rows and ${LARGEST_TABLE / 1e6} MB are read, so split it.`);
}

/** Each codec inflates into what the page claims, and no page may claim too much. */
function compressors(): Compressors {
  const limited = (inflate: (input: Uint8Array, size: number) => Uint8Array) => (input: Uint8Array, size: number) => {
    if (size > LARGEST_PAGE) throw new RangeError('page too large');
    return inflate(input, size);
  };
  return {
    SNAPPY: limited((input, size) => {
      const output = new Uint8Array(size);
      snappyUncompress(input, output);
      return output;
    }),
    GZIP: limited((input, size) => gunzipSync(input, { out: new Uint8Array(size) })),
    ZSTD: limited((input, size) => decompress(input, new Uint8Array(size))),
  };
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST || ArrayBuffer.isView(value)) return undefined;
  if (Array.isArray(value)) return (value as unknown[]).map((item) => plain(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]));
}
