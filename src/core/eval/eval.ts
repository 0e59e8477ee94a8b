import type { LanguageModel } from '../model.ts';
import type { Result } from '../result.ts';
import type { SearchProblem } from '../search/solve.ts';
import type { Trace } from '../trace/trace.ts';
import type { VerifierSettings } from '../verifier/settings.ts';
import type { EvalEvent, EvalRow } from './events.ts';
import type { SecondJudge } from './judges.ts';
import type { ScoreSource } from './score-source.ts';
import type { EvalSummary } from './summary.ts';

/**
 * A quick eval: from labelled data and scores to numbers. `run` makes a row of facts for each row of the data, `summarize`
 * makes all numbers of those; nothing else is kept. So a log can be summarised again, and a run goes on where it ended.
 */
export interface Eval<Item = unknown> {
  /** As `stepscope eval NAME` takes it. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what it measures, by which definition. */
  readonly description: string;
  readonly needs: EvalNeeds;
  /** Its own options, besides the verifier's. */
  readonly options: readonly EvalOption[];
  /** One sentence where a row lacks what the eval needs; undefined where it can take part. */
  unfit(trace: Trace): string | undefined;
  /**
   * Rows in the order in which they are done. What was yielded stays valid whatever happens later. Throws what the model
   * throws (`aborted` when the signal fires).
   */
  run(context: EvalContext): AsyncIterable<EvalEvent<Item>>;
  /** A row as a log has it, checked; undefined for anything else. */
  readRow(value: unknown): EvalRow<Item> | undefined;
  /** All numbers of the rows so far; any order, and no row at all, is fine. */
  summarize(rows: readonly EvalRow<Item>[], settings: EvalSettings): EvalSummary;
  /** The first metric alone, cheap: for progress. Undefined while it is not defined. */
  headline(rows: readonly EvalRow<Item>[], settings: EvalSettings): string | undefined;
  /** The metric by which two runs on the same rows are compared. */
  readonly pooled: PooledMetric<Item>;
  /** The row for a list and for a test runner. */
  outcome(row: EvalRow<Item>, settings: EvalSettings): RowOutcome;
}

export interface EvalNeeds {
  /** What the data must have: first wrong step, a rating of every step, the right final answer; `none` for any trace. */
  readonly label: 'first-error' | 'step-ratings' | 'gold-answer' | 'none';
  /** Sets of step scores that it takes: from the model, or from score files. 0 for an eval that needs no verifier. */
  readonly scores: { readonly min: number; readonly max: number };
  /** A policy that solves the question of each row (`EvalData.question`): the rows need not be traces. */
  readonly policy?: true;
}

/** A metric of sums over rows: pairs of rows can be drawn again, which gives an interval of the difference of two runs. */
export interface PooledMetric<Item> {
  readonly name: string;
  /** What a row adds, always as many numbers; undefined where it is in no number. */
  columns(row: EvalRow<Item>, settings: EvalSettings): readonly number[] | undefined;
  /** A share in [0, 1], of the sums of the columns; undefined where it is not defined. */
  value(sums: readonly number[]): number | undefined;
}

export interface RowOutcome {
  /** `right` and `wrong` are about the judge (verifier, answer), not about the solution; `open` where a score that it takes is missing. */
  readonly state: 'right' | 'wrong' | 'open';
  /** One line: `label step 3, predicted step 4 (0.12)`. */
  readonly text: string;
  /** Step that the difference is about, 0-based: where to look. */
  readonly step?: number;
}

/** An option of an eval: for a command line, a form and a setting. */
export type EvalOption =
  | { readonly kind: 'choice'; readonly name: string; readonly title: string; readonly choices: readonly [string, ...string[]]; readonly default: string }
  | { readonly kind: 'number'; readonly name: string; readonly title: string; readonly min: number; readonly max: number; readonly integer: boolean; readonly default: number }
  | { readonly kind: 'flag'; readonly name: string; readonly title: string; readonly default: boolean }
  /** Some of the choices, in the order in which they are named, with commas between. */
  | { readonly kind: 'list'; readonly name: string; readonly title: string; readonly choices: readonly string[]; readonly default: string }
  | { readonly kind: 'text'; readonly name: string; readonly title: string; readonly default: string };

/** All that an eval was told: the settings of its run's header. */
export interface EvalSettings {
  /** Name of the eval. */
  readonly eval: string;
  readonly verifier: VerifierSettings;
  /** By name; `optionValue` reads one, with its default. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** File names of the score files, in order; empty where models score. */
  readonly scores: readonly string[];
  /** Whether the verifier judges beside files of scores, where the eval takes another judge (see judgingModels). */
  readonly withModel?: boolean | undefined;
  /** Judges after the verifier, where the eval takes another judge. */
  readonly second?: SecondJudge | undefined;
  /** Names of the judges that are known yet, in order: the score files, then the models. */
  readonly judges?: readonly string[];
}

export interface EvalData {
  /** File name, for messages. */
  readonly name: string;
  /** Rows to look at, 0-based in the file, in order. */
  readonly rows: readonly number[];
  trace(row: number): Result<Trace> | Promise<Result<Trace>>;
  /** The row as a question that is to be solved; absent where nobody asks for it. */
  question?(row: number): Result<SearchProblem> | Promise<Result<SearchProblem>>;
}

export interface EvalContext {
  readonly data: EvalData;
  readonly settings: EvalSettings;
  /** Where scores come from, in order: the model (`modelScores`) or files. */
  readonly scores: readonly ScoreSource[];
  /** The model that `modelScores` asks, for what is said about it; and the judge of a search. */
  readonly verifier?: LanguageModel;
  /** The model that writes solutions, where the eval needs one. */
  readonly policy?: LanguageModel;
  /** Questions that are solved at once, their rounds together. */
  readonly atOnce?: number;
  /** Decides whether two formulas are equal, where texts and numbers do not say; undefined where it cannot. */
  readonly symbolic?: (a: string, b: string) => Promise<boolean | undefined>;
  /** Rows that an earlier part of the run has done: they are not looked at again. */
  readonly done?: ReadonlySet<number>;
  readonly signal?: AbortSignal;
}

/** The value of an option, or its default. */
export function optionValue(option: EvalOption, { options }: EvalSettings): string | number | boolean {
  return options[option.name] ?? option.default;
}
