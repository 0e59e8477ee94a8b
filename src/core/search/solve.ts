import { finalAnswer } from '../answers/final-answer.ts';
import { sameAnswer } from '../answers/same-answer.ts';
import { errorText } from '../error-text.ts';
import type { LanguageModel } from '../model.ts';
import { StepscopeError } from '../result.ts';
import type { RunEnd } from '../run/run.ts';
import type { CandidateRef, RoundRecord, SearchEvent, SearchFinished, StepRound } from './events.ts';
import type { Judge, ScoreMemory } from './judge.ts';
import { pathText } from './path.ts';
import { checkSolution } from './plan.ts';
import { policyPrompt } from './policy-prompt.ts';
import { judges, type SearchSettings } from './settings.ts';
import { bestPath, branchRound, nextRound, stepRound, whyNoneLeft } from './step-search.ts';
import { totalsOf } from './totals.ts';
import { solutionRound, writesSolutions } from './whole-search.ts';

export interface SearchModels {
  readonly policy: LanguageModel | undefined;
  /** Not needed by strategies that judge nothing. */
  readonly verifier: LanguageModel | undefined;
  readonly scores?: ScoreMemory;
}

export interface SearchProblem {
  readonly question: string;
  readonly gold?: string;
  readonly row?: number;
  readonly id?: string;
}

export interface SearchOptions {
  readonly signal?: AbortSignal;
  /** Rounds of an earlier run with the same models and settings: the search goes on after them. */
  readonly rounds?: readonly RoundRecord[];
  /** What if: in this round of `rounds` another candidate is chosen, and the search goes on from there. */
  readonly branch?: CandidateRef;
}

/** What the rounds of a search share. */
export interface Solver {
  readonly policy: LanguageModel;
  readonly judge: Judge;
  readonly question: string;
  /** The text before the policy's reply. */
  readonly prompt: string;
  readonly settings: SearchSettings;
  readonly signal: AbortSignal | undefined;
}

/**
 * Searches a solution of one problem. Never throws: whatever happens, the last event is `finished`, with the reason, and the
 * rounds before it stand. With a local model the same models, problem and settings give the same rounds, to the token.
 *
 * A local verifier judges candidates when all of them are written, not as each ends: a batch that depended on which candidate
 * came first would not be the same batch again, and a model's numbers depend on the batch in their last bits. A server begins
 * with each as soon as it is complete (see EarlyJudge).
 */
export async function* solve(models: SearchModels, problem: SearchProblem, settings: SearchSettings, options: SearchOptions = {}): AsyncGenerator<SearchEvent> {
  const rounds: RoundRecord[] = [];
  let end: Pick<RunEnd, 'reason' | 'message'>;
  try {
    const taken = takenOver(options, settings);
    const { question, gold, row, id } = problem;
    yield {
      type: 'started',
      question,
      ...(gold === undefined ? {} : { gold }),
      ...(row === undefined ? {} : { row }),
      ...(id === undefined ? {} : { id }),
      ...(taken.length === 0 ? {} : { resumed: taken.length }),
      ...(options.branch && { branch: options.branch }),
    };
    for (const record of taken) {
      rounds.push(record);
      yield { type: 'round', record };
    }
    end = yield* search(models, problem, settings, rounds, options.signal);
  } catch (error) {
    end = endOf(error, options.signal);
  }
  yield finishedEvent(rounds, problem, end);
}

function takenOver({ rounds = [], branch }: SearchOptions, settings: SearchSettings): RoundRecord[] {
  if (branch === undefined) return [...rounds];
  const steps = rounds.filter((record) => record.kind === 'step');
  if (steps.length !== rounds.length || settings.beams > 1) throw new StepscopeError('unsupported', 'Another candidate can be chosen in a search that follows one path of steps: whole solutions and beams have none.');
  return [...steps.slice(0, branch.round), branchRound(steps, branch, settings)];
}

async function* search(models: SearchModels, problem: SearchProblem, settings: SearchSettings, rounds: RoundRecord[], signal: AbortSignal | undefined): AsyncGenerator<SearchEvent, Pick<RunEnd, 'reason' | 'message'>> {
  const whole = writesSolutions(settings);
  let solver: Solver | undefined;
  while (true) {
    const steps = rounds.filter((record) => record.kind === 'step');
    const check = checkSolution(steps, settings);
    if (check) yield check;
    const next = whole ? (rounds.length === 0 ? 'solutions' : undefined) : nextRound(steps, settings, models.verifier?.info.name ?? 'The verifier');
    if (next === undefined) return whole ? wholeEnd(rounds) : { reason: 'done' };
    if (next !== 'solutions' && 'stuck' in next) return { reason: 'failed', message: next.stuck };
    const spent = spentBudget(rounds, settings);
    if (spent !== undefined) return { reason: 'budget', message: spent };
    signal?.throwIfAborted();
    if (solver === undefined) {
      const opened = await openSolver(models, problem, settings, signal);
      if (opened.note !== undefined) yield { type: 'note', message: opened.note };
      solver = opened.solver;
    }
    for await (const event of next === 'solutions' ? solutionRound(solver) : stepRound(solver, next)) {
      if (event.type === 'round') rounds.push(event.record);
      yield event;
    }
  }
}

