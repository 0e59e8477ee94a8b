import type { Candidate, SolutionCandidate, StepCandidate } from '../../core/search/events.ts';
import { dropText } from '../../core/search/picture/rule-text.ts';
import type { Score } from '../../core/verifier/score.ts';
import type { CandidateDetail, Fact } from '../../protocol/search-view.ts';
import { probability } from '../wording.ts';
import { stepRounds, type SearchProblemState, type SearchState } from './search-state.ts';

/** All of a candidate: its text and analyses. `round` is the round of the log; undefined for what is going on; `shown` its place in the lane. */
export function candidateDetail(state: SearchState, problem: SearchProblemState, shown: number, round: number | undefined, index: number): CandidateDetail | undefined {
  const record = round === undefined ? undefined : problem.rounds[round];
  const candidate: Candidate | undefined = round === undefined ? problem.going?.candidates[index] : record?.candidates[index];
  if (candidate === undefined) return undefined;
  const of = record?.candidates.length ?? problem.going?.width ?? 0;
  const noBranch = whyNoBranch(state, problem, candidate, round);
  return {
    round: shown,
    candidate: index,
    title: `Round ${shown + 1}, candidate ${index + 1} of ${of}${record?.chosen === index ? (record.kind === 'step' && !record.accepted ? ': best, but discarded' : ': chosen') : ''}`,
    facts: [...(candidate.kind === 'step' ? stepFacts(candidate) : solutionFacts(candidate)), ...(problem.started.imported === undefined ? costFacts(candidate) : [{ name: 'Tokens', value: 'not in the file' }])],
    text: candidate.text,
    analyses: candidate.kind === 'step' ? analysesOf(candidate.score, '') : candidate.scores.flatMap((score, step) => analysesOf(score, `Step ${step + 1}, `)),
    ...(noBranch !== undefined && { noBranch }),
  };
}

function stepFacts(candidate: StepCandidate): Fact[] {
  const { score, final, answer } = candidate;
  return [
    ...dropFacts(candidate),
    ...(score === undefined ? [] : [
      { name: 'Soft score', value: `${number(score.pYes)}${score.spread === undefined ? '' : ` ± ${probability(score.spread)}`}` },
      { name: 'Hard score', value: number(score.hard) },
      { name: 'Analyses', value: `${score.samples.length}${score.unparsed === 0 ? '' : `, ${score.unparsed} without a verdict`}` },
    ]),
    ...(candidate.givenScore === undefined ? [] : [{ name: 'Score in the file', value: String(candidate.givenScore) }]),
    ...(final ? [{ name: 'Ends the solution', value: answer === undefined ? 'without a boxed answer' : `answer ${answer}` }] : []),
  ];
}

function solutionFacts(candidate: SolutionCandidate): Fact[] {
  return [
    ...dropFacts(candidate),
    ...Object.entries(candidate.aggregates).map(([name, value]) => ({ name: `Scores, ${name}`, value: number(value) })),
    { name: 'Steps', value: String(candidate.steps.length) },
    { name: 'Answer', value: candidate.answer ?? 'no boxed answer' },
  ];
}

function dropFacts(candidate: Candidate): Fact[] {
  const out = dropText(candidate);
  return [...(out === undefined ? [] : [{ name: 'Dropped', value: out }]), ...(candidate.message === undefined ? [] : [{ name: 'Reason', value: candidate.message }])];
}

function costFacts({ tokens, verifierTokens }: Candidate): Fact[] {
  return [{ name: 'Tokens', value: `${tokens} policy + ${verifierTokens} verifier` }];
}

function analysesOf(score: Score | undefined, before: string): CandidateDetail['analyses'] {
  return (score?.samples ?? []).map(({ pYes, verdict, analysis, unread }, index) => ({
    title: `${before}analysis ${index + 1}: ${verdict === undefined ? 'no verdict' : `verdict ${verdict}`}, P(Yes) ${number(pYes)}`,
    text: analysis === '' ? (unread ?? 'Direct mode: there is no analysis.') : analysis,
  }));
}

function number(value: number | undefined): string {
  return value === undefined ? '–' : probability(value);
}

function whyNoBranch({ header, running }: SearchState, { rounds, started }: SearchProblemState, candidate: Candidate, round: number | undefined): string | undefined {
  if (running !== undefined) return 'The search goes on: wait for its end, or cancel it.';
  if (started.imported !== undefined) return 'The search was recorded by another program: its models are not known here.';
  if (round === undefined || header.settings.beams > 1 || stepRounds(rounds).length !== rounds.length) return 'Only a search that follows one path of steps can go on from another candidate.';
  if (candidate.dropped !== undefined) return 'It was dropped: it is no step to go on from.';
  const record = rounds[round];
  if (record?.kind === 'step' && record.accepted && record.chosen === candidate.index) return 'It was chosen: the search has gone on from it.';
  return undefined;
}
