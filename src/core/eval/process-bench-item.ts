import * as v from 'valibot';
import { predictFirstError, type Prediction } from '../metrics/first-error.ts';
import type { StepChoice } from './step-choice.ts';
import { scoresSchema, valuesOf } from './step-item.ts';

export const itemSchema = v.object({
  /** 0-based; null for "no error". */
  label: v.nullable(v.number()),
  /** Of the whole solution. */
  steps: v.number(),
  /** Of the steps that were asked for, from the first on. */
  scores: scoresSchema,
});
export type ProcessBenchItem = v.InferOutput<typeof itemSchema>;

/** How the items are judged. */
export interface ProcessBenchChoice extends StepChoice {
  readonly steps: 'label' | 'stop' | 'all';
}

/** What a row's scores predict. Steps after the labelled error may be unscored: then `none` says "none up to there". */
export function predict({ scores }: ProcessBenchItem, kind: 'soft' | 'hard', threshold: number): Prediction {
  return predictFirstError(valuesOf(scores, kind), threshold);
}

/** True where the prediction is the label. */
export function isRight({ label }: ProcessBenchItem, predicted: Prediction): boolean {
  return typeof predicted === 'object' ? predicted.step === label : predicted === 'none' && label === null;
}
