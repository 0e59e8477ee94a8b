import type { StepCandidate, StepRound } from '../../../src/core/search/events.ts';
import { defaultSearchSettings, type SearchSettings } from '../../../src/core/search/settings.ts';
import { decide } from '../../../src/core/search/controller.ts';
import type { ThinkingMode } from '../../../src/core/trace/search-round.ts';
import { score } from '../vscode/scores.ts';

export const SETTINGS: SearchSettings = defaultSearchSettings('pats');

/** A candidate with a score, or without one (`undefined`), or dropped as the repetition of another. */
export function candidate(index: number, value: number | undefined | 'dropped', more: Partial<StepCandidate> = {}): StepCandidate {
  const base: StepCandidate = { kind: 'step', index, text: `Step text ${index}.\n\n`, step: `Step text ${index}.`, tokens: 10 + index, verifierTokens: value === 'dropped' ? 0 : 20, final: false };
  return { ...base, ...(value === 'dropped' ? { dropped: 'duplicate', sameAs: 0 } : value === undefined ? {} : { score: score(value) }), ...more };
}

/** The rounds of a search by PATS whose candidates have these scores, decided as the controller does. The last accepted round is final. */
export function patsRounds(scores: readonly (readonly (number | undefined | 'dropped')[])[], settings: SearchSettings = SETTINGS): StepRound[] {
  const rounds: StepRound[] = [];
  let mode: ThinkingMode = settings.initialMode;
  let regeneration = false;
  let step = 0;
  let parent: { readonly round: number; readonly candidate: number } | undefined;
  scores.forEach((values, round) => {
    const final = round === scores.length - 1;
    const candidates = values.map((value, index) => candidate(index, value, { final, text: `Round ${round} text ${index}.\n\n`, step: `Round ${round} text ${index}.`, ...(parent && { parent }) }));
    const judged = candidates.flatMap(({ index, score: found }) => (found?.pYes === undefined ? [] : [{ index, pYes: found.pYes }])).sort((one, other) => other.pYes - one.pYes);
    const [best] = judged;
    const decision = decide({ mode, regeneration, best: best?.pYes ?? (candidates.some(({ dropped }) => dropped === undefined) ? 'unscored' : 'none-left'), final }, settings);
    const chosen = best === undefined ? {} : { chosen: best.index };
    const kept = decision.accepted && best !== undefined ? [{ round, candidate: best.index }] : [];
    const sum = (of: (one: StepCandidate) => number): number => candidates.reduce((total, one) => total + of(one), 0);
    rounds.push({ kind: 'step', round, step, attempt: 0, mode, width: settings.widths[mode], regeneration, candidates, ...chosen, accepted: decision.accepted, kept, rule: decision.rule, nextMode: decision.nextMode, final: decision.stop, policyTokens: sum(({ tokens }) => tokens), verifierTokens: sum(({ verifierTokens }) => verifierTokens), seconds: 1 });
    if (decision.accepted) {
      step++;
      [parent] = kept;
    }
    ({ nextMode: mode, regenerate: regeneration } = decision);
  });
  return rounds;
}
