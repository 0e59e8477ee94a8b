import type { Trace } from '../trace/trace.ts';

/**
 * Which steps are right, according to the data: by ratings of every step where there are any (neutral counts as right), else
 * by the first error: steps before it are right, it is wrong. Undefined where the data does not say, as after a first error.
 */
export function stepTruth({ label, given, steps }: Trace): (boolean | undefined)[] {
  const ratings = given?.ratings?.[0]?.values;
  if (ratings) return steps.map((_, step) => (ratings[step] === undefined ? undefined : ratings[step] >= 0));
  if (!label) return steps.map(() => undefined);
  const { firstError } = label;
  return steps.map((_, step) => (firstError === undefined || step < firstError ? true : step === firstError ? false : undefined));
}
