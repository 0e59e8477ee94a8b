import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../../core/result.ts';
import type { CandidateRef } from '../../core/search/events.ts';
import type { ControllerSettings } from '../../core/search/settings.ts';
import { candidateDetail } from './candidate-detail.ts';
import type { SearchRequest } from './search-runs.ts';
import { replayOf } from './search-snapshot.ts';
import { stepRounds, type SearchState } from './search-state.ts';

/** Searching on from a candidate that was not chosen, as a run of its own. `from` names the round of the log. */
export function branchRequest(state: SearchState, index: number, from: CandidateRef): Result<SearchRequest> {
  const problem = state.problems[index];
  const detail = problem && candidateDetail(state, problem, from.round, from.round, from.candidate);
  if (problem === undefined || detail === undefined) return fail('no-such-candidate', t('{0} has no candidate {1} in round {2} of problem {3}.', state.header.title, from.candidate + 1, from.round + 1, index + 1));
  if (detail.noBranch !== undefined) return fail('no-branch', detail.noBranch);
  const { title, settings, models } = state.header;
  return ok({ title: `${title} · from round ${from.round + 1}, candidate ${from.candidate + 1}`, settings, problems: [{ ...problem.started, rounds: problem.rounds }], branch: from, madeBy: models });
}

/** Searching with other settings of the controller. What would have happened in the same way is taken over. */
export function whatIfRequest({ header, problems }: SearchState, index: number, whatIf: ControllerSettings): Result<SearchRequest> {
  const problem = problems[index];
  if (problem === undefined) return fail('no-such-problem', t('{0} has no problem {1}.', header.title, index + 1));
  if (problem.started.imported !== undefined) return fail('imported', t('The search was recorded by another program: solve its problem with Stepscope: Solve with PATS… first.'));
  const { firstChange } = replayOf(problem, header.settings, whatIf);
  if (firstChange === undefined) return fail('same', t('Nothing would change: the search would be the same.'));
  const rounds = header.settings.strategy === 'pats' ? stepRounds(problem.rounds).slice(0, firstChange) : [];
  return ok({ title: `${header.title} · what if`, settings: { ...header.settings, ...whatIf, strategy: 'pats' }, problems: [{ ...problem.started, rounds }], ...(rounds.length > 0 && { madeBy: header.models }) });
}
