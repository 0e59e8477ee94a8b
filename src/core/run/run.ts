import type { ModelInfo } from '../model.ts';

/** What kinds of runs there are: each is a method whose events are its log. */
export type RunKind = 'search' | 'eval' | 'bias' | 'masking';

/** A model that took part, by its part. */
export interface RunModel {
  readonly role: 'policy' | 'verifier';
  readonly info: ModelInfo;
}

/**
 * The first line of a run's log (`<id>.jsonl`, one JSON object a line). The lines after it are the method's events in the
 * order in which they happened; the last is a RunEnd where the run came to its end. A log is what a view renders, what the
 * terminal prints and what replay reads.
 */
export interface RunHeader<Settings = unknown> {
  readonly type: 'run';
  /** Of the log's format. */
  readonly version: 1;
  readonly kind: RunKind;
  /** Unique, fit for a file name. */
  readonly id: string;
  /** What a person calls it; can be changed. */
  readonly title: string;
  /** ISO 8601. */
  readonly started: string;
  readonly models: readonly RunModel[];
  /** All that the method was told, with the seed: enough to run it again. */
  readonly settings: Settings;
  /** The data set it ran on, where it did. */
  readonly data?: RunData;
}

export interface RunData {
  /** File name. */
  readonly file: string;
  /** 0-based, in order. */
  readonly rows: readonly number[];
  /** Where the file was, as the front end that ran it names places: it opens rows, and the run goes on with it. */
  readonly uri?: string;
  /** The same of the files of scores that were read beside it, in order. */
  readonly scores?: readonly string[];
}

/** The last line of a log. */
export interface RunEnd {
  readonly type: 'run-end';
  /** `done`, or why it stopped before: what was reached is kept, and the run can be taken up again. */
  readonly reason: 'done' | 'budget' | 'cancelled' | 'failed';
  /** One sentence for `budget` and `failed`. */
  readonly message?: string;
  /** The result in a few words, for lists: `12 steps, answer 42`. */
  readonly headline: string;
  /** ISO 8601. */
  readonly ended: string;
}
