import type { Result } from '../core/result.ts';
import type { Span, Trace } from '../core/trace/trace.ts';

export type TraceFormat = 'markdown' | 'text' | 'json' | 'jsonl';

export type FormatErrorReason =
  | 'empty-file'
  | 'not-utf8'
  | 'not-json'
  | 'no-question'
  | 'no-steps'
  | 'unknown-shape'
  | 'too-long'
  | 'no-such-row';

/**
 * An opened file. Rows are read one by one when asked for, so a bad row costs nothing but itself.
 */
export interface TraceFile {
  readonly name: string;
  readonly format: TraceFormat;
  /** 1 for Markdown and text. */
  readonly rows: number;
  /** `row` is 0-based. The error names the file and the row. */
  trace(row: number): Result<Trace, FormatErrorReason>;
}

/** A trace that was read in place from a text document: where its parts stand in that document (UTF-16 offsets). */
export interface LocatedTrace {
  readonly trace: Trace;
  readonly problem: Span;
  /** `trace.response` equals the document's text over this span. */
  readonly response: Span;
}
