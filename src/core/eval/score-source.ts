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
  /** P(Yes) of each single analysis of each step, where there are several, and the tokens of each. */
  readonly readings?: readonly (readonly (number | undefined)[])[];
  readonly readingTokens?: readonly (readonly number[])[];
}

/** Which steps of a trace are wanted. */
export interface ScoreWish {
  readonly trace: Trace;
  /** Only the steps before this one (count); all when absent. */
  readonly until?: number;
  /** A source that has scores of the first steps only may give those. */
  readonly partial?: true;
  /** No step after the first one under this is needed. */
  readonly stopUnder?: number;
  /** Which score is held against it; the soft one where absent. */
  readonly stopBy?: 'soft' | 'hard';
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
  /** Scores that belong to a trace by its id: two rows with one id cannot both have them. */
  readonly byId?: boolean;
  /** An answer for each wish, by its index, in the order in which they are done. Throws what the model throws. */
  score(wishes: readonly ScoreWish[], signal?: AbortSignal): AsyncIterable<{ readonly wish: number; readonly answer: ScoreAnswer } | { readonly note: string }>;
}
