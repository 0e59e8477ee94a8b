import { countWhile } from '../core/count-while.ts';
import type { Span } from '../core/trace/trace.ts';

/** Steps from `first` up to `end`, which is not one of them. */
export interface StepRange {
  readonly first: number;
  readonly end: number;
}

/** The steps of which some part lies between two offsets, or touches them. `steps` are in order and apart from each other. */
export function stepsBetween(steps: readonly Span[], from: number, to: number): StepRange {
  const first = countWhile(steps.length, (index) => (steps[index]?.end ?? Infinity) < from);
  return { first, end: Math.max(first, countWhile(steps.length, (index) => (steps[index]?.start ?? Infinity) <= to)) };
}
