import type { Span } from '../core/trace/trace.ts';

/** Steps from `first` up to `end`, which is not one of them. */
export interface StepRange {
  readonly first: number;
  readonly end: number;
}

/** The steps of which some part lies between two offsets, or touches them. `steps` are in order and apart from each other. */
export function stepsBetween(steps: readonly Span[], from: number, to: number): StepRange {
  const first = countWhere(steps, (step) => step.end < from);
  return { first, end: Math.max(first, countWhere(steps, (step) => step.start <= to)) };
}

/** How many steps at the beginning `holds` is true for, by bisection. */
function countWhere(steps: readonly Span[], holds: (step: Span) => boolean): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const step = steps[middle];
    if (step !== undefined && holds(step)) low = middle + 1;
    else high = middle;
  }
  return low;
}
