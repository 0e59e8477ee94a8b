import type { ThinkingMode } from '../../trace/search-round.ts';
import type { Candidate, RoundRecord, SolutionRound, StepRound } from '../events.ts';
import type { Aggregate, Thresholds } from '../settings.ts';
import { valueOf } from '../path.ts';
import { bestScore, dropText, nextText, ruleText, scoreBeside, type Ruled } from './rule-text.ts';

/** A candidate as it is drawn. */
export interface LaneCandidate {
  /** Its number among the round's candidates, 0-based. */
  readonly index: number;
  /** `chosen`: the best; `waiting`: written, not judged yet; `unseen`: recorded, but the mode would not have sampled it. */
  readonly state: 'chosen' | 'judged' | 'unscored' | 'dropped' | 'waiting' | 'unseen';
  /** In [0, 1]: P(Yes), or the aggregate of a whole solution. */
  readonly score?: number;
  /** The score, or what stands for it: `same as 2`. */
  readonly value: string;
  /** It ends the solution. */
  readonly final: boolean;
  /** It goes on: the path leaves the round through it. */
  readonly kept: boolean;
}

/** A column of the lane: a round as it is drawn. */
export interface LaneRound {
  /** Position in the lane, 0-based. */
  readonly round: number;
  /** Round of the log that the candidates are from; absent for one that a replay made up. */
  readonly recorded?: number;
  /** 0-based step of the solution that it proposes; absent for whole solutions. */
  readonly step?: number;
  /** Solution switching: 1 for the second solution. */
  readonly attempt: number;
  readonly mode?: ThinkingMode;
  readonly width: number;
  readonly regeneration: boolean;
  readonly candidates: readonly LaneCandidate[];
  /** `going`: it is not decided yet. */
  readonly outcome: 'accepted' | 'discarded' | 'none' | 'going';
  readonly rule: string;
  readonly next: string;
  readonly policyTokens: number;
  readonly verifierTokens: number;
  /** False where the record has no tokens: another program's. */
  readonly costKnown?: false;
  /** The tokens are scaled from another width. */
  readonly estimated: boolean;
  /** False from the first change of a what-if on: nobody knows what would have been written. */
  readonly exact: boolean;
}

/** A round that goes on: what is known of it. */
export interface GoingRound {
  readonly round: number;
  readonly step: number;
  readonly mode?: ThinkingMode;
  readonly width: number;
  readonly regeneration: boolean;
  readonly candidates: readonly Candidate[];
}

/** The lane of a recorded search, and of the round that goes on. */
export function laneOf(rounds: readonly RoundRecord[], going: GoingRound | undefined, thresholds: Thresholds, aggregate: Aggregate): LaneRound[] {
  const lane = rounds.map((record, at) => (record.kind === 'step' ? stepColumn(record, at, thresholds) : solutionColumn(record, at, aggregate)));
  return going === undefined ? lane : [...lane, goingColumn(going, lane.length, thresholds)];
}

/** How a recorded round was decided, in the terms of the controller. */
export function ruledOf(record: StepRound): Ruled {
  const best = bestScore(record);
  const { rule, mode, nextMode, width, final } = record;
  return { rule, width, stop: final, ...(best !== undefined && { best }), ...(mode !== undefined && { mode }), ...(nextMode !== undefined && { nextMode }) };
}

export function stepColumn(record: StepRound, at: number, thresholds: Thresholds): LaneRound {
  const kept = new Set(record.kept.flatMap(({ round, candidate }) => (round === record.round ? [candidate] : [])));
  const ruled = ruledOf(record);
  return {
    round: at,
    recorded: record.round,
    step: record.step,
    attempt: record.attempt,
    ...(record.mode !== undefined && { mode: record.mode }),
    width: record.width,
    regeneration: record.regeneration,
    candidates: record.candidates.map((candidate) => laneCandidate(candidate, candidate.index === record.chosen, kept.has(candidate.index), thresholds)),
    outcome: record.accepted ? 'accepted' : record.chosen === undefined ? 'none' : 'discarded',
    rule: ruleText(ruled, thresholds),
    next: nextText(ruled),
    policyTokens: record.policyTokens,
    verifierTokens: record.verifierTokens,
    estimated: false,
    exact: true,
  };
}

function solutionColumn(record: SolutionRound, at: number, aggregate: Aggregate): LaneRound {
  const votes = new Map(record.votes.flatMap(({ candidates }) => candidates.map((index) => [index, candidates.length] as const)));
  return {
    round: at,
    recorded: record.round,
    attempt: 0,
    width: record.candidates.length,
    regeneration: false,
    candidates: record.candidates.map((candidate): LaneCandidate => {
      const out = dropText(candidate);
      const score = candidate.aggregates[aggregate];
      const chosen = candidate.index === record.chosen;
      const voted = votes.get(candidate.index);
      const value = out ?? (score !== undefined ? score.toFixed(2) : record.rule === 'majority' && voted !== undefined ? `${voted} votes` : record.rule === 'only' ? 'unjudged' : 'no score');
      return { index: candidate.index, state: out !== undefined ? 'dropped' : chosen ? 'chosen' : score === undefined && voted === undefined ? 'unscored' : 'judged', ...(score !== undefined && { score }), value, final: true, kept: chosen };
    }),
    outcome: record.chosen === undefined ? 'none' : 'accepted',
    rule: record.rule === 'best-of-n' ? `best ${aggregate}` : record.rule === 'none-left' ? 'none left' : record.rule === 'unscored' ? 'no score' : record.rule === 'only' ? 'the only one' : 'most votes',
    next: record.chosen === undefined ? '' : '■ end',
    policyTokens: record.policyTokens,
    verifierTokens: record.verifierTokens,
    estimated: false,
    exact: true,
  };
}

function goingColumn({ step, mode, width, regeneration, candidates }: GoingRound, at: number, thresholds: Thresholds): LaneRound {
  const sum = (of: (candidate: Candidate) => number): number => candidates.reduce((total, candidate) => total + of(candidate), 0);
  return {
    round: at,
    step,
    attempt: 0,
    ...(mode !== undefined && { mode }),
    width,
    regeneration,
    candidates: candidates.map((candidate): LaneCandidate => {
      const drawn = candidate.kind === 'step' ? laneCandidate(candidate, false, false, thresholds) : undefined;
      const waits = drawn === undefined || (candidate.kind === 'step' && candidate.score === undefined && candidate.dropped === undefined);
      return drawn === undefined || waits ? { index: candidate.index, state: 'waiting', value: 'not judged yet', final: candidate.kind === 'solution' || candidate.final, kept: false } : drawn;
    }),
    outcome: 'going',
    rule: `${candidates.length} of ${width} written`,
    next: '…',
    policyTokens: sum(({ tokens }) => tokens),
    verifierTokens: sum(({ verifierTokens }) => verifierTokens),
    estimated: false,
    exact: true,
  };
}

function laneCandidate(candidate: Extract<Candidate, { kind: 'step' }>, chosen: boolean, kept: boolean, { good, low, bad }: Thresholds): LaneCandidate {
  const out = dropText(candidate);
  const score = valueOf(candidate);
  const state = out !== undefined ? 'dropped' : chosen ? 'chosen' : score === undefined ? 'unscored' : 'judged';
  return { index: candidate.index, state, ...(score !== undefined && { score }), value: out ?? (score === undefined ? 'no score' : scoreBeside(score, [good, low, bad])), final: candidate.final, kept };
}
