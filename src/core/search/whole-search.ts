import { finalAnswer } from '../answers/final-answer.ts';
import { sameAnswer } from '../answers/same-answer.ts';
import { StepscopeError } from '../result.ts';
import { splitThinking } from '../trace/thinking.ts';
import { summarize } from '../verifier/combine.ts';
import type { Score } from '../verifier/score.ts';
import type { SearchEvent, SolutionCandidate, SolutionRound } from './events.ts';
import { judge, scoreTokens } from './judge.ts';
import { STEP_END } from './propose.ts';
import { AGGREGATES, STEP_STRATEGIES, type Aggregate, type SearchSettings, type Strategy } from './settings.ts';
import type { Solver } from './solve.ts';
import { sumOf } from './totals.ts';

/** The one round of a strategy that writes whole solutions: all solutions as one batch; best-of-N judges all steps of all of them as one more. */
export async function* solutionRound(solver: Solver): AsyncGenerator<SearchEvent> {
  const started = Date.now();
  const { settings } = solver;
  const width = settings.strategy === 'sampling' ? 1 : settings.samples;
  yield { type: 'round-started', round: 0, step: 0, width, regeneration: false };
  let candidates = yield* writeSolutions(solver, width);
  if (candidates.every(({ dropped }) => dropped === 'failed')) throw new StepscopeError('engine-failed', `The policy could not write a solution: ${candidates[0]?.message ?? 'it gave nothing.'}`);
  if (settings.strategy === 'best-of-n') candidates = yield* judgeSolutions(solver, candidates);
  yield { type: 'round', record: decideSolutions(candidates, settings.strategy, settings.aggregate, (Date.now() - started) / 1000) };
}

async function* writeSolutions({ policy, prompt, settings, signal }: Solver, width: number): AsyncGenerator<SearchEvent, SolutionCandidate[]> {
  const { temperature, topP, maxSolutionTokens } = settings.policy;
  const found: SolutionCandidate[] = [];
  const request = { prompt, n: width, maxNewTokens: maxSolutionTokens, temperature, topP: temperature === 0 ? 1 : topP, seed: settings.seed, stop: [] };
  const missing = (index: number, message: string): SolutionCandidate => ({ kind: 'solution', index, text: '', steps: [], scores: [], aggregates: {}, tokens: 0, verifierTokens: 0, dropped: 'failed', message });
  let why = `${policy.info.name} gave nothing for it.`;
  for await (const event of policy.generate([request], signal)) {
    if (event.type === 'failed') why = event.message;
    if (event.type !== 'sample') continue;
    const { sample: index, text, tokens, finish } = event;
    const steps = stepsOf(text);
    const answer = finalAnswer(text);
    const cut = { dropped: 'cut' as const, message: `It ran into the limit of ${maxSolutionTokens} tokens a solution, or the end of the context.` };
    const out = finish === 'length' ? cut : steps.length === 0 ? { dropped: 'empty' as const } : {};
    found[index] = { kind: 'solution', index, text, steps, scores: [], aggregates: {}, tokens, verifierTokens: 0, ...(answer === undefined ? {} : { answer }), ...out };
    yield { type: 'candidate', round: 0, candidate: found[index] };
  }
  const all = Array.from({ length: width }, (_, index) => found[index] ?? missing(index, why));
  return all.map((candidate) => {
    const same = all.findIndex(({ text, dropped }) => dropped === undefined && text === candidate.text);
    return candidate.dropped === undefined && same < candidate.index ? { ...candidate, sameAs: same } : candidate;
  });
}

/** The steps of a whole solution, cut as a search for steps cuts them: at blank lines, without the answer after the thinking. */
export function stepsOf(text: string): string[] {
  const { thinking } = splitThinking(text);
  return text.slice(thinking.start, thinking.end).split(STEP_END).map((step) => step.trim()).filter((step) => step !== '');
}

