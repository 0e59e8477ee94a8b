import type { SearchRound } from './search-round.ts';
import type { Span } from './trace.ts';

/** Who made a label or a score. `rollouts` is an estimate from sampled completions (Monte Carlo). */
export type Maker = 'human' | 'model' | 'rollouts' | 'program' | 'unknown';

/** Where something that came with the data was read from. */
export interface DataSource {
  /** Path of the field in its row, for example `label.steps[].completions[].rating`. */
  readonly field: string;
  /** The file, where it is not the trace's own: scores that were joined to a data set. */
  readonly file?: string;
  readonly madeBy: Maker;
  /** Which person, model or program, where the file says so. */
  readonly maker?: string;
  /** How the file counts steps. In a trace every index is 0-based, whatever the file does; absent where there is no index. */
  readonly indexBase?: 0 | 1;
}

/** A value with its source. */
export interface Given<Value> extends DataSource {
  readonly value: Value;
}

/** The first wrong step according to somebody. */
export interface FirstErrorLabel extends DataSource {
  /** 0-based index of the first wrong step, or undefined when the label says that no step is wrong. */
  readonly firstError: number | undefined;
}

/** -1 wrong, 0 neutral (right, but of no help: PRM800K), 1 right. */
export type StepRating = -1 | 0 | 1;

/** A judgement of each step. */
export interface StepRatings extends DataSource {
  /** One a step; undefined where the step was not judged. */
  readonly values: readonly (StepRating | undefined)[];
}

/** Numbers that another model or program gave to the steps. */
export interface GivenScores extends DataSource {
  /** What the numbers are, in the file's words: `P(Yes)`, `validity`, `reward`, `mc_value`. */
  readonly quantity: string;
  /** One a step; undefined where there is none, never 0 or -1. */
  readonly values: readonly (number | undefined)[];
  /** The single readings behind each value, where the file has them. */
  readonly samples?: readonly (readonly number[])[];
  /** The analyses behind each value, as the model wrote them; an empty list where a step has none. */
  readonly analyses?: readonly (readonly string[])[];
  /** Probabilities by class, one a step, where the file has more than one class. */
  readonly classes?: Readonly<Record<string, readonly (number | undefined)[]>>;
  /** A value under this counts as an error, where the file says so. */
  readonly threshold?: number;
}

/** A number or word for the whole solution: a metric of an evaluation harness, a scorer's verdict. */
export interface GivenMetric extends DataSource {
  readonly name: string;
  readonly value: number | string | boolean;
  readonly explanation?: string;
}

/** Another text for a step, which the trace did not take. */
export interface StepAlternative extends DataSource {
  /** 0-based position: the alternative stands in the place of this step. May be the number of steps: what could have come next. */
  readonly step: number;
  readonly text: string;
  readonly rating?: StepRating;
  readonly score?: number;
}

/** A calculator annotation `<<48/2=24>>` of GSM8K. It stays in the text; this says where it stands. */
export interface Calculation {
  /** UTF-16 offsets into the response, with the angle brackets. */
  readonly span: Span;
  readonly expression: string;
  readonly result: string;
}

/** What came with the data about a trace, apart from its first-error label. Everything is as the file has it; nothing is computed here. */
export interface GivenData {
  readonly ratings?: readonly StepRatings[];
  readonly scores?: readonly GivenScores[];
  /** First errors that models or programs predicted. */
  readonly predictions?: readonly FirstErrorLabel[];
  readonly metrics?: readonly GivenMetric[];
  readonly goldAnswer?: Given<string>;
  /** The answer that the solution arrives at, as the file has extracted it. */
  readonly finalAnswer?: Given<string>;
  /** A first-error label that names no step, as the file counts: it is not used. */
  readonly unusedLabel?: Given<number>;
  readonly answerCorrect?: Given<boolean>;
  /** A reference solution. */
  readonly reference?: Given<string>;
  /** Why the labelled steps are wrong. */
  readonly errorReason?: Given<string>;
  readonly subset?: Given<string>;
  /** Who wrote the solution. */
  readonly generator?: Given<string>;
  readonly alternatives?: readonly StepAlternative[];
  readonly calculations?: readonly Calculation[];
  /** The rounds of the search that made the trace. */
  readonly rounds?: readonly SearchRound[];
  /** Sentences about what of the row could not be used, or was put together here. */
  readonly remarks?: readonly string[];
}
