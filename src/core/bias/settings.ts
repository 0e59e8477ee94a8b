import type { TextSegmenterName } from '../segment/segmenters.ts';
import { ANSWER_PATTERNS, REFLECTION_WORDS } from './word-lists.ts';
import type { MaskPlan } from './plan.ts';
import type { GuessTemplateName } from './guess-templates.ts';

/** How guesses are drawn: `n` of each template at each temperature. */
export interface GuessSettings {
  readonly n: number;
  readonly templates: readonly GuessTemplateName[];
  readonly temperatures: readonly number[];
  readonly topP: number;
  /** Tokens of one guess at most. */
  readonly maxNewTokens: number;
}

/** How traces are read. Lists may be edited; those of all languages hold at once. */
export interface DetectorSettings {
  readonly segmenter: TextSegmenterName;
  /** Words that open a re-examination where a step begins with them, by language. */
  readonly reflectionWords: Readonly<Record<string, readonly string[]>>;
  /** Sentences that state an answer, by language: `{answer}` stands for it, `{word}` for any one word. */
  readonly answerPatterns: Readonly<Record<string, readonly string[]>>;
}

/** What an experiment on internal bias is told: enough, with the model and the questions, to run it again. */
export interface BiasSettings {
  /** The system turn; absent for none. */
  readonly system?: string;
  /**
   * A prompt with `{question}` in it that ends where thinking begins, for a model without a chat template (a server's
   * completions); `{system}` stands for the system turn's text. Default: the model's chat template.
   */
  readonly promptTemplate?: string;
  readonly guesses: GuessSettings;
  /** Temperature 0 is greedy: a masked run then differs by the mask alone. */
  readonly trace: { readonly temperature: number; readonly topP: number; readonly maxNewTokens: number };
  readonly detectors: DetectorSettings;
  readonly plans: readonly MaskPlan[];
  /** The attention of this many traces is read, from the first one. */
  readonly attention: number;
  /** Questions that are asked at once. Part of the settings: what runs together changes the last bits of numbers. */
  readonly batch: number;
  readonly seed: number;
}

export const DEFAULT_BIAS_SETTINGS: BiasSettings = {
  guesses: { n: 64, templates: ['closed'], temperatures: [1], topP: 1, maxNewTokens: 24 },
  trace: { temperature: 0, topP: 1, maxNewTokens: 600 },
  detectors: { segmenter: 'blank-lines', reflectionWords: REFLECTION_WORDS, answerPatterns: ANSWER_PATTERNS },
  plans: [],
  attention: 0,
  batch: 16,
  seed: 0,
};

/** Each question draws from streams of its own. */
export function questionSeed(seed: number, row: number): number {
  return (seed + Math.imul(row + 1, 0x9e3779b1)) & 0x7fffffff;
}
