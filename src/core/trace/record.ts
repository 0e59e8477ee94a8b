import type { Score } from '../verifier/score.ts';
import type { Trace } from './trace.ts';

/** What a person noted at a step. */
export interface StepNote {
  /** 0-based. */
  readonly step: number;
  /** A person's own verdict; absent for a comment alone. */
  readonly mark?: 'right' | 'wrong';
  readonly comment?: string;
  readonly author?: string;
  /** ISO 8601. */
  readonly date?: string;
}

/**
 * A change that a person made to the segmentation: a boundary put in (`split`) or taken out (`join`) at
 * a UTF-16 offset into the response. The trace's steps are what came of all edits, in their order.
 */
export interface SegmentationEdit {
  readonly kind: 'split' | 'join';
  readonly at: number;
}

/** A trace with all that is known about it: what an export carries. */
export interface TraceRecord {
  readonly trace: Trace;
  /** Our own scores, one a step; undefined where a step has none. Absent where nothing was scored. */
  readonly scores?: readonly (Score | undefined)[];
  readonly notes?: readonly StepNote[];
  readonly edits?: readonly SegmentationEdit[];
}
