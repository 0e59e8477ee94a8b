import type { Result } from '../core/result.ts';
import { isParquet } from './containers/parquet-magic.ts';
import type { RowSource } from './containers/row-source.ts';
import { containerOf } from './containers/container-of.ts';
import { openSource, openTraces } from './open.ts';
import type { FormatErrorReason, TraceFile } from './trace-file.ts';
import { traceRows, type OpenOptions } from './trace-rows.ts';

/** Opens a file of any kind, Parquet included. The Parquet reader is loaded when the first such file is opened. */
export async function openFile(name: string, bytes: Uint8Array, options: OpenOptions = {}): Promise<Result<TraceFile, FormatErrorReason>> {
  if (!looksLikeParquet(name, bytes)) return openTraces(name, bytes, options);
  const source = await parquet(name, bytes);
  return source.ok ? traceRows(source.value, options) : source;
}

/** The rows of a file before anything is known about what they mean; an error for a text. */
export async function openRows(name: string, bytes: Uint8Array, options: OpenOptions = {}): Promise<Result<RowSource, FormatErrorReason>> {
  return looksLikeParquet(name, bytes) ? parquet(name, bytes) : openSource(name, bytes, options);
}

export function looksLikeParquet(name: string, bytes: Uint8Array): boolean {
  const container = containerOf(name);
  return container === 'parquet' || (container === undefined && isParquet(bytes));
}

async function parquet(name: string, bytes: Uint8Array): Promise<Result<RowSource, FormatErrorReason>> {
  const { parquetSource } = await import('./containers/parquet.ts');
  return parquetSource(name, bytes);
}
