import { t } from '@vscode/l10n';
import type { Trace } from '../core/trace/trace.ts';
import { judged } from '../core/verifier/judge.ts';
import { disagree, type StepAnnotation } from './annotations.ts';
import { givenAt } from './given-text.ts';

/**
 * What disagrees about a step, a phrase each: its samples among themselves, and our verdict with a label, rating,
 * prediction or score that came with the data. Empty for a step without a score, and where nothing disagrees.
 */
export function disagreements(step: StepAnnotation, trace: Trace, threshold: number): string[] {
  const { score } = step;
  if (score === undefined) return [];
  const value = judged(score);
  const wrong = value === undefined ? undefined : value < threshold;
  const against = wrong === undefined ? [] : givenAt(trace, step.index, threshold).filter((entry) => entry.wrong !== undefined && entry.wrong !== wrong);
  return [
    ...(disagree(score) ? [t('samples disagree')] : []),
    ...against.map(({ text }) => wrong === true ? t('our verdict (wrong) against {0}', text) : t('our verdict (right) against {0}', text)),
  ];
}
