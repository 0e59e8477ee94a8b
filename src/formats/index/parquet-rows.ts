import { fail, ok, type Result } from '../../core/result.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { whyUnreadable, type DataFile } from './data-file.ts';
import type { LazyRows, Loaded } from './lazy-rows.ts';

/** Row groups that are kept decoded. */
const KEPT_GROUPS = 2;

/** The rows of a Parquet file: a row group is read and decoded when one of its rows is asked for. */
export async function parquetRowsOf(file: DataFile): Promise<Result<LazyRows, FormatErrorReason>> {
  const { name, size } = file;
  const { openParquet } = await import('../containers/parquet.ts');
  const table = await openParquet(name, { byteLength: size, slice: async (start, end = size) => arrayBuffer(await file.read(start, end - start)) }).catch((error: unknown) => fail('cannot-read', whyUnreadable(name, error)));
  if (!table.ok) return table;
  const parquet = table.value;
  const { rows, starts } = parquet;
  if (rows === 0) return fail('empty-file', `${name} has no rows.`);
  const groups = new Map<number, Promise<Result<unknown[], FormatErrorReason>>>();

  function group(index: number): Promise<Result<unknown[], FormatErrorReason>> {
    const known = groups.get(index);
    groups.delete(index);
    const reading = known ?? readGroup(index);
    groups.set(index, reading);
    for (const oldest of groups.keys()) if (groups.size > KEPT_GROUPS) groups.delete(oldest);
    return reading;
  }

  async function readGroup(index: number): Promise<Result<unknown[], FormatErrorReason>> {
    try {
      const values = await parquet.read(index);
      if ((await file.lookInside()) === 'same') return values;
      groups.delete(index);
      return fail('file-changed', `${name} has changed on disk: read the row again.`);
    } catch (error) {
      groups.delete(index);
      return fail('cannot-read', whyUnreadable(name, error));
    }
  }

  return ok({
    name,
    container: 'parquet',
    single: false,
    header: undefined,
    progress: { rows, bytes: size, total: size, complete: true },
    trouble: undefined,
    takeRowChange: () => false,
    async load(row): Promise<Loaded> {
      const index = starts.findLastIndex((start) => start <= row);
      const values = await group(index);
      return { where: `${name} row ${row}`, value: values.ok ? ok(values.value[row - (starts[index] ?? 0)]) : values, bytes: 0 };
    },
    step: () => Promise.resolve('end'),
    isStillThere: () => Promise.resolve(false),
  });
}

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
