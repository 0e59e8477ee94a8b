import { ok, type Result } from '../../core/result.ts';
import { noSuchRow } from '../containers/row-source.ts';
import type { Dataset } from '../dataset.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import type { OpenOptions } from '../trace-rows.ts';
import { wholeFile } from './whole-rows.ts';

/** A data set of which all bytes are at hand, where there is no file that can be read piece by piece. It never changes. */
export async function datasetInMemory(name: string, bytes: Uint8Array, options: OpenOptions = {}): Promise<Result<Dataset, FormatErrorReason>> {
  const opened = await wholeFile(name, bytes, options);
  if (!opened.ok) return opened;
  const { source, traces } = opened.value;
  const { rows } = traces;
  const has = (row: number): boolean => Number.isInteger(row) && row >= 0 && row < rows;
  return ok({
    name,
    container: traces.format,
    rowFormat: traces.rowFormat,
    progress: { rows, bytes: bytes.length, total: bytes.length, complete: true },
    value: (row) => Promise.resolve(has(row) ? source.value(row) : noSuchRow(name, row, rows)),
    trace: (row, variant) => Promise.resolve(traces.trace(row, variant)),
    record: (row, variant) => Promise.resolve(traces.record(row, variant)),
    variants: (row) => Promise.resolve(traces.variants(row)),
    reach: (row) => Promise.resolve(has(row)),
    onDidChange: () => ({ dispose: () => undefined }),
    dispose: () => undefined,
  });
}
