import type { SegmentedTrace } from '../core/segment/segment-trace.ts';
import type { Trace } from '../core/trace/trace.ts';
import type { Summary } from '../core/verifier/events.ts';
import { isUnder, judged } from '../core/verifier/judge.ts';
import type { Score } from '../core/verifier/score.ts';

/** Prints the scores of a row, steps in order. */
export interface RowOutput {
  /** `cut` is there where another segmentation than the file's was asked for. */
  begin(row: number, trace: Trace, cut: SegmentedTrace | undefined): void;
  /** `score` is undefined where the step could not be scored. */
  step(row: number, step: number, text: string, score: Score | undefined): void;
  summary(row: number, summary: Summary, trace: Trace): void;
}

/** What a score says about its step. */
export function stepVerdict(score: Score | undefined): 'Yes' | 'No' | undefined {
  if (score === undefined || judged(score) === undefined) return undefined;
  return isUnder(score, score.provenance.threshold) ? 'No' : 'Yes';
}
