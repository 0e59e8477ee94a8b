import type { StepCandidate, StepRound } from '../../core/search/events.ts';
import { valueOf } from '../../core/search/path.ts';
import { ruledOf } from '../../core/search/picture/lane.ts';
import { switchText } from '../../core/search/picture/rule-text.ts';
import { bestPath } from '../../core/search/step-search.ts';
import type { SearchRound } from '../../core/trace/search-round.ts';
import { splitThinking } from '../../core/trace/thinking.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import { stepsFromSpans } from '../../core/trace/steps.ts';
import type { Span, Trace, TraceSource } from '../../core/trace/trace.ts';
import type { Score } from '../../core/verifier/score.ts';
import { stepRounds, type SearchProblemState, type SearchState } from './search-state.ts';

/** A step of the solution: the text that the policy wrote for it, and what was judged of that text. */
interface Written {
  readonly text: string;
  readonly step: string;
  readonly score?: Score | undefined;
}

/** What a search has found of a problem as a trace with the search's own scores; undefined before its first step. */
export function searchTrace(state: SearchState, index: number): TraceRecord | undefined {
  const problem = state.problems[index];
  const written = problem === undefined ? [] : solutionOf(problem);
  if (problem === undefined || written.length === 0) return undefined;
  const { started } = problem;
  const source: TraceSource = { file: state.header.title, ...(state.problems.length > 1 && { row: started.row ?? index }), ...(started.id !== undefined && { id: started.id }) };
  const trace = traceOf(source, started.question, written);
  const rounds = stepRounds(problem.rounds).flatMap((record) => givenRound(record, state) ?? []);
  const gold = started.gold === undefined ? {} : { goldAnswer: { value: started.gold, field: 'gold', madeBy: 'unknown' as const } };
  return { trace: { ...trace, given: { ...gold, ...(rounds.length > 0 && { rounds }) } }, scores: written.map(({ score }) => score) };
}

function solutionOf({ rounds }: SearchProblemState): Written[] {
  const [first] = rounds;
  if (first?.kind === 'solution') {
    const chosen = first.chosen === undefined ? undefined : first.candidates[first.chosen];
    return (chosen?.steps ?? []).map((step, index) => ({ text: `${step}\n\n`, step, score: chosen?.scores[index] }));
  }
  return (bestPath(stepRounds(rounds))?.candidates ?? []).map(({ text, step, score }: StepCandidate) => ({ text, step, score }));
}

function traceOf(source: TraceSource, problem: string, written: readonly Written[]): Trace {
  const spans: Span[] = [];
  let response = '';
  for (const { text, step } of written) {
    const at = response.length + Math.max(0, text.indexOf(step));
    spans.push({ start: at, end: at + step.length });
    response += text;
  }
  const { answer } = splitThinking(response);
  const last = spans.at(-1)?.end ?? 0;
  return { source, problem, response, steps: stepsFromSpans(spans), stepsGiven: true, ...(answer !== undefined && answer.start >= last && { answer }) };
}

/** The round as traces carry it: what was sampled, what was taken, and why the mode changed. */
function givenRound(record: StepRound, { header }: SearchState): SearchRound | undefined {
  const { mode, nextMode, candidates, chosen, accepted, final } = record;
  if (mode === undefined) return undefined;
  const scored = candidates.map((candidate) => {
    const score = valueOf(candidate);
    return { text: candidate.step, ...(score !== undefined && { score }) };
  });
  const selected = chosen === undefined ? undefined : scored[chosen];
  return { mode, candidates: scored, ...(selected && { selected: { ...selected, accepted } }), nextMode: nextMode ?? mode, terminated: final, why: switchText(ruledOf(record), header.settings.thresholds) };
}