async function openSolver({ policy, verifier, scores }: SearchModels, { question }: SearchProblem, settings: SearchSettings, signal: AbortSignal | undefined): Promise<{ readonly solver: Solver; readonly note?: string }> {
  if (question.trim() === '') throw new StepscopeError('unsupported', 'The question is empty: there is nothing to solve.');
  if (policy === undefined) throw new StepscopeError('model-missing', 'No policy is chosen: choose the model that writes the steps.');
  if (judges(settings.strategy) && verifier === undefined) throw new StepscopeError('model-missing', `No verifier is chosen: ${settings.strategy} needs a model that judges the steps. Majority voting and plain sampling need none.`);
  const { prompt, ...more } = await policyPrompt(policy, question, settings.policy, signal);
  // A strategy that judges nothing never asks its judge.
  const judge: Judge = { verifier: verifier ?? policy, settings: settings.verifier, scores };
  return { solver: { policy, judge, question, prompt, settings, signal }, ...more };
}

/** One sentence where a limit is reached. */
function spentBudget(rounds: readonly RoundRecord[], { budget }: SearchSettings): string | undefined {
  const { policyTokens, verifierTokens, seconds } = totalsOf(rounds);
  const tokens = policyTokens + verifierTokens;
  if (rounds.length >= budget.rounds) {
    const last = rounds.at(-1);
    const why = last?.kind === 'step' && last.rule === 'none-left' ? ` In the last one ${whyNoneLeft(last)}` : '';
    return `The budget of ${budget.rounds} rounds is spent.${why}`;
  }
  if (budget.tokens !== undefined && tokens >= budget.tokens) return `The budget of ${budget.tokens} tokens is spent: ${policyTokens} by the policy, ${verifierTokens} by the verifier.`;
  if (budget.seconds !== undefined && seconds >= budget.seconds) return `The budget of ${budget.seconds} seconds is spent.`;
  return undefined;
}

function wholeEnd(rounds: readonly RoundRecord[]): Pick<RunEnd, 'reason' | 'message'> {
  const [record] = rounds;
  if (record?.chosen !== undefined) return { reason: 'done' };
  const why = record?.kind === 'solution' && record.rule === 'unscored' ? 'the verifier gave no solution a score for each of its steps' : 'no solution came to its end within the limit of tokens';
  return { reason: 'failed', message: `Nothing could be chosen: ${why}.` };
}

function endOf(error: unknown, signal: AbortSignal | undefined): Pick<RunEnd, 'reason' | 'message'> {
  if (signal?.aborted === true || (error instanceof StepscopeError && error.reason === 'aborted')) return { reason: 'cancelled' };
  return { reason: 'failed', message: errorText(error) };
}

/** The last event of a search, from its rounds. */
export function finishedEvent(rounds: readonly RoundRecord[], { gold }: SearchProblem, end: Pick<RunEnd, 'reason' | 'message'>): SearchFinished {
  const { path, steps, response } = solutionOf(rounds);
  const answer = finalAnswer(response);
  return {
    type: 'finished',
    ...end,
    ...totalsOf(rounds),
    path,
    steps,
    response,
    ...(answer === undefined ? {} : { answer }),
    ...(gold === undefined ? {} : { correct: answer !== undefined && sameAnswer(answer, gold) }),
  };
}

/** What the rounds arrived at. */
function solutionOf(rounds: readonly RoundRecord[]): Pick<SearchFinished, 'path' | 'steps' | 'response'> {
  const [first] = rounds;
  if (first?.kind === 'solution') {
    const chosen = first.chosen === undefined ? undefined : first.candidates[first.chosen];
    return chosen === undefined ? { path: [], steps: [], response: '' } : { path: [{ round: 0, candidate: chosen.index }], steps: chosen.steps, response: chosen.text };
  }
  const path = bestPath(rounds.filter((record): record is StepRound => record.kind === 'step'));
  if (path === undefined) return { path: [], steps: [], response: '' };
  return { path: path.refs, steps: path.candidates.map(({ step }) => step), response: pathText(path) };
}
