import type { ThinkingMode } from '../trace/search-round.ts';
import { decide, type Decision, type RoundOutcome } from './controller.ts';
import type { SearchTotals, StepCandidate, StepRound } from './events.ts';
import { valueOf } from './path.ts';
import { THINKING_MODES, type ControllerSettings, type SearchSettings } from './settings.ts';
import { sumOf, totalsOf } from './totals.ts';

/** A round under other settings. */
export interface ReplayedRound {
  /** The recorded round that it reads; absent for a regeneration that the record does not have. */
  readonly recorded?: number;
  readonly step: number;
  readonly mode: ThinkingMode;
  readonly regeneration: boolean;
  readonly decision: Decision;
  /** The decision is another than the recorded one, or the round is: its mode, or that it is there at all. */
  readonly changed: boolean;
  /** It would have happened exactly so. False from the first change on: the policy would have seen another text or been asked for another number of candidates. */
  readonly exact: boolean;
  /** Best score among the candidates that the mode would have had; absent where none was left or scored, or nothing was recorded. */
  readonly best?: number;
  readonly policyTokens: number;
  readonly verifierTokens: number;
  /** The tokens are those of the recorded candidates scaled to the width of the mode. */
  readonly estimated: boolean;
}

export interface Replay {
  readonly rounds: readonly ReplayedRound[];
  /** Index among `rounds` of the first change; absent where nothing changes. Everything after it is a counterfactual. */
  readonly firstChange?: number;
  /** `seconds` are the recorded ones of the rounds that were read. */
  readonly totals: SearchTotals;
  readonly recorded: SearchTotals;
}

/**
 * A recorded search of PATS under other thresholds, another penalty or initial mode, without a model. Up to and with the
 * first round whose decision changes it is what would have happened. From there on it is a counterfactual that follows the
 * recorded steps: a narrower mode sees the first of the recorded candidates, a wider one only those that there are;
 * a step that would not have been discarded keeps its first recorded round; a step that would have been is made again at the
 * cost of its recorded candidates, and accepted. Also rounds of the other step strategies with modes can be read so.
 */
export function replay(rounds: readonly StepRound[], settings: ControllerSettings & Pick<SearchSettings, 'widths'>): Replay {
  const replayed: ReplayedRound[] = [];
  let mode = settings.initialMode;
  let regeneration = false;
  let diverged = false;
  for (let at = 0; at < rounds.length; ) {
    const record = rounds[at];
    if (record === undefined) break;
    const outcome = outcomeIn(record, mode, settings.widths);
    // What a person chose stays chosen.
    const decision = decide({ mode, regeneration, ...outcome }, record.rule === 'branch' ? { ...settings, penalty: 'none' } : settings);
    const changed = mode !== record.mode || regeneration !== record.regeneration || !isRecorded(decision, record);
    replayed.push({ recorded: record.round, step: record.step, mode, regeneration, decision, changed: changed && !diverged, exact: !diverged && mode === record.mode, ...cost(record, mode, settings.widths), ...(typeof outcome.best === 'number' ? { best: outcome.best } : {}) });
    diverged ||= changed;
    ({ nextMode: mode, regenerate: regeneration } = decision);
    const step = record.step;
    at++;
    if (decision.stop) break;
    if (decision.accepted) while (rounds[at]?.step === step) at++;
    else if (record.accepted) {
      const again = unrecorded(record, mode, regeneration, settings);
      replayed.push(again);
      ({ nextMode: mode, regenerate: regeneration } = again.decision);
      if (record.final) break;
    }
  }
  const firstChange = replayed.findIndex(({ changed }) => changed);
  return { rounds: replayed, ...(firstChange < 0 ? {} : { firstChange }), totals: totalsOfReplay(replayed, rounds), recorded: totalsOf(rounds) };
}

/** The round that makes a step again which the record accepted at once: nothing is known of it but what it would cost. It is taken to be accepted; after a penalty the next step is made in complex mode, as after a bad one. */
function unrecorded(record: StepRound, mode: ThinkingMode, regeneration: boolean, { widths }: Pick<SearchSettings, 'widths'>): ReplayedRound {
  const decision: Decision = { rule: regeneration ? 'accepted-after-penalty' : 'keep', accepted: true, nextMode: mode, regenerate: false, stop: record.final };
  return { step: record.step, mode, regeneration, decision, changed: false, exact: false, ...cost(record, mode, widths), estimated: true };
}

/** What a mode would have seen of the recorded candidates. */
function outcomeIn(record: StepRound, mode: ThinkingMode, widths: SearchSettings['widths']): Pick<RoundOutcome, 'best' | 'final'> {
  const seen = seenIn(record, widths[mode]);
  const asRecorded = record.rule === 'branch' || seen.length === record.candidates.length;
  const best = asRecorded ? (record.chosen === undefined ? undefined : record.candidates[record.chosen]) : bestOf(seen);
  const value = best && valueOf(best);
  // A round that ended the solution says so; where several paths are kept, one final candidate does not.
  if (value !== undefined) return { best: value, final: asRecorded ? record.final || (record.kept.length <= 1 && best?.final === true) : best?.final === true };
  return { best: record.rule === 'branch' || seen.some(({ dropped }) => dropped === undefined) ? 'unscored' : 'none-left', final: false };
}

/** The candidates that a narrower mode would have sampled: the first ones of each path. */
function seenIn({ candidates, width }: StepRound, wanted: number): readonly StepCandidate[] {
  return wanted >= width ? candidates : candidates.filter(({ index }) => index % width < wanted);
}

function bestOf(candidates: readonly StepCandidate[]): StepCandidate | undefined {
  const scored = candidates.filter((candidate) => candidate.dropped === undefined && valueOf(candidate) !== undefined);
  return scored.reduce<StepCandidate | undefined>((best, candidate) => (best === undefined || (valueOf(candidate) ?? 0) > (valueOf(best) ?? 0) ? candidate : best), undefined);
}

function isRecorded({ rule, accepted, nextMode }: Decision, record: StepRound): boolean {
  return accepted === record.accepted && nextMode === record.nextMode && (rule === record.rule || record.rule === 'branch');
}

function cost(record: StepRound, mode: ThinkingMode, widths: SearchSettings['widths']): Pick<ReplayedRound, 'policyTokens' | 'verifierTokens' | 'estimated'> {
  const { width, policyTokens, verifierTokens } = record;
  const wanted = widths[mode];
  if (wanted === width) return { policyTokens, verifierTokens, estimated: false };
  const seen = seenIn(record, wanted);
  const scale = wanted / Math.min(wanted, width);
  const scaled = (value: (candidate: StepCandidate) => number) => Math.round(sumOf(seen, value) * scale);
  return { policyTokens: scaled(({ tokens }) => tokens), verifierTokens: scaled((candidate) => candidate.verifierTokens), estimated: true };
}

function totalsOfReplay(replayed: readonly ReplayedRound[], rounds: readonly StepRound[]): SearchTotals {
  const modes = Object.fromEntries(THINKING_MODES.map((mode) => [mode, replayed.filter((round) => round.mode === mode).length])) as SearchTotals['modes'];
  return {
    rounds: replayed.length,
    modes,
    policyTokens: sumOf(replayed, ({ policyTokens }) => policyTokens),
    verifierTokens: sumOf(replayed, ({ verifierTokens }) => verifierTokens),
    seconds: sumOf(replayed, ({ recorded }) => rounds.find(({ round }) => round === recorded)?.seconds ?? 0),
  };
}
