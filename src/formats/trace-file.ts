import type { Result } from '../core/result.ts';
import type { TraceRecord } from '../core/trace/record.ts';
import type { Span, Trace } from '../core/trace/trace.ts';
import type { Sniff } from './rows/row-format.ts';

/** What a file is, apart from what its rows are. */
export type Container = 'markdown' | 'text' | 'json' | 'jsonl' | 'csv' | 'parquet' | 'zip';

export type FormatErrorReason =
  | 'empty-file'
  | 'not-utf8'
  | 'not-json'
  | 'not-csv'
  | 'not-zip'
  | 'not-parquet'
  | 'no-question'
  | 'no-steps'
  | 'unknown-shape'
  | 'unknown-format'
  | 'too-long'
  /** The file system refuses, or the file is gone. */
  | 'cannot-read'
  /** The file on disk is another than the one whose rows were found. */
  | 'file-changed'
  /** The thread that reads the file has failed. */
  | 'reader-ended'
  | 'no-such-row'
  | 'no-such-variant'
  /** A table of scores or results that holds no text: it goes with another file. */
  | 'no-text'
  /** A run was stopped before there was an answer. */
  | 'not-finished'
  /** A person has to say something that the file does not, such as where counting starts. */
  | 'needs-map'
  /** A version, a compression or a kind of content that is not read here. */
  | 'unsupported';

/**
 * An opened file. Rows are read one by one when asked for, so a bad row costs nothing but itself.
 */
export interface TraceFile {
  readonly name: string;
  readonly format: Container;
  /** How the rows are read, and why that was chosen. */
  readonly rowFormat: Sniff;
  /** 1 for Markdown and text. */
  readonly rows: number;
  /** The names of a row's traces where its format has several; else empty. The first is what `trace` gives by itself. */
  variants(row: number): readonly string[];
  /** `row` is 0-based. The error names the file and the row. */
  trace(row: number, variant?: string): Result<Trace, FormatErrorReason>;
  /** The trace with scores and notes, where the file is an export of ours; else the trace alone. */
  record(row: number, variant?: string): Result<TraceRecord, FormatErrorReason>;
}

/** A trace that was read in place from a text document: where its parts stand in that document (UTF-16 offsets). */
export interface LocatedTrace {
  readonly trace: Trace;
  readonly problem: Span;
  /** `trace.response` equals the document's text over this span. */
  readonly response: Span;
}
