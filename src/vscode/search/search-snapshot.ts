import { t } from '@vscode/l10n';
import type { Candidate, SearchTotals } from '../../core/search/events.ts';
import { laneOfReplay } from '../../core/search/picture/lane-replay.ts';
import { layoutLane } from '../../core/search/picture/lane-layout.ts';
import { lanePicture, laneSvg, stackedLanes, standalone } from '../../core/search/picture/lane-picture.ts';
import { laneOf, type LaneRound } from '../../core/search/picture/lane.ts';
import { proportion } from '../../core/metrics/statistics.ts';
import { svgText } from '../../core/picture/svg.ts';
import { replay, type Replay } from '../../core/search/replay.ts';
import { judges, type ControllerSettings, type SearchSettings } from '../../core/search/settings.ts';
import { totalsOf } from '../../core/search/totals.ts';
import type { CandidateRow, Fact, SearchSnapshot, WhatIf } from '../../protocol/search-view.ts';
import { count, firstWords } from '../wording.ts';
import { stepRounds, type SearchProblemState, type SearchState } from './search-state.ts';

/** What the *Search* panel shows of a problem of a search. `whatIf`: settings to replay it under. */
export function searchSnapshot(state: SearchState, index: number, whatIf: ControllerSettings | undefined): SearchSnapshot | undefined {
  const problem = state.problems[index];
  if (problem === undefined) return undefined;
  const { header } = state;
  const replayed = whatIf === undefined ? undefined : replayOf(problem, header.settings, whatIf);
  const lane = searchLane(state, index, whatIf);
  const thresholds = whatIf?.thresholds ?? header.settings.thresholds;
  return {
    id: header.id,
    title: header.title,
    question: problem.started.question,
    status: statusOf(state, problem),
    ...(state.problems.length > 1 && { overall: overallOf(state) }),
    busy: state.running !== undefined,
    resumable: state.running === undefined && state.end?.reason !== 'done' && problem.started.imported === undefined,
    hasTrace: problem.rounds.some((record) => record.kind === 'solution' || record.accepted),
    notes: problem.notes,
    facts: factsOf(state, problem),
    settings: problem.started.imported === undefined ? settingsOf(state) : [],
    problems: state.problems.map((one, at) => `${problemName(one, at)}${one.finished === undefined ? ' …' : one.finished.correct === undefined ? ` ${reasonWord(one.finished.reason)}` : one.finished.correct ? ' ✓' : ' ✗'}: ${firstWords(one.started.question, 10)}`),
    problem: index,
    picture: lanePicture(layoutLane(lane), thresholds),
    label: replayed === undefined ? t('{0} of {1}', count(lane.length, 'round'), header.settings.strategy) : t('{0} of {1}, replayed under other settings', count(lane.length, 'round'), header.settings.strategy),
    rows: lane.flatMap((round) => rowsOf(round, problem)),
    whatIf: whatIfOf(state, problem, whatIf, replayed),
  };
}

/** The lane as it is shown. */
export function searchLane(state: SearchState, index: number, whatIf: ControllerSettings | undefined): LaneRound[] {
  const { settings } = state.header;
  const problem = state.problems[index];
  if (problem === undefined) return [];
  const lane = whatIf === undefined
    ? laneOf(problem.rounds, problem.going, settings.thresholds, settings.aggregate)
    : laneOfReplay(stepRounds(problem.rounds), replayOf(problem, settings, whatIf), { ...settings, ...whatIf });
  return problem.started.imported === undefined ? lane : lane.map((round) => ({ ...round, costKnown: false as const }));
}

/** The pictures of all problems as a file, one under the other. */
export function searchSvg(state: SearchState): string {
  const { title, settings } = state.header;
  const pictures = state.problems.map((_, index) => lanePicture(layoutLane(searchLane(state, index, undefined)), settings.thresholds));
  const label = `${title}: ${settings.strategy}`;
  const [only] = pictures;
  return svgText(standalone(pictures.length === 1 && only !== undefined ? laneSvg(only, label) : stackedLanes(pictures, state.problems.map((problem, at) => `${problemName(problem, at)}: ${firstWords(problem.started.question, 16)}`), label)));
}

