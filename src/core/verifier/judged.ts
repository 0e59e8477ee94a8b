import type { Score } from './score.ts';

/** What a step is judged by: P(Yes), or the hard score where no sample has a P(Yes). */
export function judged(score: Score | undefined): number | undefined {
  return score?.pYes ?? score?.hard;
}
