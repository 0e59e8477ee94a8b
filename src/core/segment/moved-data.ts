import type { FirstErrorLabel, GivenData, GivenScores, StepRatings } from '../trace/given.ts';
import type { Span, Trace } from '../trace/trace.ts';

/** The wrong step stays known where one new step holds all of it; in parts of it nobody knows which is wrong. */
export function movedLabel(trace: Trace, label: FirstErrorLabel, steps: readonly Span[]): FirstErrorLabel | undefined {
  if (label.firstError === undefined) return label;
  const wrong = trace.steps[label.firstError]?.span;
  if (wrong === undefined) return undefined;
  const firstError = steps.findIndex(({ start, end }) => start <= wrong.start && wrong.end <= end);
  return firstError === -1 ? undefined : { ...label, firstError };
}

/** What came with the data for single steps, for the steps that are the same in a new cut; the rest of it as it was. */
export function movedGiven(trace: Trace, given: GivenData, steps: readonly Span[]): GivenData {
  const { ratings, scores, predictions, alternatives, rounds, ...whole } = given;
  const places = new Map(trace.steps.map(({ span }, index) => [`${span.start} ${span.end}`, index]));
  /** By new step: the old one with the same text. */
  const olds = steps.map(({ start, end }) => places.get(`${start} ${end}`));
  const kept = {
    ratings: ratings?.map((one): StepRatings => ({ ...one, values: moved(one.values, olds) })).filter(says),
    scores: scores?.map((one) => movedScores(one, olds)).filter(says),
    predictions: predictions?.flatMap((one) => movedLabel(trace, one, steps) ?? []),
    alternatives: alternatives?.flatMap((one) => {
      const step = olds.indexOf(one.step);
      return step === -1 ? [] : [{ ...one, step }];
    }),
    // A round made one step: with other steps they tell of another solution.
    rounds: olds.length === trace.steps.length && olds.every((old, step) => old === step) ? rounds : undefined,
  };
  const entries = Object.entries(kept).filter(([, list]) => list !== undefined && list.length > 0);
  return { ...whole, ...(Object.fromEntries(entries) as Partial<GivenData>) };
}

function movedScores({ samples, analyses, classes, ...score }: GivenScores, olds: readonly (number | undefined)[]): GivenScores {
  return {
    ...score,
    values: moved(score.values, olds),
    ...(samples && { samples: moved(samples, olds).map((list) => list ?? []) }),
    ...(analyses && { analyses: moved(analyses, olds).map((list) => list ?? []) }),
    ...(classes && { classes: Object.fromEntries(Object.entries(classes).map(([name, values]) => [name, moved(values, olds)])) }),
  };
}

function moved<Value>(values: readonly Value[], olds: readonly (number | undefined)[]): (Value | undefined)[] {
  return olds.map((old) => (old === undefined ? undefined : values[old]));
}

function says({ values }: { readonly values: readonly unknown[] }): boolean {
  return values.some((value) => value !== undefined);
}
