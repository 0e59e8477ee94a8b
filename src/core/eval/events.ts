/** What was found out about one row of the data. JSON: `item` is the eval's own, and enough to compute every metric again. */
export interface EvalRow<Item = unknown> {
  /** 0-based in its file. */
  readonly row: number;
  /** The row's own id, where the file has one. */
  readonly id?: string;
  /** The part of the data that it belongs to (ProcessBench's `gsm8k`, PRMBench's `circular`), where the file says so. */
  readonly subset?: string;
  readonly item: Item;
}

/** What an eval emits, in the order in which it happens. With a RunHeader before it and a RunEnd after it, this is its log. */
export type EvalEvent<Item = unknown> =
  /** Rows that will be looked at, those of an earlier part of the run included. */
  | { readonly type: 'started'; readonly rows: number }
  /** What holds for the whole run and should be known, once each. */
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'row'; readonly row: EvalRow<Item> }
  /** A row that no number can be made of. It is in no metric; the report lists it with its sentence. */
  | { readonly type: 'row-failed'; readonly row: number; readonly id?: string; readonly reason: RowFault; readonly message: string };

/**
 * Why a row is left out.
 *
 * - `unreadable`: the file's row is no trace
 * - `no-label`: it lacks the label that the eval is about, or has one that its steps contradict
 * - `duplicate`: its id was there before, so that scores that are joined by id could belong to either row
 * - `no-scores`: the score file has none for it
 * - `misfit`: as many scores as steps are needed, and there are others
 * - `not-scored`: the model could not score it at all
 */
export type RowFault = 'unreadable' | 'no-label' | 'duplicate' | 'no-scores' | 'misfit' | 'not-scored';

export type RowFailed = Extract<EvalEvent, { type: 'row-failed' }>;
