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
    problems: state.problems.map((one, at) => `${problemName(one, at)}${one.finished === undefined ? ' …' : one.finished.correct === undefined ? ` ${one.finished.reason}` : one.finished.correct ? ' ✓' : ' ✗'}: ${firstWords(one.started.question, 10)}`),
    problem: index,
    picture: lanePicture(layoutLane(lane), thresholds),
    label: `${count(lane.length, 'round')} of ${header.settings.strategy}${replayed === undefined ? '' : ', replayed under other settings'}`,
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
  return started.id ?? (started.row === undefined ? `problem ${at + 1}` : `row ${started.row}`);
}

/** `12 of 20 problems ended, 9 of 12 correct (75 % [47, 91]): 10 done, 1 budget, 1 failed.` */
function overallOf({ problems }: SearchState): string {
  const ends = problems.flatMap(({ finished }) => finished ?? []);
  const judged = ends.filter(({ correct }) => correct !== undefined);
  const accuracy = proportion(judged.filter(({ correct }) => correct === true).length, judged.length);
  const percent = (value: number): string => (100 * value).toFixed(0);
  const reasons = (['done', 'budget', 'failed', 'cancelled'] as const).flatMap((reason) => {
    const such = ends.filter((end) => end.reason === reason).length;
    return such === 0 ? [] : [`${such} ${reason}`];
  });
  const right = accuracy === undefined ? '' : `, ${judged.filter(({ correct }) => correct === true).length} of ${accuracy.n} correct (${percent(accuracy.value)} % [${percent(accuracy.low)}, ${percent(accuracy.high)}], 95 % Wilson)`;
  return `${ends.length} of ${problems.length} problems ended${right}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}.`;
}

export function replayOf({ rounds }: SearchProblemState, settings: SearchSettings, whatIf: ControllerSettings): Replay {
  return replay(stepRounds(rounds), { ...settings, ...whatIf });
}

function statusOf(state: SearchState, { finished, going, rounds }: SearchProblemState): string {
  const { running, end } = state;
  if (finished !== undefined) {
    const { reason, message, steps, answer, correct } = finished;
    const answered = answer === undefined ? 'no answer stated' : `answer ${answer}${correct === undefined ? '' : correct ? ', correct' : ', not correct'}`;
    const found = `${count(steps.length, 'step')}, ${answered}`;
    if (reason === 'done') return `Done: ${found}.`;
    if (reason === 'cancelled') return `Cancelled after ${count(rounds.length, 'round')}: ${found}.`;
    return `${reason === 'budget' ? 'Stopped' : 'Failed'}: ${message ?? 'no reason is known.'} ${found} so far.`;
  }
  if (running === 'opening') return 'Opening the models…';
  if (running === 'searching') {
    if (going === undefined) return rounds.length === 0 ? 'Waiting for its turn…' : `${count(rounds.length, 'round')} done.`;
    const judged = going.candidates.filter((candidate) => candidate.kind === 'step' && candidate.score !== undefined).length;
    return `Round ${going.round + 1}, step ${going.step + 1}: ${going.candidates.length} of ${going.width} candidates written, ${judged} judged.`;
  }
  return end?.message ?? `Cut off after ${count(rounds.length, 'round')}: the editor was closed, or the run was cancelled before.`;
}

function modelText({ header }: SearchState, role: 'policy' | 'verifier'): string {
  const info = header.models.find((one) => one.role === role)?.info;
  return info === undefined ? 'not opened' : `${info.name}${info.weights ? ` (${info.weights})` : ''}`;
}

function factsOf(state: SearchState, { started, rounds }: SearchProblemState): Fact[] {
  const { settings } = state.header;
  const imported = started.imported !== undefined;
  return facts([
    ...costFacts(totalsOf(rounds), started.imported),
    ...(started.gold === undefined ? [] : [['Gold answer', started.gold] as const]),
    ['Strategy', settings.strategy],
    ...(imported ? [] : [['Policy', modelText(state, 'policy')] as const]),
    ...(imported || !judges(settings.strategy) ? [] : [['Verifier', `${modelText(state, 'verifier')}, ${settings.verifier.mode === 'direct' ? 'direct' : `K = ${settings.verifier.k}`}`] as const]),
    ...(imported ? [['Recorded in', started.imported] as const] : [['Seed', `${settings.seed}${started.row === undefined ? '' : ` + row ${started.row}`}`] as const]),
    ...(started.branch === undefined ? [] : [['Branch', `candidate ${started.branch.candidate + 1} of round ${started.branch.round + 1}`] as const]),
  ]);
}

