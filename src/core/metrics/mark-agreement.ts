import type { StepNote } from '../trace/record.ts';
import { judged } from '../verifier/judge.ts';
import type { Score } from '../verifier/score.ts';

/** How often the verifier and a person agree about single steps. */
export interface MarkAgreement {
  readonly agreed: number;
  /** Marked steps with a verdict and one mark: n. */
  readonly compared: number;
  /** Marked steps without a verdict, or that people marked both ways. */
  readonly apart: number;
}

/** `scores` has one a step; a step under the threshold (strict) is judged wrong. Undefined where no step is marked. */
export function markAgreement(scores: readonly (Score | undefined)[], threshold: number, notes: readonly StepNote[]): MarkAgreement | undefined {
  let agreed = 0;
  let compared = 0;
  let apart = 0;
  for (const [index, score] of scores.entries()) {
    const marks = new Set(notes.flatMap(({ step, mark }) => (step === index && mark !== undefined ? [mark] : [])));
    if (marks.size === 0) continue;
    const value = judged(score);
    if (value === undefined || marks.size > 1) {
      apart++;
      continue;
    }
    compared++;
    if (marks.has(value < threshold ? 'wrong' : 'right')) agreed++;
  }
  return compared + apart === 0 ? undefined : { agreed, compared, apart };
}
