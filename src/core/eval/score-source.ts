import type { Trace } from '../trace/trace.ts';

/** Scores of the steps of one trace, with what they cost. */
export interface StepScores {
  /** One a step: mean P(Yes), or what the file calls its score; undefined where a step was not scored. */
  readonly soft: readonly (number | undefined)[];
  /** Share of Yes among the verdicts; absent where the source has none. */
  readonly hard?: readonly (number | undefined)[];
  /** Steps that were asked for but have no score, with one sentence for the first. */
  readonly failed?: string;
  /** What the model generated for it; 0 in direct mode; absent for a score file. */
  readonly tokens?: number;
  /** Analyses that reached no verdict, and all of them. */
  readonly unparsed?: number;
  readonly samples?: number;
}

/** Which steps of a trace are wanted. */
export interface ScoreWish {
  readonly trace: Trace;
  /** Only the steps before this one (count); all when absent. */
  readonly until?: number;
  /** No step after the first one under this is needed. */
  readonly stopUnder?: number;
}

/** A score that was found, or why there is none: one sentence. */
export type ScoreAnswer =
  | { readonly ok: true; readonly scores: StepScores }
  | { readonly ok: false; readonly reason: 'no-scores' | 'misfit' | 'not-scored'; readonly message: string };

/** A set of step scores: a model that makes them, or a file that has them. */
export interface ScoreSource {
  /** For people: the model's or the file's name. */
  readonly name: string;
  /** How many traces are asked for at once. */
  readonly batch: number;
  /** Whether it has hard scores of its own. */
  readonly hard: boolean;
  /** An answer for each wish, by its index, in the order in which they are done. Throws what the model throws. */
  score(wishes: readonly ScoreWish[], signal?: AbortSignal): AsyncIterable<{ readonly wish: number; readonly answer: ScoreAnswer } | { readonly note: string }>;
}
