import { t } from '@vscode/l10n';

/**
 * How long the rest takes, `about 20 s left`, if it goes on as it has: `fresh` of it were done in `seconds`, `left` are to come
 * (of any unit). Undefined where nothing was done yet, and where nothing is left.
 */
export function timeLeft(fresh: number, left: number, seconds: number): string | undefined {
  return fresh > 0 && left > 0 && seconds > 0 ? t('about {0} left', durationText((left * seconds) / fresh)) : undefined;
}

/** Seconds as people say them: `40 s`, `6 min`, `1.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return t('{0} s', Math.max(1, Math.round(seconds)));
  if (seconds < 5400) return t('{0} min', Math.round(seconds / 60));
  return t('{0} h', (seconds / 3600).toFixed(1));
}