/** What lists call a problem. */
export function problemName({ started }: Pick<SearchProblemState, 'started'>, at: number): string {
  return started.id ?? (started.row === undefined ? t('problem {0}', at + 1) : t('row {0}', started.row));
}

/** How a problem, or a search, has ended. */
function reasonWord(reason: NonNullable<SearchProblemState['finished']>['reason']): string {
  switch (reason) {
    case 'done':
      return t('done');
    case 'budget':
      return t('budget');
    case 'failed':
      return t('failed');
    case 'cancelled':
      return t('cancelled');
  }
}

/** `12 of 20 problems ended, 9 of 12 correct (75 % [47, 91]): 10 done, 1 budget, 1 failed.` */
function overallOf({ problems }: SearchState): string {
  const ends = problems.flatMap(({ finished }) => finished ?? []);
  const judged = ends.filter(({ correct }) => correct !== undefined);
  const accuracy = proportion(judged.filter(({ correct }) => correct === true).length, judged.length);
  const percent = (value: number): string => (100 * value).toFixed(0);
  const reasons = (['done', 'budget', 'failed', 'cancelled'] as const).flatMap((reason) => {
    const such = ends.filter((end) => end.reason === reason).length;
    return such === 0 ? [] : [`${such} ${reasonWord(reason)}`];
  });
  const ended = t('{0} of {1} problems ended', ends.length, problems.length);
  const right = accuracy === undefined ? [] : [t('{0} of {1} correct ({2} % [{3}, {4}], 95 % Wilson)', judged.filter(({ correct }) => correct === true).length, accuracy.n, percent(accuracy.value), percent(accuracy.low), percent(accuracy.high))];
  return `${[ended, ...right].join(', ')}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}.`;
}

export function replayOf({ rounds }: SearchProblemState, settings: SearchSettings, whatIf: ControllerSettings): Replay {
  return replay(stepRounds(rounds), { ...settings, ...whatIf });
}

function statusOf(state: SearchState, { finished, going, rounds }: SearchProblemState): string {
  const { running, end } = state;
  if (finished !== undefined) {
    const { reason, message, steps, answer, correct } = finished;
    const answered = answer === undefined ? t('no answer stated') : [t('answer {0}', answer), ...(correct === undefined ? [] : [correct ? t('correct') : t('not correct')])].join(', ');
    const found = `${count(steps.length, 'step')}, ${answered}`;
    if (reason === 'done') return t('Done: {0}.', found);
    if (reason === 'cancelled') return t('Cancelled after {0}: {1}.', count(rounds.length, 'round'), found);
    const why = message ?? t('no reason is known.');
    return reason === 'budget' ? t('Stopped: {0} {1} so far.', why, found) : t('Failed: {0} {1} so far.', why, found);
  }
  if (running === 'opening') return t('Opening the models…');
  if (running === 'searching') {
    if (going === undefined) return rounds.length === 0 ? t('Waiting for its turn…') : t('{0} done.', count(rounds.length, 'round'));
    const judged = going.candidates.filter((candidate) => candidate.kind === 'step' && candidate.score !== undefined).length;
    return t('Round {0}, step {1}: {2} of {3} candidates written, {4} judged.', going.round + 1, going.step + 1, going.candidates.length, going.width, judged);
  }
  return end?.message ?? t('Cut off after {0}: the editor was closed, or the run was cancelled before.', count(rounds.length, 'round'));
}

function modelText({ header }: SearchState, role: 'policy' | 'verifier'): string {
  const info = header.models.find((one) => one.role === role)?.info;
  return info === undefined ? t('not opened') : `${info.name}${info.weights ? ` (${info.weights})` : ''}`;
}

