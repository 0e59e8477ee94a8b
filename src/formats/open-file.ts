import type { Result } from '../core/result.ts';
import { isParquet } from './containers/parquet-magic.ts';
import { containerOf, openTraces } from './open.ts';
import type { FormatErrorReason, TraceFile } from './trace-file.ts';
import { traceRows, type OpenOptions } from './trace-rows.ts';

/** Opens a file of any kind, Parquet included. The Parquet reader is loaded when the first such file is opened. */
export async function openFile(name: string, bytes: Uint8Array, options: OpenOptions = {}): Promise<Result<TraceFile, FormatErrorReason>> {
  const container = containerOf(name);
  if (container !== 'parquet' && (container !== undefined || !isParquet(bytes))) return openTraces(name, bytes, options);
  const { parquetSource } = await import('./containers/parquet.ts');
  const source = await parquetSource(name, bytes);
  return source.ok ? traceRows(source.value, options) : source;
}
