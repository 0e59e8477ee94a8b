import { t } from '@vscode/l10n';
import { timeLeft } from '../time-left.ts';

/** How far a run is. */
export interface EvalProgress {
  /** Rows that are done, of so many. */
  readonly done: number;
  readonly of: number;
  /** Rows that this part of the run has done, and the seconds that it took for them. */
  readonly fresh: number;
  readonly seconds: number;
  readonly paused: boolean;
  /** What comes out so far, with its interval; absent while it is not defined. */
  readonly estimate?: string;
}

/** `12/40 rows, 1.3 rows/s, about 20 s left; F1 62.1 [40.2, 80.0], n = 12 rows`. */
export function progressText({ done, of, fresh, seconds, paused, estimate }: EvalProgress): string {
  const parts = [t('{0}/{1} rows', done, of)];
  if (paused) parts.unshift(t('paused'));
  // The first row takes longer than the others: one alone says little.
  const rate = seconds > 0 && fresh > 1 ? fresh / seconds : 0;
  if (rate > 0) parts.push(rate >= 1 ? t('{0} rows/s', rate.toFixed(1)) : t('{0} s a row', (1 / rate).toFixed(1)));
  const left = rate > 0 && !paused ? timeLeft(fresh, of - done, seconds) : undefined;
  if (left !== undefined) parts.push(left);
  return `${parts.join(', ')}${estimate === undefined ? '' : `; ${estimate}`}`;
}
