import type { RunEnd, RunHeader } from '../../core/run/run.ts';
import type { LoggedSearchEvent, RoundRecord, SearchStarted, StepRound } from '../../core/search/events.ts';
import type { GoingRound } from '../../core/search/picture/lane.ts';
import type { SearchSettings } from '../../core/search/settings.ts';
import type { LoggedProblem } from '../../formats/runs/search-log.ts';
import { count, english } from '../wording.ts';

/** A problem of a search, and the round that goes on, where one does. */
export interface SearchProblemState extends LoggedProblem {
  readonly going?: GoingRound;
}

/** All that is known of a search, while it runs and afterwards. */
export interface SearchState {
  readonly header: RunHeader<SearchSettings>;
  readonly problems: readonly SearchProblemState[];
  readonly end?: RunEnd;
  /** What it does at the moment; absent where it does not run. */
  readonly running?: 'opening' | 'searching';
}

type Mutable = { -readonly [Key in keyof SearchProblemState]: SearchProblemState[Key] } & { rounds: RoundRecord[]; notes: string[] };

/** The problems of a search that runs. Reading a log gives the same from the events that it keeps. */
export interface LiveProblems {
  readonly problems: readonly SearchProblemState[];
  apply(event: LoggedSearchEvent): void;
}

export function liveProblems(begun: readonly SearchStarted[]): LiveProblems {
  const problems = begun.map((started): Mutable => ({ started, rounds: [], notes: [] }));
  return {
    problems,
    apply(event) {
      const problem = problems[event.problem];
      if (problem !== undefined) apply(problem, event);
    },
  };
}

function apply(problem: Mutable, event: LoggedSearchEvent): void {
  const { going } = problem;
  switch (event.type) {
    case 'started':
      problem.started = event;
      problem.rounds.length = 0;
      delete problem.finished;
      delete problem.going;
      return;
    case 'round-started':
      problem.going = { round: event.round, step: event.step, width: event.width, regeneration: event.regeneration, candidates: [], ...(event.mode !== undefined && { mode: event.mode }) };
      return;
    case 'candidate':
      if (going !== undefined) problem.going = { ...going, candidates: [...going.candidates, event.candidate].sort((one, other) => one.index - other.index) };
      return;
    case 'scored':
      if (going !== undefined) problem.going = { ...going, candidates: going.candidates.map((one) => (one.index === event.candidate && one.kind === 'step' && event.score !== undefined ? { ...one, score: event.score } : one)) };
      return;
    case 'round':
      delete problem.going;
      problem.rounds.push(event.record);
      return;
    case 'solution-check':
      return;
    case 'note':
      problem.notes.push(event.message);
      return;
    case 'finished':
      delete problem.going;
      problem.finished = event;
  }
}

/** Whether a log keeps the event: the others are previews of `round`. */
export function isLogged({ type }: LoggedSearchEvent): boolean {
  return type !== 'round-started' && type !== 'candidate' && type !== 'scored';
}

export function stepRounds(rounds: readonly RoundRecord[]): readonly StepRound[] {
  return rounds.filter((record) => record.kind === 'step');
}

/** The result in a few words, for lists. It is written into the log, so it is English in every language. */
export function headlineOf(problems: readonly SearchProblemState[]): string {
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) {
    const { finished, rounds } = only;
    const steps = finished?.steps.length ?? 0;
    const answer = finished?.answer === undefined ? 'no answer' : `answer ${finished.answer}${finished.correct === undefined ? '' : finished.correct ? ' ✓' : ' ✗'}`;
    return `${count(steps, 'step', english)}, ${answer}, ${count(rounds.length, 'round', english)}`;
  }
  const done = problems.filter(({ finished }) => finished?.reason === 'done').length;
  const judged = problems.filter(({ finished }) => finished?.correct !== undefined);
  const correct = judged.filter(({ finished }) => finished?.correct === true).length;
  return `${done} of ${problems.length} solved${judged.length === 0 ? '' : `, ${correct} of ${judged.length} correct`}`;
}