/** All that the search was told, apart from what factsOf names. */
function settingsOf({ header }: SearchState): Fact[] {
  const { strategy, policy, verifier, thresholds, budget, penalty, initialMode, widths, samples, beams, aggregate } = header.settings;
  return facts([
    ['Thresholds', `good ${thresholds.good}, low ${thresholds.low}, bad ${thresholds.bad}`],
    ['Penalty', penalty],
    ['Initial mode', initialMode],
    ['Widths', `simple ${widths.simple}, medium ${widths.medium}, complex ${widths.complex}`],
    ...(strategy === 'pats' ? [] : [['Samples', String(samples)] as const, ['Aggregate', aggregate] as const]),
    ['Beams', String(beams)],
    ['Policy', `temperature ${policy.temperature}, top-p ${policy.topP}, ${policy.prompt} prompt${policy.system === undefined ? '' : `, system turn "${policy.system}"`}, at most ${policy.maxStepTokens} tokens a step and ${policy.maxSolutionTokens} a whole solution`],
    ['Verifier', `${verifier.k === 1 || verifier.mode === 'direct' ? 'greedy' : `temperature ${verifier.temperature}, top-p ${verifier.topP}, seed ${verifier.seed}`}, ${verifier.prompt} prompt, at most ${verifier.maxNewTokens} tokens`],
    ['Budget', `${count(budget.rounds, 'round')}${budget.tokens === undefined ? '' : `, ${budget.tokens} tokens`}${budget.seconds === undefined ? '' : `, ${budget.seconds} s`}`],
    ['Started', header.started.slice(0, 16).replace('T', ' ')],
  ]);
}

function facts(pairs: readonly (readonly [string, string])[]): Fact[] {
  return pairs.map(([name, value]) => ({ name, value }));
}

function costFacts(totals: SearchTotals, imported: string | undefined): (readonly [string, string])[] {
  if (imported !== undefined) return [['Rounds', modesText(totals)], ['Tokens', 'not in the file']];
  return [['Rounds', modesText(totals)], ['Tokens', `${totals.policyTokens} policy + ${totals.verifierTokens} verifier`], ['Time', `${totals.seconds.toFixed(1)} s`]];
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
        round: `${round.round + 1}${round.exact ? '' : ' (counterfactual)'}`,
        step: round.step === undefined ? '' : `${round.step + 1}${round.regeneration ? ' ↻' : ''}`,
        mode: round.mode ?? '',
        candidate: `${candidate.index + 1} of ${round.candidates.length}`,
        score: candidate.score === undefined ? '' : candidate.value,
        state: [stateWords(candidate.state, round), candidate.state === 'dropped' ? candidate.value : '', candidate.final ? 'ends the solution' : ''].filter((part) => part !== '').join(', '),
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
      return outcome === 'discarded' ? 'best, discarded' : 'chosen';
    case 'judged':
      return 'not chosen';
    case 'unscored':
      return 'no score';
    case 'waiting':
      return 'being judged';
    case 'unseen':
      return 'not sampled in this mode';
    case 'dropped':
      return 'dropped';
  }
}

function whatIfOf({ header: { settings }, running }: SearchState, { rounds, started }: SearchProblemState, whatIf: ControllerSettings | undefined, replayed: Replay | undefined): WhatIf | string {
  if (rounds.length === 0) return 'There is no round to replay yet.';
  if (running !== undefined) return 'A search can be replayed once it has ended.';
  if (settings.beams > 1 || stepRounds(rounds).length !== rounds.length || stepRounds(rounds).some(({ mode }) => mode === undefined)) return `${settings.strategy} has no thinking modes: there is nothing to replay under other thresholds.`;
  const recorded: ControllerSettings = { thresholds: settings.thresholds, penalty: settings.penalty, initialMode: settings.initialMode };
  const now = replayed ?? replayOf({ started, rounds, notes: [] }, settings, recorded);
  const firstChange = now.firstChange;
  const verdict = firstChange === undefined
    ? `Nothing changes: all ${count(rounds.length, 'round')} would have been the same.`
    : `Exact up to round ${firstChange + 1}, where the first decision changes. From round ${firstChange + 2} on it is a counterfactual: it follows the recorded steps, which the policy might have written otherwise.`;
  const tokens = (value: number): string => (started.imported === undefined ? String(value) : 'not known');
  const share = (totals: SearchTotals, mode: 'simple' | 'medium' | 'complex'): string => `${totals.modes[mode]} (${Math.round((100 * totals.modes[mode]) / Math.max(1, totals.rounds))} %)`;
  const estimated = now.rounds.some((round) => round.estimated);
  const line = (name: string, of: (totals: SearchTotals) => string): WhatIf['comparison'][number] => ({ name, recorded: of(now.recorded), replayed: of(now.totals) });
  return {
    recorded,
    settings: whatIf ?? recorded,
    changed: whatIf !== undefined && JSON.stringify(whatIf) !== JSON.stringify(recorded),
    verdict: `${settings.strategy === 'pats' ? '' : `Recorded with ${settings.strategy}; read as if PATS had decided. `}${verdict}${estimated && started.imported === undefined ? ' Tokens of rounds with another width are estimated from the recorded candidates.' : ''}`,
    comparison: [
      line('Rounds', ({ rounds: all }) => String(all)),
      line('Policy tokens', ({ policyTokens }) => tokens(policyTokens)),
      line('Verifier tokens', ({ verifierTokens }) => tokens(verifierTokens)),
      line('Simple', (totals) => share(totals, 'simple')),
      line('Medium', (totals) => share(totals, 'medium')),
      line('Complex', (totals) => share(totals, 'complex')),
    ],
  };
}

