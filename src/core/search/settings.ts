import type { ThinkingMode } from '../trace/search-round.ts';
import { DEFAULT_VERIFIER_SETTINGS, type PromptForm, type VerifierSettings } from '../verifier/settings.ts';

/**
 * How a solution is searched. `pats` ("PATS: Process-Level Adaptive Thinking Mode Switching") and its baselines `all-simple`,
 * `all-medium`, `all-complex`, `random-mode` and `solution-switching`; `guided` and `best-of-n` (R-PRM, section 4); `beam`;
 * `majority` voting; `sampling`: one solution, unjudged.
 */
export const STRATEGIES = ['pats', 'all-simple', 'all-medium', 'all-complex', 'random-mode', 'solution-switching', 'guided', 'beam', 'best-of-n', 'majority', 'sampling'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** The strategies that take one step a round; the others write whole solutions. */
export const STEP_STRATEGIES: readonly Strategy[] = ['pats', 'all-simple', 'all-medium', 'all-complex', 'random-mode', 'solution-switching', 'guided', 'beam'];

/** Whether the strategy judges what is written; the others never ask a verifier. */
export function judges(strategy: Strategy): boolean {
  return strategy !== 'majority' && strategy !== 'sampling';
}

/** Simplest first. */
export const THINKING_MODES = ['simple', 'medium', 'complex'] as const satisfies readonly ThinkingMode[];

/** Of the step scores of a solution; R-PRM does not state its choice. */
export const AGGREGATES = ['min', 'mean', 'product', 'last'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** What happens to a step whose best candidate is under `bad`: it is accepted, made again once, or made again until the rounds are spent. */
export const PENALTIES = ['none', 'once', 'infinite'] as const;
export type Penalty = (typeof PENALTIES)[number];

/** Scores in [0, 1]. A score that equals a threshold is on its upper side: 0.85 is good, 0.75 is not low, 0.4 is not bad. */
export interface Thresholds {
  /** From here on the next step is made one mode simpler. */
  readonly good: number;
  /** Under it the next step is made in complex mode. */
  readonly low: number;
  /** Under it the step is discarded (see Penalty). */
  readonly bad: number;
}

/** What a mode controller reads: enough to replay a recorded run without a model. */
export interface ControllerSettings {
  readonly thresholds: Thresholds;
  readonly penalty: Penalty;
  readonly initialMode: ThinkingMode;
}

/** How the policy is asked. */
export interface PolicySettings {
  /** `chat`: by the model's chat template, with thinking; `plain`: by `template`. */
  readonly prompt: PromptForm;
  /** Of plain prompts: the text before the reply, `{question}` in it. Default: the question and a blank line. */
  readonly template?: string;
  /** A system turn before the question; goes with `chat`. */
  readonly system?: string;
  /** 0 is greedy: then all candidates of a step are the same. */
  readonly temperature: number;
  readonly topP: number;
  /** Longest step, in tokens. A candidate that runs into it is dropped: it is no finished step. */
  readonly maxStepTokens: number;
  /** Longest whole solution, in tokens; strategies that write whole solutions. */
  readonly maxSolutionTokens: number;
}

/** Limits that end a run with what it has. */
export interface SearchBudget {
  /** Rounds of one problem, a regeneration included. */
  readonly rounds: number;
  /** Tokens of one problem, of policy and verifier together; checked between rounds. */
  readonly tokens?: number;
  /** Seconds of one problem; checked between rounds. */
  readonly seconds?: number;
}

/** All that a search is told. Every strategy reads the part that concerns it. */
export interface SearchSettings extends ControllerSettings {
  readonly strategy: Strategy;
  readonly policy: PolicySettings;
  /** Not read by a strategy that judges nothing. */
  readonly verifier: VerifierSettings;
  /** Candidates a step by mode. */
  readonly widths: Readonly<Record<ThinkingMode, number>>;
  /** Candidates a step, and a beam, of `guided` and `beam`; solutions of `best-of-n` and `majority`. */
  readonly samples: number;
  /** Paths kept side by side: of `beam`, and of `pats` where it is over 1. */
  readonly beams: number;
  /** What ranks whole solutions, and paths where more than one is kept; and what solution switching looks at. */
  readonly aggregate: Aggregate;
  readonly budget: SearchBudget;
  readonly seed: number;
}

/** Published settings of PATS (section 4.1 and the released code); those of R-PRM's guided search where they differ. */
export function defaultSearchSettings(strategy: Strategy): SearchSettings {
  const guided = strategy === 'guided';
  return {
    strategy,
    policy: { prompt: 'chat', temperature: guided ? 0.7 : 0.6, topP: guided ? 0.95 : 1, maxStepTokens: guided ? 512 : 1024, maxSolutionTokens: 4096 },
    verifier: DEFAULT_VERIFIER_SETTINGS,
    thresholds: { good: 0.85, low: 0.75, bad: 0.4 },
    penalty: 'once',
    initialMode: 'complex',
    widths: { simple: 2, medium: 4, complex: 8 },
    samples: strategy === 'beam' ? 4 : 8,
    beams: strategy === 'beam' ? 2 : 1,
    aggregate: 'min',
    budget: { rounds: guided ? 30 : 35 },
    seed: 0,
  };
}
