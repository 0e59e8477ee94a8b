/** How many candidates a round of PATS samples: simple 2, medium 4, complex 8. */
export type ThinkingMode = 'simple' | 'medium' | 'complex';

/** A step that a round proposed. */
export interface SearchCandidate {
  readonly text: string;
  /** The verifier's score in [0, 1]; undefined where it gave none. */
  readonly score?: number;
}

/** One round of a step-level search as it was recorded (PATS, "PATS: Process-Level Adaptive Thinking Mode Switching"). */
export interface SearchRound {
  readonly mode: ThinkingMode;
  /** Empty where sampling gave nothing new. */
  readonly candidates: readonly SearchCandidate[];
  /** The best candidate, and whether it became a step. Absent where there was none. */
  readonly selected?: { readonly text: string; readonly score?: number; readonly accepted: boolean };
  readonly nextMode: ThinkingMode;
  /** True for the round that ended the search. */
  readonly terminated: boolean;
  /** How the next mode was decided, where that was recorded: `complex → medium, 0.91 ≥ good (0.85)`. */
  readonly why?: string;
}
