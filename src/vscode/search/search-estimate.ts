import * as vscode from 'vscode';
import { mean } from '../../core/metrics/statistics.ts';
import { judges, type SearchSettings } from '../../core/search/settings.ts';
import type { RunStore } from '../runs/run-store.ts';
import { durationText } from '../time-left.ts';
import type { SearchRuns } from './search-runs.ts';

/** What some problems take, by what an earlier search took. */
export interface Estimate {
  /** Tokens a problem. */
  readonly policyTokens: number;
  readonly verifierTokens: number;
  /** By the clock; absent where the run was taken up again, so that its clock also ran while nothing did. */
  readonly seconds?: number;
  /** Of the earlier search. */
  readonly problems: number;
  readonly title: string;
}

/** Looks at the newest search of the same strategy that has ended problems with known tokens; undefined where there is none. */
export async function estimateOf(runs: RunStore, searches: SearchRuns, { strategy }: SearchSettings): Promise<Estimate | undefined> {
  for (const entry of await runs.list()) {
    if (!('header' in entry) || entry.running !== undefined || entry.end === undefined || entry.header.kind !== 'search') continue;
    if ((entry.header.settings as Partial<SearchSettings> | undefined)?.strategy !== strategy) continue;
    const state = await searches.find(entry.id);
    const problems = state.ok ? state.value.problems.filter(({ started, finished }) => started.imported === undefined && finished?.reason === 'done') : [];
    const ends = problems.flatMap(({ finished }) => finished ?? []);
    const [policyTokens, verifierTokens] = [mean(ends.map((end) => end.policyTokens)), mean(ends.map((end) => end.verifierTokens))];
    if (policyTokens === undefined || verifierTokens === undefined) continue;
    const resumed = problems.some(({ started }) => started.resumed !== undefined);
    const seconds = (Date.parse(entry.end.ended) - Date.parse(entry.header.started)) / 1000 / ends.length;
    return { policyTokens, verifierTokens, problems: ends.length, title: entry.header.title, ...(!resumed && entry.end.reason === 'done' && Number.isFinite(seconds) && { seconds }) };
  }
  return undefined;
}

/** What to expect of `problems` problems, in a sentence that says what it rests on. */
export function estimateText(estimate: Estimate | undefined, { strategy, budget }: SearchSettings, problems: number): string {
  if (estimate === undefined) return vscode.l10n.t('No earlier search by {0} to estimate from: at most {1} rounds a problem.', strategy, budget.rounds);
  const about = (value: number): string => Number((value * problems).toPrecision(2)).toLocaleString();
  const tokens = judges(strategy) ? vscode.l10n.t('about {0} policy + {1} verifier tokens', about(estimate.policyTokens), about(estimate.verifierTokens)) : vscode.l10n.t('about {0} policy tokens', about(estimate.policyTokens));
  const time = estimate.seconds === undefined ? '' : `, ${durationText(estimate.seconds * problems)}`;
  return vscode.l10n.t('{0}{1}, if they are like the {2} of {3}', tokens, time, estimate.problems === 1 ? vscode.l10n.t('1 problem') : vscode.l10n.t('{0} problems', estimate.problems), estimate.title);
}
