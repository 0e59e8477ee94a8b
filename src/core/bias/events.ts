import type { Estimate } from '../metrics/statistics.ts';
import type { Span } from '../trace/trace.ts';
import type { AttentionSummary } from './attention.ts';
import type { EarlyExitSummary } from './early-exit.ts';
import type { GuessTemplateName } from './guess-templates.ts';
import type { AnswerLens } from './lens.ts';
import type { MaskMethod } from './plan.ts';

/** A question of an experiment. */
export interface BiasQuestion {
  /** 0-based row of its data set: its name in all events. */
  readonly row: number;
  readonly question: string;
  /** The reference answer, where the data has one. */
  readonly gold?: string;
}

/** One answer that was given, and how often. */
export interface GuessCount {
  readonly answer: string;
  readonly count: number;
}

/** The guesses of one template at one temperature. */
export interface GuessDistribution {
  readonly template: GuessTemplateName;
  readonly temperature: number;
  /** Most frequent first; equal numbers count as one answer. */
  readonly answers: readonly GuessCount[];
  /** Samples that stated no answer: in no other number. */
  readonly unparsed: number;
}

/** Internal bias of one question: what it answers where its thinking is closed at once. */
export interface Guesses {
  readonly distributions: readonly GuessDistribution[];
  /** The greedy guess with the first template; undefined where it stated no answer. */
  readonly greedy: string | undefined;
  readonly tokens: number;
}

/** The first statement of an answer in a trace. Offsets are UTF-16, into the trace's text. */
export interface FirstAnswer {
  readonly answer: string;
  /** Of the answer itself; P_first is its end. */
  readonly span: Span;
  /** 0-based. */
  readonly step: number;
  /** What stated it: `boxed`, or the pattern. */
  readonly by: string;
}

/** A step that opens a re-examination, and the word that says so. */
export interface ReflectionHit {
  /** 0-based. */
  readonly step: number;
  readonly word: string;
  readonly span: Span;
}

/** A block of steps that is written three or more times in a row. */
export interface RepetitionLoop {
  /** 0-based first step, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** Steps of the block. */
  readonly period: number;
}

/** What the detectors say of one trace; all of it can be computed again from `text`. */
export interface TraceMeasure {
  /** As the model wrote it, from the start of thinking. */
  readonly text: string;
  readonly finish: 'stop' | 'end' | 'length';
  /** Tokens of the text, the end of the sequence included; for a continued trace those before its cut, too. Undefined where a served model does not tell its tokens. */
  readonly tokens: number | undefined;
  readonly steps: readonly Span[];
  readonly first: FirstAnswer | undefined;
  /** P_first in tokens: those up to the end of the first answer. Undefined without one, or where tokens cannot be counted. */
  readonly pFirst: number | undefined;
  readonly reflections: readonly ReflectionHit[];
  /** 0-based steps after the first answer whose equations and conclusions were all stated before. */
  readonly redundant: readonly number[];
  readonly loops: readonly RepetitionLoop[];
  /** The model's own final answer. */
  readonly answer: string | undefined;
  /** Against the reference answer; no own answer is not correct. Undefined without a reference. */
  readonly correct: boolean | undefined;
}

/** How far the guesses of a question lie from its own final answer (not the reference). */
export interface Deviation {
  /** Mean |guess - own answer| over the guesses; undefined unless all of them are numbers. */
  readonly numeric: number | undefined;
  /** Share of the guesses that differ. */
  readonly share: number;
  /** Guesses that it rests on. */
  readonly n: number;
  /** Whether the greedy guess differs; undefined where it stated none. */
  readonly conflict: boolean | undefined;
}

/** A hidden token, by its position in the text that was continued. */
export interface HiddenToken {
  readonly position: number;
  readonly text: string;
}

/** What a plan came to for one trace. */
export interface EffectiveMask {
  readonly method: MaskMethod;
  /** The exact tokens that are hidden; for a removal those of the removed text in the original. Undefined where tokens are not told. */
  readonly hidden: readonly HiddenToken[] | undefined;
  /** Position of the first token that does not see them. */
  readonly from: number | undefined;
  /** UTF-16 units of the trace that were kept. */
  readonly kept: number;
}

/** One pair: the trace and what became of it under a plan. Differences are masked minus original. */
export interface PairComparison {
  readonly tokens: number | undefined;
  /** r = (L_original - L_masked) / (L_original - P_first); undefined where a part of it is, or nothing comes after P_first. */
  readonly r: number | undefined;
  readonly reflections: number;
  /** An answer that is lost has changed; undefined where there was none. */
  readonly answerChanged: boolean | undefined;
  /** Generated token at which they first differ, 0-based; undefined where they are equal or tokens are not told. */
  readonly divergentToken: number | undefined;
  readonly same: boolean;
}

/** What two groups of questions differ in. */
export interface Contrast {
  /** Means with bootstrap intervals. */
  readonly high: Estimate | undefined;
  readonly low: Estimate | undefined;
  /** high - low. */
  readonly difference: Estimate | undefined;
  /** high / low; undefined where low is 0. */
  readonly ratio: Estimate | undefined;
  /** Two-sided, 10,000 permutations. */
  readonly p: number | undefined;
}

