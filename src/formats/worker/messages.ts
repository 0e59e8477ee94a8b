import type { Block } from '../../core/report/block.ts';
import type { Result } from '../../core/result.ts';
import type { SegmentationChoice } from '../../core/segment/segment-trace.ts';
import type { Trace } from '../../core/trace/trace.ts';
import type { Dataset, DatasetChange } from '../dataset.ts';
import type { EvalForm, NamedLog } from '../runs/eval-log.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import type { OpenOptions } from '../trace-rows.ts';
import type { Piece } from './pieces.ts';

/** What a reader reads: a file on disk, of any size, or the content of one that is elsewhere. */
export type ReaderSource =
  /** `poll` as for `openDataset`. */
  | { readonly path: string; readonly poll?: number }
  | { readonly name: string; readonly bytes: Uint8Array };

/** What a reader is started with. It opens this one file, and ends with it. */
export interface ReaderOrder {
  readonly source: ReaderSource;
  readonly options: OpenOptions;
}

/** One piece of work on a long text, for a thread that ends with it. */
export type TextJob =
  /** Reads a text document as `parseMarkdownTrace` does. */
  | { readonly kind: 'parse'; readonly name: string; readonly text: string }
  /** Cuts a trace as `segmentTrace` does. */
  | { readonly kind: 'segment'; readonly name: string; readonly trace: Trace; readonly choice: SegmentationChoice }
  /** Reads the log of an experiment on internal bias as `readBiasState` does: its report takes thousands of resamples. */
  | { readonly kind: 'bias'; readonly name: string; readonly text: string }
  /** Reads the log of an evaluation as `readEvalContent` does, or writes it as `writeEvalLog` does. */
  | { readonly kind: 'eval'; readonly name: string; readonly text: string; readonly form?: EvalForm }
  /** Reads a file of scores as `readScoreTable` does. */
  | { readonly kind: 'scores'; readonly name: string; readonly bytes: Uint8Array; readonly dataRows: number }
  /** Compares evaluations as `compareEvalLogs` does, or writes that as `writeComparison` does. */
  | { readonly kind: 'compare'; readonly name: string; readonly logs: readonly NamedLog[]; readonly form?: EvalForm }
  /** Writes a report as `htmlBlocks` does: what draws its pictures need not be in memory elsewhere. */
  | { readonly kind: 'html'; readonly name: string; readonly blocks: readonly Block[] };

/** What is known of the open file without asking for a row. */
export type ReaderState = Pick<Dataset, 'name' | 'container' | 'rowFormat' | 'progress'>;

/** Each has one answer; see the functions of `Dataset`. */
export type ReaderQuestion =
  | { readonly kind: 'value' | 'variants' | 'reach'; readonly row: number }
  | { readonly kind: 'trace' | 'record'; readonly row: number; readonly variant?: string };

export type ReaderRequest =
  | { readonly kind: 'question'; readonly id: number; readonly question: ReaderQuestion }
  /** Asks for the next piece of an answer. */
  | { readonly kind: 'more'; readonly id: number }
  /** The answer is not waited for any more. */
  | { readonly kind: 'cancel'; readonly id: number };

export type ReaderMessage =
  /** The first one, once. */
  | { readonly kind: 'opened'; readonly state: Result<ReaderState, FormatErrorReason> }
  | { readonly kind: 'change'; readonly change: DatasetChange; readonly state: ReaderState }
  /** Of an answer; the next one comes when it is asked for. */
  | { readonly kind: 'piece'; readonly id: number; readonly piece: Piece; readonly state: ReaderState };
