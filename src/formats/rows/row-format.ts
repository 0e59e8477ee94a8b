import type { Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import type { Trace, TraceSource } from '../../core/trace/trace.ts';
import type { FieldMap } from '../fields/field-map.ts';
import type { FormatErrorReason } from '../trace-file.ts';

/** What a row importer is told besides the row. */
export interface RowContext {
  readonly source: TraceSource;
  /** Names the row in messages, for example `data.jsonl row 3 (line 4)`. */
  readonly where: string;
  /** What the file says about all of its rows. */
  readonly header?: unknown;
  /** Which of the row's traces; absent for the first. */
  readonly variant?: string;
  /** Where the fields are, for rows of a shape that is not known here. */
  readonly fieldMap?: FieldMap;
}

export type RowResult = Result<Trace, FormatErrorReason>;

/** One published or local shape of rows. Importers are pure and know one row at a time, so that an index can call them in any order. */
export interface RowFormat {
  /** As `--format` takes it. */
  readonly id: string;
  /** For lists, with the source of the shape. */
  readonly title: string;
  /** How sure a fitting row makes one, in (0, 1]: 1 where no other data looks so. */
  readonly strength: number;
  /** What a fitting row has, for the reason of a guess: `has "error_steps" and "modified_process"`. */
  readonly mark: string;
  /** True for a row of this shape. Cheap and shallow. */
  fits(row: unknown): boolean;
  /** The names of the row's traces, where there can be several. */
  variants?(row: unknown): readonly string[];
  /** Gives the reason for a row that does not fit, too: the format may have been forced. */
  read(row: unknown, context: RowContext): RowResult;
  /** Where rows carry scores and notes of ours. */
  record?(row: unknown, context: RowContext): Result<TraceRecord, FormatErrorReason>;
}

/** A guess at what the rows of a file are. */
export interface Sniff {
  readonly id: string;
  /** In [0, 1]; 1 for a format that was forced. */
  readonly confidence: number;
  /** One sentence. */
  readonly reason: string;
  /** There where a person once chose it for rows like these. */
  readonly isRemembered?: true;
}
