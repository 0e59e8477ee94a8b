import { StepscopeError } from '../result.ts';
import { summarize } from '../verifier/combine.ts';
import type { Score } from '../verifier/score.ts';
import { decide, type RoundOutcome } from './controller.ts';
import { createEarlyJudge, judgementOf, pathOf, type EarlyJudge } from './early-judge.ts';
import type { CandidateRef, SearchEvent, StepCandidate, StepRound } from './events.ts';
import { judge, scoreTokens } from './judge.ts';
import { isEnded, pathTo, valueOf, type Path } from './path.ts';
import { planRound, randomMode, type RoundPlan } from './plan.ts';
import { propose } from './propose.ts';
import type { Solver } from './solve.ts';
import type { SearchSettings } from './settings.ts';
import { sumOf } from './totals.ts';

/** One round of a search for steps: sample, judge, decide. Throws what the models throw. */
export async function* stepRound(solver: Solver, plan: RoundPlan): AsyncGenerator<SearchEvent> {
  const { policy, prompt, settings, question, signal } = solver;
  const early = createEarlyJudge(solver.judge, question, plan, signal);
  const started = Date.now();
  const { round, step, mode, width, regeneration } = plan;
  yield { type: 'round-started', round, step, width, regeneration, ...(mode === undefined ? {} : { mode }) };
  try {
    const proposed = yield* judgedMeanwhile(propose(policy, prompt, plan, settings, signal), early);
    if (proposed.every(({ dropped }) => dropped === 'failed')) throw new StepscopeError('engine-failed', `The policy could not write step ${step + 1}: ${proposed[0]?.message ?? 'it gave nothing.'}`);
    const judged = yield* judgeCandidates(solver, plan, proposed, early);
    yield { type: 'round', record: decideRound(plan, judged, settings, (Date.now() - started) / 1000) };
  } finally {
    early.stop();
  }
}

/** Passes the events of the writing on; a candidate that is complete can be judged from then on. */
async function* judgedMeanwhile(writing: AsyncGenerator<SearchEvent, StepCandidate[]>, early: EarlyJudge): AsyncGenerator<SearchEvent, StepCandidate[]> {
  try {
    for (;;) {
      const { done, value } = await writing.next();
      if (done === true) return value;
      if (value.type === 'candidate' && value.candidate.kind === 'step') early.begin(value.candidate);
      yield value;
    }
  } finally {
    await writing.return([]);
  }
}

/** Each candidate as the last step of its path: what was judged early, and all others as one batch. */
async function* judgeCandidates({ judge: by, question, signal }: Solver, plan: RoundPlan, candidates: readonly StepCandidate[], early: EarlyJudge): AsyncGenerator<SearchEvent, StepCandidate[]> {
  const judged = [...candidates];
  const take = (candidate: StepCandidate, { score, message }: { readonly score?: Score; readonly message?: string }): SearchEvent => {
    judged[candidate.index] = { ...candidate, ...(score && { score }), verifierTokens: scoreTokens(score), ...(message === undefined ? {} : { message }) };
    return { type: 'scored', round: plan.round, candidate: candidate.index, ...(score && { score }) };
  };
  const left: StepCandidate[] = [];
  for (const candidate of candidates.filter(({ dropped }) => dropped === undefined)) {
    const score = await early.scoreOf(candidate);
    if (score === undefined) left.push(candidate);
    else yield take(candidate, { score });
  }
  for (const message of early.notes()) yield { type: 'note', message };
  const solutions = left.map((candidate) => judgementOf(candidate, plan));
  for await (const event of judge(by, question, solutions, signal)) {
    const candidate = event.type === 'note' ? undefined : left[event.solution];
    if (event.type === 'note') yield event;
    else if (candidate !== undefined) yield take(candidate, event.type === 'score' ? { score: event.score } : { message: event.message });
  }
  return judged;
}

/** A candidate, or a path that has ended, with what ranks it. */
interface Ranked {
  readonly ref: CandidateRef;
  readonly value: number;
  readonly final: boolean;
}

/** The record of a round, from what it proposed. Pure. */
export function decideRound(plan: RoundPlan, candidates: readonly StepCandidate[], settings: SearchSettings, seconds: number): StepRound {
  const { round, step, attempt, mode, width, regeneration } = plan;
  const fresh = ranked(candidates.flatMap((candidate) => {
    const value = rankOf([...(pathOf(candidate, plan)?.candidates ?? []), candidate], settings);
    return candidate.dropped !== undefined || value === undefined ? [] : [{ ref: { round, candidate: candidate.index }, value, final: candidate.final }];
  }));
  const ended = plan.ended.flatMap((path): Ranked[] => (path.end === undefined ? [] : [{ ref: path.end, value: rankOf(path.candidates, settings) ?? -Infinity, final: true }]));
  const kept = ranked([...ended, ...fresh]).slice(0, Math.max(1, settings.beams));
  const chosen = fresh[0]?.ref.candidate;
  const picked = chosen === undefined ? undefined : candidates[chosen];
  const score = picked && valueOf(picked);
  const best = score ?? (candidates.every(({ dropped }) => dropped !== undefined) ? 'none-left' : 'unscored');
  const final = kept.length > 0 && kept.every((path) => path.final);
  const { accepted, rule, nextMode } = ruleOf({ mode, regeneration, best, final }, settings, round);
  return {
    kind: 'step',
    round,
    step,
    attempt,
    ...(mode === undefined ? {} : { mode }),
    width,
    regeneration,
    candidates,
    ...(chosen === undefined ? {} : { chosen }),
    accepted,
    kept: accepted ? kept.map(({ ref }) => ref) : [],
    rule,
    ...(nextMode === undefined ? {} : { nextMode }),
    final: accepted && final,
    policyTokens: sumOf(candidates, ({ tokens }) => tokens),
    verifierTokens: sumOf(candidates, ({ verifierTokens }) => verifierTokens),
    seconds,
  };
}

