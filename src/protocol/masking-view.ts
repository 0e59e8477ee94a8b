import * as v from 'valibot';
import type { MaskMethod } from '../core/bias/plan.ts';
import type { Span } from '../core/trace/trace.ts';
import type { Fact } from './search-view.ts';

/** Messages between the extension and the panel of hidden input. The view says once that it is ready; from then on it gets whole snapshots. */
export type MaskingHostMessage = { readonly type: 'snapshot'; readonly snapshot: MaskingSnapshot | undefined; readonly missing?: string };

/** What is to be hidden and how: each target is a plan of its own. Names are those of `parsePlan`. */
export interface MaskDraft {
  readonly targets: readonly string[];
  readonly start: string;
  readonly method: MaskMethod;
  /** `0, 3-5`; empty: all. */
  readonly layers: string;
  readonly heads: string;
}

/** Something that can be chosen, or the sentence that says why it cannot. */
export interface Possible {
  readonly name: string;
  readonly label: string;
  readonly lack?: string;
}

/** A text with the parts that the chosen plans hide. */
export interface StruckText {
  readonly text: string;
  readonly hidden: readonly Span[];
}

export interface OriginalStep extends StruckText {
  /** It states the first answer; it opens a re-examination. */
  readonly marks: readonly string[];
  /** Where in it the mask starts, a UTF-16 offset, where that is not its beginning. */
  readonly startAt?: number;
}

/** A step of a masked trace beside one of the original. */
export interface MaskedStep {
  /** 0-based. */
  readonly step: number;
  readonly text: string;
  /** `kept`: before the start of the mask, not written anew. */
  readonly state: 'kept' | 'same' | 'differs';
  /** Where the two texts first differ, UTF-16 offsets into the text; in one step of a plan alone. */
  readonly difference?: Span;
}

export interface PlanResult {
  /** For example `question@first`. */
  readonly name: string;
  readonly label: string;
  readonly state: 'waiting' | 'running' | 'done' | 'none';
  /** Why there is no result, or what is to be known of it. */
  readonly message?: string;
  /** In the order of `PLAN_COLUMNS`; empty before there is a result. */
  readonly cells: readonly string[];
  /** Beside each step of the original, then beside what comes after the thinking. */
  readonly rows: readonly (readonly MaskedStep[])[];
  /** The exact tokens that were hidden; absent where the model does not tell them. */
  readonly hidden?: readonly { readonly position: number; readonly text: string }[];
  /** What the list of hidden tokens is, in a sentence. */
  readonly hiddenNote: string;
}

export const PLAN_COLUMNS = ['tokens', 'r', 'reflections', 'answer', 'changed', 'first', 'hidden'] as const;

/** Everything that the panel shows. All texts are plain text. */
export interface MaskingSnapshot {
  /** Of the run that is shown; the view keeps it, so that a restored panel finds it. */
  readonly id?: string;
  readonly title: string;
  readonly status: string;
  /** The policy writes, or plans run. */
  readonly busy: boolean;
  /** Why nothing can be run now; absent where something can. */
  readonly blocked?: string;
  readonly notes: readonly string[];
  readonly facts: readonly Fact[];
  readonly system?: StruckText;
  readonly question: StruckText;
  readonly steps: readonly OriginalStep[];
  /** What comes after the thinking. */
  readonly after: string;
  /** In the order of `PLAN_COLUMNS`, of the trace itself. */
  readonly cells: readonly string[];
  readonly draft: MaskDraft;
  /** The step at whose beginning, or in which, the mask starts (0-based), and the start in words. */
  readonly startStep: number;
  readonly startLabel: string;
  readonly targets: readonly Possible[];
  readonly starts: readonly Possible[];
  readonly methods: readonly Possible[];
  /** Why layers and heads cannot be chosen; absent where they can. */
  readonly partsLack?: string;
  readonly results: readonly PlanResult[];
}

const shortText = v.pipe(v.string(), v.maxLength(200));
const draft: v.GenericSchema<unknown, MaskDraft> = v.object({
  targets: v.pipe(v.array(shortText), v.maxLength(50)),
  start: shortText,
  method: v.picklist(['mask', 'remove']),
  layers: shortText,
  heads: shortText,
});

const viewMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('draft'), draft }),
  v.object({ type: v.literal('run') }),
  v.object({ type: v.literal('cancel') }),
  v.object({ type: v.literal('export') }),
  v.object({ type: v.literal('choose-policy') }),
]);

export type MaskingViewMessage = v.InferOutput<typeof viewMessage>;

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseMaskingViewMessage(value: unknown): MaskingViewMessage | undefined {
  const parsed = v.safeParse(viewMessage, value);
  return parsed.success ? parsed.output : undefined;
}
