import type { LaneCandidate, LaneRound } from './lane.ts';

/** Where a candidate is drawn: a row of its column. User units. */
export interface PlacedCandidate {
  readonly candidate: LaneCandidate;
  readonly x: number;
  /** Middle of the row. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedRound {
  readonly round: LaneRound;
  readonly x: number;
  readonly candidates: readonly PlacedCandidate[];
  /** Heights of the token bars. */
  readonly policyBar: number;
  readonly verifierBar: number;
}

/** A lane with everything in its place. User units, from the upper left corner. */
export interface LaneLayout {
  readonly width: number;
  readonly height: number;
  readonly rounds: readonly PlacedRound[];
  /** Height of the path between two rounds: that of the best candidate, so that a path that always takes the best is a straight line. And where the rows under the candidates begin. */
  readonly rail: number;
  readonly rule: number;
  readonly tokens: number;
  /** Position of the first round that is a counterfactual; absent where all are exact. */
  readonly counterfactual?: number;
}

export const LANE = { gutter: 80, column: 144, row: 22, bandTop: 22, band: 28, arc: 64, firstRow: 72, bars: 38 } as const;
/** Columns are as high as the fullest of them, and never lower than this many rows: the lane does not jump while it grows. */
const FEWEST_ROWS = 4;
/** Left and right of a column's candidates is room for the fan. */
const FAN = 26;
const OUT = 12;

/** Places rounds from left to right; in each the candidates from the best down, those without a score and those that were dropped below. */
export function layoutLane(lane: readonly LaneRound[]): LaneLayout {
  const rows = Math.max(FEWEST_ROWS, ...lane.map(({ candidates }) => candidates.length));
  const most = Math.max(1, ...lane.map(({ policyTokens, verifierTokens }) => policyTokens + verifierTokens));
  const rule = LANE.firstRow + rows * LANE.row + 4;
  const tokens = rule + 36;
  const rounds = lane.map((round, at): PlacedRound => {
    const x = LANE.gutter + at * LANE.column;
    return {
      round,
      x,
      candidates: ranked(round.candidates).map((candidate, rank) => ({ candidate, x: x + FAN, y: LANE.firstRow + rank * LANE.row + LANE.row / 2, width: LANE.column - FAN - OUT, height: LANE.row - 2 })),
      policyBar: (LANE.bars * round.policyTokens) / most,
      verifierBar: (LANE.bars * round.verifierTokens) / most,
    };
  });
  const counterfactual = lane.findIndex(({ exact }) => !exact);
  return { width: LANE.gutter + Math.max(1, lane.length) * LANE.column + OUT, height: tokens + LANE.bars + 22, rounds, rail: LANE.firstRow + LANE.row / 2, rule, tokens, ...(counterfactual >= 0 && { counterfactual }) };
}

const RANKS: Readonly<Record<LaneCandidate['state'], number>> = { chosen: 0, judged: 0, waiting: 1, unscored: 2, dropped: 3, unseen: 4 };

/** Best score first; between equals the chosen one, then the order of sampling. */
export function ranked(candidates: readonly LaneCandidate[]): LaneCandidate[] {
  const rank = ({ state, score }: LaneCandidate): number => (state === 'chosen' && score === undefined ? 0 : RANKS[state]);
  return [...candidates].sort((one, other) => rank(one) - rank(other) || (other.score ?? -1) - (one.score ?? -1) || Number(other.state === 'chosen') - Number(one.state === 'chosen') || one.index - other.index);
}
