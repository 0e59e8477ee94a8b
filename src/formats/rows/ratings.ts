import type { DataSource, FirstErrorLabel, StepRating } from '../../core/trace/given.ts';

/**
 * The first-error label that step ratings amount to: the first step rated -1, if every step before it is rated; "no error",
 * if all steps are rated and none is -1. Undefined where an unrated step leaves it open.
 */
export function firstErrorOfRatings(values: readonly (StepRating | undefined)[], source: DataSource): FirstErrorLabel | undefined {
  const end = values.findIndex((value) => value === undefined || value === -1);
  if (end >= 0 && values[end] === undefined) return undefined;
  return { ...source, firstError: end < 0 ? undefined : end };
}
