import { fail, type Result } from '../../core/result.ts';
import type { Container, FormatErrorReason } from '../trace-file.ts';

/** The rows of a file before anything is known about what they mean. */
export interface RowSource {
  readonly name: string;
  readonly container: Container;
  readonly rows: number;
  /** True for a file that is one trace and has no row numbers. */
  readonly single: boolean;
  /** What the file says about all of its rows: the log around Inspect samples, the columns of a table. */
  readonly header?: unknown;
  /** How messages name a row: `data.jsonl row 3 (line 4)`. */
  where(row: number): string;
  /** The value of a row, which is in range; read when it is asked for. */
  value(row: number): Result<unknown, FormatErrorReason>;
}

/** The error for a row that a file does not have. */
export function noSuchRow(name: string, row: number, rows: number): Result<never, FormatErrorReason> {
  const has = rows === 1 ? 'only row 0' : `rows 0 to ${rows - 1}`;
  return fail('no-such-row', `${name} has no row ${row}: it has ${has}.`);
}
