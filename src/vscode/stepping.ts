import type { Span } from '../core/trace/trace.ts';
import type { StepAnnotation } from './annotations.ts';
import { stepAt } from './trace-documents.ts';

/** Where stepping starts from. */
export interface SteppingPlace {
  readonly steps: readonly Span[];
  /** Offset of the cursor. */
  readonly offset: number;
  /** The step that was visited last, in this or an earlier session. */
  readonly remembered: number | undefined;
}

/** `clamped` says that there was nowhere further to go. */
export interface SteppingTarget {
  readonly step: number;
  readonly clamped: boolean;
}

/**
 * The step to go to. A cursor at the very start of a document, as in one that was just opened,
 * takes up the trace at the step that was visited last.
 */
export function stepFrom(place: SteppingPlace, direction: 1 | -1): SteppingTarget {
  const last = place.steps.length - 1;
  if (place.offset === 0 && place.remembered !== undefined) return { step: Math.min(place.remembered, last), clamped: false };
  const current = stepAt(place.steps, place.offset);
  if (current === undefined) return { step: 0, clamped: direction === -1 };
  const wanted = current + direction;
  return { step: Math.min(last, Math.max(0, wanted)), clamped: wanted < 0 || wanted > last };
}

/** The first or the last step; `clamped` where the cursor is in it already. */
export function stepToEnd({ steps, offset }: Omit<SteppingPlace, 'remembered'>, end: 'first' | 'last'): SteppingTarget {
  const step = end === 'first' ? 0 : steps.length - 1;
  return { step, clamped: stepAt(steps, offset) === step };
}

/** The step with a number as a person says it, from 1; the nearest end where there is none. */
export function stepNumbered(number: number, steps: number): SteppingTarget {
  const step = Math.min(steps, Math.max(1, number)) - 1;
  return { step, clamped: step !== number - 1 };
}

/** The next step after the cursor that is worth a look; undefined when there is none. */
export function nextSuspicious(place: Omit<SteppingPlace, 'remembered'>, annotations: readonly StepAnnotation[]): number | undefined {
  return nextWhere(place, annotations, ({ suspicious }) => suspicious);
}

/** The next step after the cursor for which something holds; undefined when there is none. */
export function nextWhere({ steps, offset }: Omit<SteppingPlace, 'remembered'>, annotations: readonly StepAnnotation[], holds: (step: StepAnnotation) => boolean): number | undefined {
  const current = stepAt(steps, offset) ?? -1;
  return annotations.find((step) => step.index > current && holds(step))?.index;
}