/** The high half of the questions by deviation against the low half. R_delta = (high - low) / low = ratio - 1. */
export interface HalvesDifference extends Contrast {
  readonly measure: 'tokens' | 'tokens after the first answer' | 'reflections';
  readonly rDelta: Estimate | undefined;
}

/** R_delta and its kin, of questions with a deviation of one kind. */
export interface Halves {
  readonly by: 'numeric' | 'share';
  readonly differences: readonly HalvesDifference[];
  /** Questions in both halves. */
  readonly n: number;
  /** Questions whose deviation is that of the boundary, where they stand on both sides of it: which half they are in is a matter of their order. */
  readonly ties: number;
}

/** What a plan did over all questions; every comparison is paired. */
export interface PlanSummary {
  /** Index among the settings' plans. */
  readonly plan: number;
  readonly name: string;
  /** Pairs, and questions that the plan does not apply to. */
  readonly n: number;
  readonly notApplicable: number;
  readonly tokens: Estimate | undefined;
  readonly tokensP: number | undefined;
  /** sum(L_original - L_masked) / sum(L_original - P_first), bootstrapped over pairs. */
  readonly r: Estimate | undefined;
  readonly reflections: Estimate | undefined;
  readonly reflectionsP: number | undefined;
  /** Means over the pairs. */
  readonly means: Readonly<Record<'original' | 'masked', { readonly tokens: number | undefined; readonly reflections: number | undefined }>>;
  /** Masked reflections where the greedy guess conflicts (high) and where it agrees (low). */
  readonly conflict: Contrast;
  /** Over pairs with a reference answer. */
  readonly accuracy: Readonly<Record<'original' | 'masked', Estimate | undefined>>;
  readonly accuracyChange: Estimate | undefined;
  readonly answerChanged: Estimate | undefined;
  readonly unchanged: Estimate | undefined;
}

/** Normalised attention to the question in one layer, over the traces that reflect and whose attention was read. */
export interface LayerAttention {
  /** Means over traces of the tokens that open a reflection, and of all others. */
  readonly reflecting: Estimate | undefined;
  readonly others: Estimate | undefined;
  /** Paired by trace: reflecting - others. */
  readonly difference: Estimate | undefined;
}

export interface BiasReport {
  readonly questions: number;
  readonly guesses: { readonly samples: number; readonly unparsed: number };
  readonly directAccuracy: Estimate | undefined;
  readonly accuracy: Estimate | undefined;
  readonly tokens: Estimate | undefined;
  readonly reflections: Estimate | undefined;
  /** Share of traces with thinking: a model may answer at once though nobody closed it. */
  readonly thought: Estimate | undefined;
  /** Share of traces in which an answer is stated before the end of thinking. */
  readonly stated: Estimate | undefined;
  /** Reflections where the greedy guess conflicts with the own answer (high) and where it agrees (low). */
  readonly conflicts: Contrast;
  /** The same over the traces with thinking. */
  readonly conflictsThought: Contrast;
  readonly halves: readonly Halves[];
  readonly plans: readonly PlanSummary[];
  /** [layer]; empty where no attention was read. */
  readonly attention: readonly LayerAttention[];
  /** Experimental; empty where no attention was read. */
  readonly earlyExits: readonly EarlyExitSummary[];
  readonly failures: number;
}

/** What it will take, before it starts. */
export interface BiasEstimate {
  /** Generated tokens, an upper bound: every guess and trace at its longest. */
  readonly mostTokens: number;
  /** Generated tokens as measured on the bundled model's traces; a guess for any other. */
  readonly likelyTokens: number;
  readonly samples: number;
}

/** `tokens`: what a served model keeps to itself; nothing that was asked for is left out. */
export type BiasPart = 'guesses' | 'trace' | 'masking' | 'attention' | 'tokens';

/** What an experiment emits, in the order in which it happens: the lines of its log. */
export type BiasEvent =
  /** `questions` makes a log enough to go on from; logs of the first version have the rows alone. */
  | { readonly type: 'started'; readonly rows: readonly number[]; readonly questions?: readonly BiasQuestion[]; readonly estimate: BiasEstimate }
  /** A part that this model cannot do, once; the rest goes on. */
  | { readonly type: 'lack'; readonly part: BiasPart; readonly message: string }
  | { readonly type: 'guesses'; readonly row: number; readonly guesses: Guesses }
  /** `given`: the text came from elsewhere, and is measured as if the model had written it. */
  | { readonly type: 'trace'; readonly row: number; readonly question: string; readonly gold?: string; readonly given?: true; readonly trace: TraceMeasure; readonly deviation: Deviation | undefined }
  | { readonly type: 'halves'; readonly halves: readonly Halves[] }
  | { readonly type: 'masked'; readonly row: number; readonly plan: number; readonly mask: EffectiveMask; readonly trace: TraceMeasure; readonly comparison: PairComparison }
  /** The plan does not apply to this trace: it has no such step, or states no answer. */
  | { readonly type: 'not-applicable'; readonly row: number; readonly plan: number; readonly message: string }
  | { readonly type: 'attention'; readonly row: number; readonly summary: AttentionSummary; readonly lens: AnswerLens | undefined }
  | { readonly type: 'failed'; readonly row: number; readonly part: BiasPart; readonly plan?: number; readonly message: string }
  | { readonly type: 'report'; readonly report: BiasReport };
