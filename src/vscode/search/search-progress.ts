import * as vscode from 'vscode';
import { sumOf, totalsOf } from '../../core/search/totals.ts';
import { timeLeft } from '../time-left.ts';
import { count } from '../wording.ts';
import type { SearchProblemState } from './search-state.ts';

/** How far a search is. */
export interface SearchProgress {
  /** For lists: `3 of 20 problems, 41 rounds, 5230 tokens, about 4 min left`. */
  readonly text: string;
  /** For the status bar: `3/20 problems`, or `4 rounds` of one. */
  readonly short: string;
}

/** Of several problems it also tells how long the rest takes, if it goes on as it has since this was called. */
export function createProgress(problems: readonly SearchProblemState[]): () => SearchProgress {
  const now = (): number => performance.now();
  const ended = (): number => problems.filter(({ finished }) => finished !== undefined).length;
  const since = now();
  const before = ended();
  return () => {
    const totals = problems.map(({ rounds }) => totalsOf(rounds));
    const rounds = count(sumOf(totals, (total) => total.rounds), 'round');
    const tokens = vscode.l10n.t('{0} tokens', sumOf(totals, ({ policyTokens, verifierTokens }) => policyTokens + verifierTokens));
    if (problems.length === 1) return { text: `${rounds}, ${tokens}`, short: rounds };
    const done = ended();
    // The first to end are the short ones: one alone says little.
    const left = done - before < 2 ? undefined : timeLeft(done - before, problems.length - done, (now() - since) / 1000);
    const text = [
      vscode.l10n.t('{0} of {1} problems', done, problems.length),
      rounds,
      tokens,
      ...(left === undefined ? [] : [left]),
    ].join(', ');
    return { text, short: vscode.l10n.t('{0}/{1} problems', done, problems.length) };
  };
}
