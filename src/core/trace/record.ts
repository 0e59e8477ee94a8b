import type { SegmentationChoice } from '../segment/segment-trace.ts';
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

/** A trace with all that is known about it: what an export carries. */
export interface TraceRecord {
  readonly trace: Trace;
  /** Our own scores, one a step; undefined where a step has none. Absent where nothing was scored. */
  readonly scores?: readonly (Score | undefined)[];
  readonly notes?: readonly StepNote[];
  /** How a person had the trace cut, edits included: its steps are what came of it. */
  readonly segmentation?: SegmentationChoice;
}