function factsOf(state: SearchState, { started, rounds }: SearchProblemState): Fact[] {
  const { settings } = state.header;
  const imported = started.imported !== undefined;
  return facts([
    ...costFacts(totalsOf(rounds), started.imported),
    ...(started.gold === undefined ? [] : [[t('Gold answer'), started.gold] as const]),
    [t('Strategy'), settings.strategy],
    ...(imported ? [] : [[t('Policy'), modelText(state, 'policy')] as const]),
    ...(imported || !judges(settings.strategy) ? [] : [[t('Verifier'), `${modelText(state, 'verifier')}, ${settings.verifier.mode === 'direct' ? t('direct') : `K = ${settings.verifier.k}`}`] as const]),
    ...(imported ? [[t('Recorded in'), started.imported] as const] : [[t('Seed'), started.row === undefined ? String(settings.seed) : t('{0} + row {1}', settings.seed, started.row)] as const]),
    ...(started.branch === undefined ? [] : [[t('Branch'), t('candidate {0} of round {1}', started.branch.candidate + 1, started.branch.round + 1)] as const]),
  ]);
}

/** All that the search was told, apart from what factsOf names. */
function settingsOf({ header }: SearchState): Fact[] {
  const { strategy, policy, verifier, thresholds, budget, penalty, initialMode, widths, samples, beams, aggregate } = header.settings;
  return facts([
    [t('Thresholds'), `good ${thresholds.good}, low ${thresholds.low}, bad ${thresholds.bad}`],
    [t('Penalty'), penalty],
    [t('Initial mode'), initialMode],
    [t('Widths'), `simple ${widths.simple}, medium ${widths.medium}, complex ${widths.complex}`],
    ...(strategy === 'pats' ? [] : [[t('Samples'), String(samples)] as const, [t('Aggregate'), aggregate] as const]),
    [t('Beams'), String(beams)],
    [t('Policy'), [
      t('temperature {0}, top-p {1}', policy.temperature, policy.topP),
      t('{0} prompt', policy.prompt),
      ...(policy.system === undefined ? [] : [t('system turn "{0}"', policy.system)]),
      t('at most {0} tokens a step and {1} a whole solution', policy.maxStepTokens, policy.maxSolutionTokens),
    ].join(', ')],
    [t('Verifier'), [
      verifier.k === 1 || verifier.mode === 'direct' ? t('greedy') : t('temperature {0}, top-p {1}, seed {2}', verifier.temperature, verifier.topP, verifier.seed),
      t('{0} prompt', verifier.prompt),
      t('at most {0} tokens', verifier.maxNewTokens),
    ].join(', ')],
    [t('Budget'), [count(budget.rounds, 'round'), ...(budget.tokens === undefined ? [] : [t('{0} tokens', budget.tokens)]), ...(budget.seconds === undefined ? [] : [t('{0} s', budget.seconds)])].join(', ')],
    [t('Started'), header.started.slice(0, 16).replace('T', ' ')],
  ]);
}

function facts(pairs: readonly (readonly [string, string])[]): Fact[] {
  return pairs.map(([name, value]) => ({ name, value }));
}

function costFacts(totals: SearchTotals, imported: string | undefined): (readonly [string, string])[] {
  if (imported !== undefined) return [[t('Rounds'), modesText(totals)], [t('Tokens'), t('not in the file')]];
  return [[t('Rounds'), modesText(totals)], [t('Tokens'), t('{0} policy + {1} verifier', totals.policyTokens, totals.verifierTokens)], [t('Time'), t('{0} s', totals.seconds.toFixed(1))]];
}

/** `9: 4 simple, 3 medium, 2 complex`. */
function modesText({ rounds, modes }: SearchTotals): string {
  const shares = (['simple', 'medium', 'complex'] as const).flatMap((mode) => (modes[mode] === 0 ? [] : [`${modes[mode]} ${mode}`]));
  return shares.length === 0 ? String(rounds) : `${rounds}: ${shares.join(', ')}`;
}

