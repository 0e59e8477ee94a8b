import { t } from '@vscode/l10n';
import type { Candidate, SolutionCandidate, StepCandidate } from '../../core/search/events.ts';
import { dropText } from '../../core/search/picture/rule-text.ts';
import type { Score } from '../../core/verifier/score.ts';
import type { CandidateDetail, Fact } from '../../protocol/search-view.ts';
import { visibleText } from '../../formats/visible-text.ts';
import { verdictWord } from '../score-text.ts';
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
    title: titleOf(t('Round {0}, candidate {1} of {2}', shown + 1, index + 1, of), record, index),
    facts: [...(candidate.kind === 'step' ? stepFacts(candidate) : solutionFacts(candidate)), ...(problem.started.imported === undefined ? costFacts(candidate) : [{ name: t('Tokens'), value: t('not in the file') }])],
    text: visibleText(candidate.text),
    analyses: candidate.kind === 'step' ? analysesOf(candidate.score, undefined) : candidate.scores.flatMap((score, step) => analysesOf(score, step)),
    ...(noBranch !== undefined && { noBranch }),
  };
}

function titleOf(place: string, record: SearchProblemState['rounds'][number] | undefined, index: number): string {
  if (record?.chosen !== index) return place;
  return record.kind === 'step' && !record.accepted ? t('{0}: best, but discarded', place) : t('{0}: chosen', place);
}

function stepFacts(candidate: StepCandidate): Fact[] {
  const { score, final, answer } = candidate;
  return [
    ...dropFacts(candidate),
    ...(score === undefined ? [] : [
      { name: t('Soft score'), value: `${number(score.pYes)}${score.spread === undefined ? '' : ` ± ${probability(score.spread)}`}` },
      { name: t('Hard score'), value: number(score.hard) },
      { name: t('Analyses'), value: score.unparsed === 0 ? String(score.samples.length) : `${score.samples.length}, ${t('{0} without a verdict', score.unparsed)}` },
    ]),
    ...(candidate.givenScore === undefined ? [] : [{ name: t('Score in the file'), value: String(candidate.givenScore) }]),
    ...(final ? [{ name: t('Ends the solution'), value: answer === undefined ? t('without a boxed answer') : t('answer {0}', answer) }] : []),
  ];
}

function solutionFacts(candidate: SolutionCandidate): Fact[] {
  return [
    ...dropFacts(candidate),
    ...Object.entries(candidate.aggregates).map(([name, value]) => ({ name: t('Scores, {0}', name), value: number(value) })),
    { name: t('Steps'), value: String(candidate.steps.length) },
    { name: t('Answer'), value: candidate.answer ?? t('no boxed answer') },
  ];
}

function dropFacts(candidate: Candidate): Fact[] {
  const out = dropText(candidate);
  return [...(out === undefined ? [] : [{ name: t('Dropped'), value: out }]), ...(candidate.message === undefined ? [] : [{ name: t('Reason'), value: candidate.message }])];
}

function costFacts({ tokens, verifierTokens }: Candidate): Fact[] {
  return [{ name: t('Tokens'), value: t('{0} policy + {1} verifier', tokens, verifierTokens) }];
}

/** `step` is 0-based, of a whole solution. */
function analysesOf(score: Score | undefined, step: number | undefined): CandidateDetail['analyses'] {
  return (score?.samples ?? []).map(({ pYes, verdict, analysis, unread }, index) => ({
    title: `${step === undefined ? t('analysis {0}', index + 1) : t('Step {0}, analysis {1}', step + 1, index + 1)}: ${verdictWord(verdict)}, P(Yes) ${number(pYes)}`,
    text: analysis === '' ? (unread ?? t('Direct mode: there is no analysis.')) : visibleText(analysis),
  }));
}

function number(value: number | undefined): string {
  return value === undefined ? '–' : probability(value);
}

function whyNoBranch({ header, running }: SearchState, { rounds, started }: SearchProblemState, candidate: Candidate, round: number | undefined): string | undefined {
  if (running !== undefined) return t('The search goes on: wait for its end, or cancel it.');
  if (started.imported !== undefined) return t('The search was recorded by another program: its models are not known here.');
  if (round === undefined || header.settings.beams > 1 || stepRounds(rounds).length !== rounds.length) return t('Only a search that follows one path of steps can go on from another candidate.');
  if (candidate.dropped !== undefined) return t('It was dropped: it is no step to go on from.');
  const record = rounds[round];
  if (record?.kind === 'step' && record.accepted && record.chosen === candidate.index) return t('It was chosen: the search has gone on from it.');
  return undefined;
}