/** A solution that repeats another gets the other's scores and costs nothing. */
async function* judgeSolutions({ judge: by, question, signal }: Solver, candidates: readonly SolutionCandidate[]): AsyncGenerator<SearchEvent, SolutionCandidate[]> {
  const distinct = candidates.filter(({ dropped, sameAs }) => dropped === undefined && sameAs === undefined);
  const scores = distinct.map(({ steps }) => steps.map((): Score | undefined => undefined));
  const messages = new Map<number, string>();
  for await (const event of judge(by, question, distinct.map(({ steps }) => ({ steps, only: steps.map((_, step) => step) })), signal)) {
    if (event.type === 'note') yield event;
    else if (event.type === 'unjudged') messages.set(event.solution, event.message);
    else scores[event.solution]?.splice(event.step, 1, event.score);
  }
  const judged = new Map(distinct.map((candidate, at) => [candidate.index, withScores(candidate, scores[at] ?? [], by.settings.threshold, messages.get(at))]));
  return candidates.map((candidate) => {
    const own = judged.get(candidate.index);
    const same = candidate.sameAs === undefined ? undefined : judged.get(candidate.sameAs);
    return own ?? (same ? { ...candidate, scores: same.scores, aggregates: same.aggregates } : candidate);
  });
}

function withScores(candidate: SolutionCandidate, scores: readonly (Score | undefined)[], threshold: number, message: string | undefined): SolutionCandidate {
  const summary = summarize(scores, threshold, 0, 0);
  const aggregates = Object.fromEntries(AGGREGATES.flatMap((name) => (summary[name] === undefined ? [] : [[name, summary[name]]]))) as Partial<Record<Aggregate, number>>;
  return { ...candidate, scores, aggregates, verifierTokens: sumOf(scores, scoreTokens), ...(message === undefined ? {} : { message }) };
}

/** Which solution is taken. Pure. */
export function decideSolutions(candidates: readonly SolutionCandidate[], strategy: Strategy, aggregate: Aggregate, seconds: number): SolutionRound {
  const left = candidates.filter(({ dropped }) => dropped === undefined);
  const choices = strategy === 'best-of-n' ? bestByAggregate(left) : {};
  const votes = votesOf(left);
  const picked = strategy === 'best-of-n' ? choices[aggregate] : strategy === 'majority' ? (votes[0]?.candidates[0] ?? left[0]?.index) : left[0]?.index;
  const rule = left.length === 0 ? 'none-left' : picked === undefined ? 'unscored' : strategy === 'best-of-n' || strategy === 'majority' ? strategy : 'only';
  return {
    kind: 'solution',
    round: 0,
    candidates,
    ...(picked === undefined ? {} : { chosen: picked }),
    rule,
    choices,
    votes,
    policyTokens: sumOf(candidates, ({ tokens }) => tokens),
    verifierTokens: sumOf(candidates, ({ verifierTokens }) => verifierTokens),
    seconds,
  };
}

function bestByAggregate(candidates: readonly SolutionCandidate[]): Partial<Record<Aggregate, number>> {
  const best: Partial<Record<Aggregate, number>> = {};
  for (const name of AGGREGATES) {
    let top = -Infinity;
    for (const { index, aggregates } of candidates) {
      const value = aggregates[name];
      if (value === undefined || value <= top) continue;
      top = value;
      best[name] = index;
    }
  }
  return best;
}

/** Solutions by their answer, most first; of equal counts the one that came first. A solution without an answer has no vote. */
function votesOf(candidates: readonly SolutionCandidate[]): SolutionRound['votes'] {
  const votes: { readonly answer: string; readonly candidates: number[] }[] = [];
  for (const { index, answer } of candidates) {
    if (answer === undefined) continue;
    const known = votes.find((vote) => sameAnswer(vote.answer, answer));
    if (known) known.candidates.push(index);
    else votes.push({ answer, candidates: [index] });
  }
  return votes.sort((a, b) => b.candidates.length - a.candidates.length);
}

/** Whether the settings ask for whole solutions. */
export function writesSolutions({ strategy }: SearchSettings): boolean {
  return !STEP_STRATEGIES.includes(strategy);
}
