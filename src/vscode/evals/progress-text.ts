import { t } from '@vscode/l10n';
import { durationText } from '../search/search-progress.ts';
import { count } from '../wording.ts';

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
  const rate = seconds > 0 ? fresh / seconds : 0;
  if (rate > 0 && fresh > 1) parts.push(rate >= 1 ? t('{0} rows/s', rate.toFixed(1)) : t('{0} s a row', (1 / rate).toFixed(1)));
  if (rate > 0 && fresh > 1 && done < of && !paused) parts.push(t('about {0} left', durationText((of - done) / rate)));
  return `${parts.join(', ')}${estimate === undefined ? '' : `; ${estimate}`}`;
}

/** `40 s for 20 rows of sample.jsonl`. */
export function measuredText(seconds: number, rows: number, file: string): string {
  return t('{0} for {1} of {2}', durationText(seconds), count(rows, 'row'), file);
}