/** Best first; of equal ones the one that came first. */
function ranked(paths: readonly Ranked[]): Ranked[] {
  return [...paths].sort((a, b) => b.value - a.value);
}

/** One path is ranked by its last step, as the papers do; several are compared as wholes. */
function rankOf(candidates: readonly StepCandidate[], { beams, aggregate, verifier }: SearchSettings): number | undefined {
  const last = candidates.at(-1);
  return beams > 1 ? summarize(candidates.map(({ score }) => score), verifier.threshold, 0, 0)[aggregate] : last && valueOf(last);
}

type Ruling = Pick<StepRound, 'accepted' | 'rule' | 'nextMode'>;

function ruleOf(outcome: Omit<RoundOutcome, 'mode'> & { readonly mode: RoundOutcome['mode'] | undefined }, settings: SearchSettings, round: number): Ruling {
  const { mode, best } = outcome;
  if (settings.strategy === 'pats' && mode !== undefined) return decide({ ...outcome, mode }, settings);
  const stay = mode === undefined ? {} : { nextMode: mode };
  if (typeof best === 'string') return { accepted: false, rule: best, ...stay };
  if (settings.strategy === 'random-mode') return { accepted: true, rule: 'random', nextMode: randomMode(settings.seed, round + 1) };
  return { accepted: true, rule: 'fixed', ...stay };
}

/** A round as it would have been had a person chosen: the candidate is accepted whatever its score, which still decides the next mode. */
export function branchRound(rounds: readonly StepRound[], { round, candidate }: CandidateRef, settings: SearchSettings): StepRound {
  const record = rounds[round];
  const chosen = record?.candidates[candidate];
  if (record === undefined || chosen === undefined) throw new StepscopeError('unsupported', `The run has no candidate ${candidate + 1} in round ${round + 1}: choose one that it shows.`);
  if (chosen.dropped !== undefined) throw new StepscopeError('unsupported', `Candidate ${candidate + 1} of round ${round + 1} is no step to go on from (${chosen.dropped}): choose another.`);
  const { mode, regeneration } = record;
  const { nextMode } = ruleOf({ mode, regeneration, best: valueOf(chosen) ?? 'unscored', final: chosen.final }, { ...settings, penalty: 'none' }, round);
  return { ...record, chosen: candidate, accepted: true, kept: [{ round, candidate }], rule: 'branch', ...(nextMode === undefined ? {} : { nextMode }), final: chosen.final };
}

/** The round that follows, or why there is none: `stuck` is a sentence. */
export function nextRound(rounds: readonly StepRound[], settings: SearchSettings, verifier: string): RoundPlan | { readonly stuck: string } | undefined {
  const last = rounds.at(-1);
  if (rounds.length >= PATIENCE && rounds.slice(-PATIENCE).every(({ rule }) => rule === 'unscored')) {
    return { stuck: `${verifier} gave no score to any candidate in ${PATIENCE} rounds in a row, so nothing can be chosen: look at its analyses, and whether it was trained for this prompt (plain or chat).` };
  }
  if (last?.rule === 'none-left' && settings.policy.temperature === 0) return { stuck: `Step ${last.step + 1}: ${whyNoneLeft(last)} At temperature 0 another round would be the same: raise the temperature.` };
  return planRound(rounds, settings);
}

/** Rounds in which the verifier may fail to score anything. */
const PATIENCE = 3;

/** A sentence about a round whose candidates were all dropped. */
export function whyNoneLeft({ candidates }: StepRound): string {
  const counts = new Map<string, number>();
  for (const { dropped } of candidates) if (dropped !== undefined) counts.set(dropped, (counts.get(dropped) ?? 0) + 1);
  return `no candidate was left (${[...counts].map(([why, count]) => `${count} ${DROPPED[why] ?? why}`).join(', ')}).`;
}

const DROPPED: Readonly<Record<string, string>> = {
  duplicate: 'the same as another',
  used: 'a step that was there before',
  empty: 'without text',
  cut: 'cut off at the limit of tokens',
  failed: 'failed',
};

/** The best path of a search that has ended, else the best so far. */
export function bestPath(rounds: readonly StepRound[]): Path | undefined {
  const paths = (rounds.findLast(({ accepted }) => accepted)?.kept ?? []).map((end) => pathTo(rounds, end));
  return paths.find(isEnded) ?? paths[0];
}
