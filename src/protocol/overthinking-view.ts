import * as v from 'valibot';
import type { TimelineCurve, TimelineWords } from '../core/bias/picture/timeline-picture.ts';
import type { Timeline } from '../core/bias/timeline.ts';
import { TRACE_PARTS, type TracePart } from '../core/bias/trace-part.ts';
import type { Chart, Table } from '../core/picture/chart.ts';
import type { Fact } from './search-view.ts';

/**
 * Messages between the extension and the *Overthinking* panel. The view says once that it is ready; from then on it gets whole
 * snapshots, and the place of the cursor. Marks are named by their position in the snapshot's timeline, `of` is its number.
 */
export type OverthinkingHostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: OverthinkingSnapshot | undefined; readonly missing?: string }
  /** Where the cursor of the text is, on the axis; null: not in the trace. `text` says it. */
  | { readonly type: 'cursor'; readonly of: number; readonly at: number | null; readonly marks: readonly number[]; readonly text: string };

/** Everything that the panel shows of one trace. All texts are plain text. */
export interface OverthinkingSnapshot {
  /** Counts snapshots. */
  readonly number: number;
  /** Address of the trace's document; the view keeps it, so that a restored panel finds its trace. */
  readonly uri: string;
  readonly title: string;
  /** What the detectors found, in a sentence. */
  readonly summary: string;
  /** What has to be known to read it, a sentence each. */
  readonly notes: readonly string[];
  readonly facts: readonly Fact[];
  readonly timeline: Timeline;
  readonly words: TimelineWords;
  /** What the picture shows, in a sentence. */
  readonly description: string;
  /** How the marks were found: detector, lists, settings. */
  readonly detector: string;
  /** One a mark, in the order of the timeline. */
  readonly marks: readonly MarkRow[];
  /** Where the first answer may be taken from: as detected, each other place that states one, by hand. */
  readonly first: { readonly names: readonly string[]; readonly chosen: number };
  readonly curve: TimelineCurve | undefined;
  /** One a token, in order; there once the attention was read. */
  readonly tokens: readonly TokenRow[];
  /** Names of the layers, and those whose mean the curve is. */
  readonly layers: { readonly names: readonly string[]; readonly from: number; readonly to: number } | undefined;
  /** Of the early exit, and which is chosen. */
  readonly thresholds: { readonly names: readonly string[]; readonly chosen: number };
  readonly parts: readonly PartView[];
  /** A part is being computed. */
  readonly busy: boolean;
}

export interface MarkRow {
  readonly kind: string;
  readonly step: string;
  readonly place: string;
  readonly text: string;
}

export interface TokenRow {
  readonly text: string;
  readonly step: string;
  readonly value: string;
}

/** A part of the view that a model has to say, or that follows from one. */
export interface PartView {
  /** Absent where it follows from another part. */
  readonly part?: TracePart;
  readonly id: string;
  readonly title: string;
  /** What it is, in a sentence. */
  readonly about: string;
  /** `lacking`: the model that is set cannot. */
  readonly state: 'open' | 'running' | 'done' | 'lacking' | 'failed';
  readonly message?: string;
  /** Title of the button that computes it. */
  readonly action?: string;
  readonly facts: readonly Fact[];
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  /** n, model, settings. */
  readonly provenance?: string;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const viewMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  /** Mark the text of a mark; `enter`: and put the cursor there. */
  v.object({ type: v.literal('select'), of: count, mark: count, enter: v.boolean() }),
  /** The same for a place on the axis. */
  v.object({ type: v.literal('place'), of: count, at: v.pipe(v.number(), v.minValue(0)), enter: v.boolean() }),
  v.object({ type: v.literal('compute'), parts: v.array(v.picklist(TRACE_PARTS)) }),
  v.object({ type: v.literal('cancel') }),
  /** Take the first answer from there: a position of `first.names`. */
  v.object({ type: v.literal('first'), of: count, chosen: count }),
  v.object({ type: v.literal('layers'), from: count, to: count }),
  v.object({ type: v.literal('threshold'), chosen: count }),
  /** Back to the text. */
  v.object({ type: v.literal('leave') }),
]);

export type OverthinkingViewMessage = v.InferOutput<typeof viewMessage>;

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseOverthinkingViewMessage(value: unknown): OverthinkingViewMessage | undefined {
  const parsed = v.safeParse(viewMessage, value);
  return parsed.success ? parsed.output : undefined;
}
