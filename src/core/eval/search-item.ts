import * as v from 'valibot';
import { AGGREGATES, type Aggregate, type Strategy } from '../search/settings.ts';
import type { EvalRow } from './events.ts';

/** What one strategy came to on one question. */
const armSchema = v.object({
  /** The strategy; of best-of-N with what ranked the solutions: `best-of-n, min`. */
  name: v.string(),
  /** Null where it ended without one. */
  answer: v.nullable(v.string()),
  correct: v.boolean(),
  /** Of the policy and of the verifier, of all candidates. */
  policyTokens: v.number(),
  verifierTokens: v.number(),
  /** Steps of it that were made in each round; 1 for whole solutions. */
  rounds: v.number(),
  /** Sentence, where a budget ended it or nothing could be chosen. */
  message: v.exactOptional(v.string()),
});

export const searchItemSchema = v.object({
  gold: v.string(),
  /** In the order in which they were asked for. */
  arms: v.array(armSchema),
  /** The whole solutions that were sampled, and how many of them end on the right answer; absent where none were asked for. */
  solutions: v.exactOptional(v.object({ n: v.number(), right: v.number() })),
});
export type SearchItem = v.InferOutput<typeof searchItemSchema>;
export type SearchArm = SearchItem['arms'][number];
export type SearchRow = EvalRow<SearchItem>;

/** Strategies that look at the same whole solutions: they are sampled once. From the one that needs least to the one that needs most. */
export const WHOLE_STRATEGIES = ['sampling', 'majority', 'best-of-n'] as const satisfies readonly Strategy[];
export type WholeStrategy = (typeof WHOLE_STRATEGIES)[number];

export function isWhole(strategy: Strategy): strategy is WholeStrategy {
  return WHOLE_STRATEGIES.some((one) => one === strategy);
}

/** The arm of best-of-N under an aggregate. */
export function bestOfName(aggregate: Aggregate): string {
  return `best-of-n, ${aggregate}`;
}

/** The names of the arms that strategies give, in their order. */
export function armNames(strategies: readonly Strategy[]): string[] {
  return strategies.flatMap((strategy) => (strategy === 'best-of-n' ? AGGREGATES.map(bestOfName) : [strategy]));
}
