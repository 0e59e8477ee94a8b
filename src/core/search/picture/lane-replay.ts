import type { StepRound } from '../events.ts';
import type { Replay, ReplayedRound } from '../replay.ts';
import type { SearchSettings } from '../settings.ts';
import { stepColumn, type LaneCandidate, type LaneRound } from './lane.ts';
import { nextText, ruleText, type Ruled } from './rule-text.ts';

/** A recorded search under other settings, as a lane. Candidates that a narrower mode would not have sampled are `unseen`. */
export function laneOfReplay(records: readonly StepRound[], { rounds }: Replay, settings: Pick<SearchSettings, 'thresholds' | 'widths'>): LaneRound[] {
  const byRound = new Map(records.map((record) => [record.round, record]));
  return rounds.map((round, at) => replayedColumn(round, at, round.recorded === undefined ? undefined : byRound.get(round.recorded), settings));
}

function replayedColumn(replayed: ReplayedRound, at: number, record: StepRound | undefined, { thresholds, widths }: Pick<SearchSettings, 'thresholds' | 'widths'>): LaneRound {
  const { mode, decision, step, regeneration, policyTokens, verifierTokens, estimated, exact, best } = replayed;
  const width = widths[mode];
  const ruled: Ruled = { rule: record?.rule === 'branch' ? 'branch' : decision.rule, mode, nextMode: decision.nextMode, width, stop: decision.stop, ...(best !== undefined && { best }) };
  const candidates = record === undefined ? [] : seenIn(stepColumn(record, at, thresholds).candidates, record, width, decision.accepted);
  return {
    round: at,
    ...(record !== undefined && { recorded: record.round }),
    step,
    attempt: record?.attempt ?? 0,
    mode,
    width,
    regeneration,
    candidates,
    outcome: decision.accepted ? 'accepted' : best === undefined ? 'none' : 'discarded',
    rule: record === undefined ? 'not recorded' : ruleText(ruled, thresholds),
    next: nextText(ruled),
    policyTokens,
    verifierTokens,
    estimated,
    exact,
  };
}

/** The recorded candidates as the mode would have seen them: the first of them, and among these the best is chosen. */
function seenIn(candidates: readonly LaneCandidate[], record: StepRound, width: number, accepted: boolean): LaneCandidate[] {
  const judged = candidates.filter(({ index, state, score }) => index < width && state !== 'dropped' && score !== undefined);
  const best = judged.reduce<LaneCandidate | undefined>((most, one) => (most === undefined || (one.score ?? 0) > (most.score ?? 0) ? one : most), undefined);
  const chosen = record.rule === 'branch' ? record.chosen : best?.index;
  return candidates.map((candidate): LaneCandidate => {
    if (candidate.index === chosen) return { ...candidate, state: 'chosen', kept: accepted };
    const state = candidate.index >= width ? 'unseen' : candidate.state === 'chosen' ? 'judged' : candidate.state;
    return { ...candidate, state, kept: false };
  });
}
