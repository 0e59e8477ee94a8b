import * as vscode from 'vscode';
import { sumOf, totalsOf } from '../../core/search/totals.ts';
import { count } from '../wording.ts';
import type { SearchProblemState } from './search-state.ts';

/**
 * How far a search is, in a few words: problems, rounds, tokens. Of several problems also how long the rest takes, if it goes
 * on as it has since this was called: `3 of 20 problems, 41 rounds, 5230 tokens, about 4 min left`.
 */
export function createProgress(problems: readonly SearchProblemState[], now: () => number = () => performance.now()): () => string {
  const ended = (): number => problems.filter(({ finished }) => finished !== undefined).length;
  const since = now();
  const before = ended();
  return () => {
    const totals = problems.map(({ rounds }) => totalsOf(rounds));
    const parts = [count(sumOf(totals, ({ rounds }) => rounds), 'round'), vscode.l10n.t('{0} tokens', sumOf(totals, ({ policyTokens, verifierTokens }) => policyTokens + verifierTokens))];
    if (problems.length === 1) return parts.join(', ');
    const done = ended();
    const rate = (now() - since) / 1000 / (done - before);
    return [
      vscode.l10n.t('{0} of {1} problems', done, problems.length),
      ...parts,
      // The first to end are the short ones: one alone says little.
      ...(done - before < 2 || done === problems.length ? [] : [vscode.l10n.t('about {0} left', durationText(rate * (problems.length - done)))]),
    ].join(', ');
  };
}

/** Seconds as people say them: `40 s`, `6 min`, `1.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return vscode.l10n.t('{0} s', Math.max(1, Math.round(seconds)));
  if (seconds < 5400) return vscode.l10n.t('{0} min', Math.round(seconds / 60));
  return vscode.l10n.t('{0} h', (seconds / 3600).toFixed(1));
}
