import type { Score } from './score.ts';

/** What a step is judged by: P(Yes), or the hard score where no sample has a P(Yes), as from a server that gives no probabilities. */
export function judged(score: Score | undefined): number | undefined {
  return score?.pYes ?? score?.hard;
}

/** Whether the step is judged wrong: under the threshold (strict). A step without a judgement is not. */
export function isUnder(score: Score | undefined, threshold: number): boolean {
  const value = judged(score);
  return value !== undefined && value < threshold;
}

/** 0-based: the first step that is judged wrong; undefined where none is. */
export function firstErrorOf(scores: readonly (Score | undefined)[], threshold: number): number | undefined {
  const step = scores.findIndex((score) => isUnder(score, threshold));
  return step < 0 ? undefined : step;
}

/** Whether there are verdicts and no P(Yes). */
export function isVerdictOnly(score: Score): boolean {
  return score.pYes === undefined && score.hard !== undefined;
}

/** How a score without P(Yes) is written: the verdict where all samples agree, else the share that says Yes. */
export function hardText({ hard = NaN }: Score, share: (hard: number) => string): string {
  return hard === 1 ? 'Yes' : hard === 0 ? 'No' : `hard ${share(hard)}`;
}
