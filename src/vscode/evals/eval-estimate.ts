import { t } from '@vscode/l10n';
import { durationText } from '../time-left.ts';
import { count, dayAndTime } from '../wording.ts';
import type { EvalRate } from './eval-rates.ts';

/** What a run will take, and on what that rests; a first run says that nothing is known yet. */
export function estimateText(rows: number, asks: boolean, rate: EvalRate | undefined): string {
  const all = count(rows, 'row');
  if (rate === undefined) return asks ? t('{0}; how long that takes was not measured yet with this model and these settings', all) : t('{0}, no model is asked', all);
  const seconds = (rows * rate.seconds) / rate.rows;
  const basis = t('this machine took {0} ({1})', measuredText(rate.seconds, rate.rows, rate.file), dayAndTime(rate.when));
  return rate.tokens === undefined
    ? t('{0}, about {1}: {2}', all, durationText(seconds), basis)
    : t('{0}, about {1} and {2} tokens: {3}', all, durationText(seconds), Number(((rows * rate.tokens) / rate.rows).toPrecision(2)), basis);
}

/** `40 s for 20 rows of sample.jsonl`. */
function measuredText(seconds: number, rows: number, file: string): string {
  return t('{0} for {1} of {2}', durationText(seconds), count(rows, 'row'), file);
}
