import { t } from '@vscode/l10n';
import type { Activity } from './activities.ts';

/** The verifier as the status bar says it; `detail` is a sentence about the setting where that is `wrong`. */
export interface VerifierSummary {
  readonly name: string;
  readonly detail: string;
  readonly wrong: boolean;
}

/** For example `$(sync~spin) r-prm · 3/6 · 1 more`: the verifier, how far the first run is, and how many wait behind it. */
export function statusText({ name, wrong }: VerifierSummary, [first, ...more]: readonly Pick<Activity, 'progress'>[]): string {
  const icon = first !== undefined ? 'sync~spin' : wrong ? 'warning' : 'search-fuzzy';
  const run = first === undefined ? [] : [first.progress === '' ? t('starting') : first.progress, ...(more.length === 0 ? [] : [t('{0} more', more.length)])];
  return `$(${icon}) ${[name, ...run].join(' · ')}`;
}

/** The same in words, a line each. */
export function statusLines({ detail }: VerifierSummary, running: readonly Pick<Activity, 'title' | 'progress'>[]): string[] {
  return [t('Verifier: {0}', detail), ...running.map(activityText)];
}

export function activityText({ title, progress }: Pick<Activity, 'title' | 'progress'>): string {
  return progress === '' ? title : `${title}: ${progress}`;
}
