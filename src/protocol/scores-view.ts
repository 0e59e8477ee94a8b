import { isRecord } from '../core/is-record.ts';
import { isIndex } from './is-index.ts';

/**
 * Messages between the extension and the *Step Scores* panel. The view says once that it is
 * ready; from then on it gets whole snapshots, never differences.
 */
export type ScoresHostMessage = { readonly type: 'snapshot'; readonly snapshot: ScoresSnapshot | undefined };

export type ScoresViewMessage =
  | { readonly type: 'ready' }
  /** Show this step (0-based) in the editor. */
  | { readonly type: 'reveal'; readonly step: number };

/** Everything that the panel shows. All texts are plain text. */
export interface ScoresSnapshot {
  /** Address of the trace's document; the view keeps it, so that a restored panel finds its trace. */
  readonly uri: string;
  readonly title: string;
  /** What was found, in a sentence. */
  readonly summary: string;
  /** How the scores were made, as name and value. */
  readonly provenance: readonly { readonly name: string; readonly value: string }[];
  readonly note: string | undefined;
  readonly threshold: number;
  readonly rows: readonly ScoresRow[];
}

export type ScoresRowState = 'unscored' | 'running' | 'failed' | 'noVerdict' | 'correct' | 'error' | 'uncertain';

export interface ScoresRow {
  /** 0-based. */
  readonly step: number;
  readonly state: ScoresRowState;
  /** Glyph and score: `✗ 0.02`. */
  readonly score: string;
  /** `±0.08`, or empty. */
  readonly spread: string;
  /** Share of samples that say Yes, or empty. */
  readonly hard: string;
  /** P(Yes) of each sample; null for one without it. */
  readonly samples: readonly (number | null)[];
  readonly verdict: string;
  readonly firstWords: string;
  readonly brokenPrefix: boolean;
}

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseScoresViewMessage(value: unknown): ScoresViewMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { type, step } = value;
  if (type === 'ready') return { type };
  if (type === 'reveal' && isIndex(step)) return { type, step };
  return undefined;
}
