import type { Result } from '../core/result.ts';
import type { TraceRecord } from '../core/trace/record.ts';
import type { Trace } from '../core/trace/trace.ts';
import type { Sniff } from './rows/row-format.ts';
import type { Container, FormatErrorReason } from './trace-file.ts';

/** How much of a file is known. */
export interface DatasetProgress {
  /** Rows found so far. */
  readonly rows: number;
  /** Bytes looked at, and of the file. */
  readonly bytes: number;
  readonly total: number;
  /** Whether the whole file was looked at, as it was then. */
  readonly complete: boolean;
}

export type DatasetChange =
  /** More of the file is known, or the file has grown at its end: rows that were known are the same. */
  | { readonly type: 'progress'; readonly progress: DatasetProgress }
  /** The file is another than it was (replaced, truncated, edited): everything read from it before is out of date. The new file is open by then: rows, `progress`, `rowFormat` and `container` are its own. */
  | { readonly type: 'replaced' }
  /** One sentence: the file is gone, or cannot be read any more or any further. What was read before stays. A file that comes back is `replaced`, one that goes on `progress`. */
  | { readonly type: 'lost'; readonly message: string };

/** An open data set of any size. Rows are read one by one from the file; only where each begins is kept. */
export interface Dataset {
  readonly name: string;
  readonly container: Container;
  /** How the rows are read, and why that was chosen; known once the first rows are. */
  readonly rowFormat: Sniff;
  readonly progress: DatasetProgress;
  /** The row as it is in the file, parsed. 0-based. A row that is not known yet is waited for, as by `reach`. */
  value(row: number): Promise<Result<unknown, FormatErrorReason>>;
  trace(row: number, variant?: string): Promise<Result<Trace, FormatErrorReason>>;
  /** The trace with what was exported beside it: scores and notes of ours, where the format has them. */
  record(row: number, variant?: string): Promise<Result<TraceRecord, FormatErrorReason>>;
  /** Names of the row's traces, where it holds several. */
  variants(row: number): Promise<readonly string[]>;
  /** Resolves when the row is known, or with false when the file is complete without it, lost or closed, or the signal aborts. Never rejects. */
  reach(row: number, signal?: AbortSignal): Promise<boolean>;
  onDidChange(listener: (change: DatasetChange) => void): { dispose(): void };
  dispose(): void;
}
