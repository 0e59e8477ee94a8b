import * as v from 'valibot';
import type { ComparisonReport } from '../core/search/comparison-report.ts';

/**
 * Messages between the extension and the *Compare Strategies* panel. The view says once that it is ready, and which runs it
 * had; from then on it gets whole snapshots.
 */
export type CompareHostMessage = { readonly type: 'snapshot'; readonly snapshot: CompareSnapshot };

/** Everything that the panel shows. All texts are plain text. */
export interface CompareSnapshot extends ComparisonReport {
  /** Ids of the runs, in the order of the strategies; the view keeps them, so that a restored panel finds its runs. */
  readonly runs: readonly string[];
  /** Names of the strategies, each another. */
  readonly names: readonly string[];
  readonly title: string;
  /** How far it is, or why there is nothing to see, in a sentence. */
  readonly status: string;
  readonly busy: boolean;
  /** The strategy that the others are compared with: an index. */
  readonly reference: number;
  readonly rows: readonly CompareRow[];
}

export const COMPARE_COLUMNS = ['problem', 'strategy', 'correct', 'answer', 'gold', 'rounds', 'policy', 'verifier', 'question'] as const;
export type CompareColumn = (typeof COMPARE_COLUMNS)[number];

/** A problem under a strategy. */
export interface CompareRow {
  readonly run: string;
  /** 0-based, in the run. */
  readonly problem: number;
  /** Some strategy is right on this problem, and some is not. */
  readonly differs: boolean;
  readonly cells: Readonly<Record<CompareColumn, string>>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const viewMessage = v.variant('type', [
  v.object({ type: v.literal('ready'), runs: v.pipe(v.array(v.string()), v.maxLength(64)), reference: v.nullable(count) }),
  v.object({ type: v.literal('reference'), reference: count }),
  /** Open a run, at a problem where one is named. */
  v.object({ type: v.literal('open'), run: v.string(), problem: v.nullable(count) }),
  v.object({ type: v.literal('cancel') }),
  v.object({ type: v.literal('export') }),
]);

export type CompareViewMessage = v.InferOutput<typeof viewMessage>;

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseCompareViewMessage(value: unknown): CompareViewMessage | undefined {
  const parsed = v.safeParse(viewMessage, value);
  return parsed.success ? parsed.output : undefined;
}
