import * as v from 'valibot';
import type { LanePicture } from '../core/search/picture/lane-picture.ts';
import { PENALTIES, THINKING_MODES, type ControllerSettings } from '../core/search/settings.ts';

/**
 * Messages between the extension and the *Search* panel. The view says once that it is ready; from then on it gets whole
 * snapshots, and the details of the candidate that it asked for.
 */
export type SearchHostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: SearchSnapshot | undefined; readonly missing?: string }
  | { readonly type: 'detail'; readonly detail: CandidateDetail };

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Everything that the panel shows of one problem of a search. All texts are plain text. */
export interface SearchSnapshot {
  /** Of the run; the view keeps it, so that a restored panel finds its run. */
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** What it does, or how it ended, in a sentence. */
  readonly status: string;
  /** Of several problems: how all of them stand, in a sentence. */
  readonly overall?: string;
  readonly busy: boolean;
  /** It can be taken up again. */
  readonly resumable: boolean;
  /** There is a solution to show. */
  readonly hasTrace: boolean;
  readonly notes: readonly string[];
  /** Result, models and what decides the search; and all else that it was told. */
  readonly facts: readonly Fact[];
  readonly settings: readonly Fact[];
  /** One a problem, for a list; the shown one is `problem`. */
  readonly problems: readonly string[];
  readonly problem: number;
  readonly picture: LanePicture;
  /** What the picture shows, in a sentence. */
  readonly label: string;
  readonly rows: readonly CandidateRow[];
  /** Or the sentence that says why nothing can be replayed. */
  readonly whatIf: WhatIf | string;
}

/** Settings of the mode controller beside the recorded ones, and what they would have changed. */
export interface WhatIf {
  readonly recorded: ControllerSettings;
  readonly settings: ControllerSettings;
  readonly changed: boolean;
  /** From where on it is a counterfactual, in a sentence. */
  readonly verdict: string;
  readonly comparison: readonly { readonly name: string; readonly recorded: string; readonly replayed: string }[];
}

export const CANDIDATE_COLUMNS = ['round', 'step', 'mode', 'candidate', 'score', 'state', 'next', 'policy', 'verifier', 'text'] as const;
export type CandidateColumn = (typeof CANDIDATE_COLUMNS)[number];

/** A candidate in the table. `round` is its position in the lane, from 0. */
export interface CandidateRow {
  readonly round: number;
  readonly candidate: number;
  readonly state: string;
  readonly cells: Readonly<Record<CandidateColumn, string>>;
}

export interface CandidateDetail {
  readonly round: number;
  readonly candidate: number;
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly text: string;
  readonly analyses: readonly { readonly title: string; readonly text: string }[];
  /** Why the search cannot go on from it; absent where it can. */
  readonly noBranch?: string;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const controller: v.GenericSchema<unknown, ControllerSettings> = v.object({
  thresholds: v.object({ good: probability, low: probability, bad: probability }),
  penalty: v.picklist(PENALTIES),
  initialMode: v.picklist(THINKING_MODES),
});

const viewMessage = v.variant('type', [
  v.object({ type: v.literal('ready'), problem: count }),
  v.object({ type: v.literal('problem'), problem: count }),
  /** Show the details of this candidate. */
  v.object({ type: v.literal('select'), round: count, candidate: count }),
  /** Replay the record under these settings; null: as it was recorded. */
  v.object({ type: v.literal('what-if'), settings: v.nullable(controller) }),
  /** Search anew with the settings of the what-if. */
  v.object({ type: v.literal('run') }),
  /** Go on from this candidate, as a run of its own. */
  v.object({ type: v.literal('branch'), round: count, candidate: count }),
  v.object({ type: v.literal('cancel') }),
  v.object({ type: v.literal('resume') }),
  v.object({ type: v.literal('show-trace') }),
  v.object({ type: v.literal('export') }),
]);

export type SearchViewMessage = v.InferOutput<typeof viewMessage>;

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseSearchViewMessage(value: unknown): SearchViewMessage | undefined {
  const parsed = v.safeParse(viewMessage, value);
  return parsed.success ? parsed.output : undefined;
}
