/** Steps by label and prediction; positive is "the step is right" (PRMBench). */
export interface StepCounts {
  /** Right, and taken for right. */
  readonly truePositive: number;
  /** Wrong, and taken for right. */
  readonly falsePositive: number;
  readonly trueNegative: number;
  /** Right, and taken for wrong. */
  readonly falseNegative: number;
}

/** Fractions in [0, 1]; undefined where there is nothing to be right or wrong about. */
export interface StepScores {
  readonly f1: number | undefined;
  readonly negativeF1: number | undefined;
  /** Mean of the two: PRMScore. */
  readonly prmScore: number | undefined;
}

/** A step with a score under the threshold is taken for wrong (strict). */
export function countSteps(scores: readonly number[], right: readonly boolean[], threshold: number): StepCounts {
  const counts = { truePositive: 0, falsePositive: 0, trueNegative: 0, falseNegative: 0 };
  for (const [step, score] of scores.entries()) {
    if (score < threshold) counts[right[step] === true ? 'falseNegative' : 'trueNegative']++;
    else counts[right[step] === true ? 'truePositive' : 'falsePositive']++;
  }
  return counts;
}

/** PRMBench ("PRMBench: A Fine-grained and Challenging Benchmark for Process-Level Reward Models", section 3.4). */
export function stepScores({ truePositive, falsePositive, trueNegative, falseNegative }: StepCounts): StepScores {
  const f1 = fScore(truePositive, falsePositive + falseNegative);
  const negativeF1 = fScore(trueNegative, falsePositive + falseNegative);
  return { f1, negativeF1, prmScore: f1 === undefined || negativeF1 === undefined ? undefined : (f1 + negativeF1) / 2 };
}

function fScore(hits: number, misses: number): number | undefined {
  return hits + misses === 0 ? undefined : (2 * hits) / (2 * hits + misses);
}

/** PRMBench's categories and the classes whose plain mean each is. */
export const PRM_BENCH_CATEGORIES = {
  simplicity: ['redundency', 'circular'],
  soundness: ['counterfactual', 'step_contradiction', 'domain_inconsistency', 'confidence'],
  sensitivity: ['missing_condition', 'deception', 'multi_solutions'],
} as const;

/** The class whose steps are all right: F1 alone counts there. */
export const ALL_RIGHT_CLASS = 'multi_solutions';

/** What counts for a class: PRMScore, or F1 where all steps are right. */
export function classScore(name: string, scores: StepScores): number | undefined {
  return name === ALL_RIGHT_CLASS ? scores.f1 : scores.prmScore;
}
