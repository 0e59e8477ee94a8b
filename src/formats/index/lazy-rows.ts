import type { Result } from '../../core/result.ts';
import type { DatasetProgress } from '../dataset.ts';
import type { Container, FormatErrorReason } from '../trace-file.ts';

/** A row that was looked up. */
export interface Loaded {
  /** How messages name the row. */
  readonly where: string;
  readonly value: Result<unknown, FormatErrorReason>;
  /** Of the row in the file; 0 where it came out of memory. */
  readonly bytes: number;
}

/** How a slice of looking for rows ended. */
export type Step =
  /** There is more to look at. */
  | 'more'
  /** All was looked at, or nothing can be found any more. */
  | 'end'
  /** The end may still be written: look again when the file has grown, or in a second. */
  | 'wait';

/** The rows of one state of a file, found slice by slice and read one by one. */
export interface LazyRows {
  readonly name: string;
  readonly container: Container;
  /** True for a file that is one trace and has no row numbers. */
  readonly single: boolean;
  readonly header: unknown;
  readonly progress: DatasetProgress;
  /** A sentence, once rows cannot be found any further though the file goes on. */
  readonly trouble: string | undefined;
  /** True once after a last row that was known has become longer. */
  takeRowChange(): boolean;
  /** A row that is known. */
  load(row: number): Promise<Loaded>;
  /** Looks at the next slice: at most 128 KB, which takes a few milliseconds at worst. */
  step(): Promise<Step>;
  /** Whether what was found still stands in a file that has grown. */
  isStillThere(): Promise<boolean>;
}
