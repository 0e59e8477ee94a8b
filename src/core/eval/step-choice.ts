import type { ScoredStep } from '../metrics/calibration.ts';
import { optionValue, type EvalOption, type EvalSettings } from './eval.ts';
import { valuesOf, type StoredScores } from './step-item.ts';

export const SCORE_OPTION: EvalOption = { kind: 'choice', name: 'score', title: 'Which score is judged: the mean P(Yes), or the share of Yes', choices: ['soft', 'hard'], default: 'soft' };

/** How the scores of steps are judged. */
export interface StepChoice {
  readonly score: 'soft' | 'hard';
  readonly threshold: number;
  readonly seed: number;
}

export function stepChoice(settings: EvalSettings): StepChoice {
  const { threshold, seed } = settings.verifier;
  return { score: optionValue(SCORE_OPTION, settings) === 'hard' ? 'hard' : 'soft', threshold, seed };
}

/** One a step: whether it is taken for right (a score under the threshold, strict, is an error); undefined where it has no score. */
export function verdictsOf(scores: StoredScores, { score, threshold }: Pick<StepChoice, 'score' | 'threshold'>): (boolean | undefined)[] {
  return valuesOf(scores, score).map((value) => (value === undefined ? undefined : value >= threshold));
}

/** The steps of a row that have a score and whose truth is known, for calibration and ROC. */
export function scoredSteps(row: number, scores: StoredScores, { score }: Pick<StepChoice, 'score'>, truth: (step: number) => boolean | undefined): ScoredStep[] {
  return valuesOf(scores, score).flatMap((value, step): ScoredStep[] => {
    const right = truth(step);
    return value === undefined || right === undefined ? [] : [{ row, score: value, right }];
  });
}
