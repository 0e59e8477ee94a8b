import type { Span } from '../trace/trace.ts';
import type { PromptForm } from './settings.ts';

export const VERIFIER_MODES = ['reasoned', 'direct'] as const;
export type VerifierMode = (typeof VERIFIER_MODES)[number];
export type Verdict = 'yes' | 'no';

/** One of the five headings of an R-PRM analysis, with the span of its body in the analysis text. */
export interface AnalysisSection {
  readonly name: string;
  readonly span: Span;
}

/** One analysis of one step (R-PRM). */
export interface Sample {
  /** P(Yes) in [0, 1] read at the verification question; undefined where the analysis never asked it. */
  readonly pYes: number | undefined;
  /** The largest possible error of `pYes`; absent where it is exact. A server shows only the likeliest tokens. */
  readonly pYesBound?: number;
  /** One sentence: why P(Yes) could not be read although the analysis asked the question. */
  readonly unread?: string;
  /** What the analysis itself concluded; undefined when it did not say. */
  readonly verdict: Verdict | undefined;
  /** The analysis as the model wrote it. Empty in direct mode. */
  readonly analysis: string;
  readonly sections: readonly AnalysisSection[];
  /** Generated tokens; 0 in direct mode. */
  readonly tokens: number;
}

/** Everything that a number needs to be believed, or made again. */
export interface Provenance {
  readonly model: string;
  readonly modelHash: string;
  readonly weights: string;
  readonly mode: VerifierMode;
  /** Samples asked for. */
  readonly k: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly prompt: PromptForm;
  readonly promptVersion: string;
  /** See ModelInfo.template; absent for plain prompts, and where a server applied the template. */
  readonly template?: string;
  readonly threshold: number;
  /** ISO 8601, when the newest sample was made. */
  readonly date: string;
}

/** The score of one step. */
export interface Score {
  /** Soft score: mean P(Yes) over parsed samples; undefined when none parsed (never 0). */
  readonly pYes: number | undefined;
  /** The largest possible error of `pYes`: the mean of those of the samples; absent where it is exact. */
  readonly pYesBound?: number;
  /** Hard score: share of Yes among the samples that reached a verdict; undefined when none did. */
  readonly hard: number | undefined;
  /** Sample standard deviation of P(Yes); undefined under two parsed samples. */
  readonly spread: number | undefined;
  readonly samples: readonly Sample[];
  readonly unparsed: number;
  readonly provenance: Provenance;
}