function rowsOf(round: LaneRound, { rounds, going }: SearchProblemState): CandidateRow[] {
  const from: readonly Candidate[] = (round.recorded === undefined ? going : rounds[round.recorded])?.candidates ?? [];
  return round.candidates.map((candidate): CandidateRow => {
    const written = from[candidate.index];
    return {
      round: round.round,
      candidate: candidate.index,
      state: candidate.state,
      cells: {
        round: round.exact ? String(round.round + 1) : t('{0} (counterfactual)', round.round + 1),
        step: round.step === undefined ? '' : `${round.step + 1}${round.regeneration ? ' ↻' : ''}`,
        mode: round.mode ?? '',
        candidate: t('{0} of {1}', candidate.index + 1, round.candidates.length),
        score: candidate.score === undefined ? '' : candidate.value,
        state: [stateWords(candidate.state, round), candidate.state === 'dropped' ? candidate.value : '', candidate.final ? t('ends the solution') : ''].filter((part) => part !== '').join(', '),
        next: candidate.state === 'chosen' ? `${round.rule} ${round.next}`.trim() : '',
        policy: round.costKnown === false || written === undefined ? '' : String(written.tokens),
        verifier: round.costKnown === false || written === undefined ? '' : String(written.verifierTokens),
        text: written === undefined ? '' : firstWords(written.kind === 'step' ? written.step : written.text, 24),
      },
    };
  });
}

function stateWords(state: LaneRound['candidates'][number]['state'], { outcome }: LaneRound): string {
  switch (state) {
    case 'chosen':
      return outcome === 'discarded' ? t('best, discarded') : t('chosen');
    case 'judged':
      return t('not chosen');
    case 'unscored':
      return t('no score');
    case 'waiting':
      return t('being judged');
    case 'unseen':
      return t('not sampled in this mode');
    case 'dropped':
      return t('dropped');
  }
}

function whatIfOf({ header: { settings }, running }: SearchState, { rounds, started }: SearchProblemState, whatIf: ControllerSettings | undefined, replayed: Replay | undefined): WhatIf | string {
  if (rounds.length === 0) return t('There is no round to replay yet.');
  if (running !== undefined) return t('A search can be replayed once it has ended.');
  if (settings.beams > 1 || stepRounds(rounds).length !== rounds.length || stepRounds(rounds).some(({ mode }) => mode === undefined)) return t('{0} has no thinking modes: there is nothing to replay under other thresholds.', settings.strategy);
  const recorded: ControllerSettings = { thresholds: settings.thresholds, penalty: settings.penalty, initialMode: settings.initialMode };
  const now = replayed ?? replayOf({ started, rounds, notes: [] }, settings, recorded);
  const firstChange = now.firstChange;
  const verdict = firstChange === undefined
    ? t('Nothing changes: all {0} would have been the same.', count(rounds.length, 'round'))
    : t('Exact up to round {0}, where the first decision changes. From round {1} on it is a counterfactual: it follows the recorded steps, which the policy might have written otherwise.', firstChange + 1, firstChange + 2);
  const tokens = (value: number): string => (started.imported === undefined ? String(value) : t('not known'));
  const share = (totals: SearchTotals, mode: 'simple' | 'medium' | 'complex'): string => `${totals.modes[mode]} (${Math.round((100 * totals.modes[mode]) / Math.max(1, totals.rounds))} %)`;
  const estimated = now.rounds.some((round) => round.estimated);
  const line = (name: string, of: (totals: SearchTotals) => string): WhatIf['comparison'][number] => ({ name, recorded: of(now.recorded), replayed: of(now.totals) });
  return {
    recorded,
    settings: whatIf ?? recorded,
    changed: whatIf !== undefined && JSON.stringify(whatIf) !== JSON.stringify(recorded),
    verdict: [
      ...(settings.strategy === 'pats' ? [] : [t('Recorded with {0}; read as if PATS had decided.', settings.strategy)]),
      verdict,
      ...(estimated && started.imported === undefined ? [t('Tokens of rounds with another width are estimated from the recorded candidates.')] : []),
    ].join(' '),
    comparison: [
      line(t('Rounds'), ({ rounds: all }) => String(all)),
      line(t('Policy tokens'), ({ policyTokens }) => tokens(policyTokens)),
      line(t('Verifier tokens'), ({ verifierTokens }) => tokens(verifierTokens)),
      line(t('Simple'), (totals) => share(totals, 'simple')),
      line(t('Medium'), (totals) => share(totals, 'medium')),
      line(t('Complex'), (totals) => share(totals, 'complex')),
    ],
  };
}

