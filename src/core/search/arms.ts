import { bootstrapSums, meanEstimate, pairedDifference, proportion, type Estimate } from '../metrics/statistics.ts';
import type { StepRound } from './events.ts';
import { THINKING_MODES } from './settings.ts';
import type { ThinkingMode } from '../trace/search-round.ts';

/** What a strategy came to on one problem. A value that is not known is absent, never 0. */
export interface ArmCell {
  /** Absent where the data has no right answer. */
  readonly correct?: boolean;
  /** All tokens, those of dropped candidates too. */
  readonly policyTokens?: number;
  readonly verifierTokens?: number;
}

/** One of the strategies that are compared, by problem: the same key is the same problem in all arms. */
export interface Arm {
  readonly name: string;
  readonly cells: ReadonlyMap<string, ArmCell>;
}

/** A number of a problem under an arm; undefined where it is not known. */
export type ArmValue = (cell: ArmCell) => number | undefined;

export const CORRECT: ArmValue = ({ correct }) => (correct === undefined ? undefined : Number(correct));
export const POLICY_TOKENS: ArmValue = ({ policyTokens }) => policyTokens;
export const VERIFIER_TOKENS: ArmValue = ({ verifierTokens }) => verifierTokens;

/** The share of right answers, in [0, 1], of the problems that have one, with its 95% Wilson interval. */
export function armAccuracy({ cells }: Arm): Estimate | undefined {
  const known = [...cells.values()].flatMap(({ correct }) => correct ?? []);
  return proportion(known.filter(Boolean).length, known.length);
}

/** The mean over problems with its 95% bootstrap interval. */
export function armMean({ cells }: Arm, value: ArmValue): Estimate | undefined {
  return meanEstimate([...cells.values()].flatMap((cell) => value(cell) ?? []));
}

/** The mean difference of `arm` to `reference` over the problems that both have, with its 95% bootstrap interval over these. */
export function armDifference(reference: Arm, arm: Arm, value: ArmValue): Estimate | undefined {
  return pairedDifference(armPairs(reference, arm, value));
}

/** Both values of each problem that has both, the reference's first. */
export function armPairs(reference: Arm, arm: Arm, value: ArmValue): (readonly [number, number])[] {
  return [...arm.cells].flatMap(([key, cell]) => {
    const other = reference.cells.get(key);
    const [first, second] = [other && value(other), value(cell)];
    return first === undefined || second === undefined ? [] : [[first, second] as const];
  });
}

/** The share of the rounds in a mode, in [0, 1], with its 95% bootstrap interval over the problems that have a round with a mode. Each problem is its rounds. */
export function modeShare(problems: readonly (readonly StepRound[])[], mode: ThinkingMode): Estimate | undefined {
  const counts = problems.map((rounds) => [rounds.filter((round) => round.mode === mode).length, rounds.filter((round) => round.mode !== undefined).length] as const);
  return bootstrapSums(counts.filter(([, all]) => all > 0), ([inMode = 0, all = 0]) => (all === 0 ? undefined : inMode / all));
}

/** A part of the way from the first step of a solution to its last. */
export interface ProgressBin {
  /** Ends in [0, 1]; the first step of a solution is at 0, its last at 1, and a solution of one step at 0. */
  readonly from: number;
  readonly to: number;
  /** Rounds in it. */
  readonly n: number;
  readonly shares: Readonly<Partial<Record<ThinkingMode, Estimate>>>;
}

/** How the share of each mode goes on from the first to the last step, over all problems: bins of equal width. Rounds without a mode are left out. */
export function modeProgress(problems: readonly (readonly StepRound[])[], bins: number): ProgressBin[] {
  const placed = problems.map((rounds) => rounds.filter(({ mode }) => mode !== undefined).map((round) => ({ round, bin: Math.min(bins - 1, Math.floor(progressOf(round, rounds) * bins)) })));
  return Array.from({ length: bins }, (_, bin) => {
    const here = placed.map((rounds) => rounds.filter((one) => one.bin === bin).map(({ round }) => round));
    const shares = THINKING_MODES.flatMap((mode) => {
      const share = modeShare(here, mode);
      return share === undefined ? [] : [[mode, share] as const];
    });
    return { from: bin / bins, to: (bin + 1) / bins, n: here.reduce((sum, rounds) => sum + rounds.length, 0), shares: Object.fromEntries(shares) };
  });
}

/** Where a round's step stands among the steps of its attempt. */
function progressOf({ step, attempt }: StepRound, rounds: readonly StepRound[]): number {
  const last = rounds.reduce((most, round) => (round.attempt === attempt ? Math.max(most, round.step) : most), 0);
  return last === 0 ? 0 : step / last;
}
