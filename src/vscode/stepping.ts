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

/** The next step after the cursor that is worth a look; undefined when there is none. */
export function nextSuspicious(place: Omit<SteppingPlace, 'remembered'>, annotations: readonly StepAnnotation[]): number | undefined {
  const current = stepAt(place.steps, place.offset) ?? -1;
  return annotations.find((step) => step.index > current && step.suspicious)?.index;
}
