/** Added to an attention score to hide it. Finite, so that a row that sees nothing in one segment stays a number. */
export const HIDDEN = -1e30;

/** Keys and values of one attention segment: one array a layer, [positions, width] with width = kvHeads * headDim per column. */
export interface SegmentView {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
  /** Positions to read, from the first one. 0 is allowed: a hidden row stands in. */
  readonly length: number;
  /** Position in the sequence of each, for rules that go by position; absent: 0, 1, 2 and so on. */
  readonly positions?: ArrayLike<number>;
}

/** Additive mask with its leading and last dimension; 1 broadcasts. */
export interface Mask {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** One pass over R rows, on top of what is cached. */
export interface PassInput {
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  readonly trunk: SegmentView;
  /** undefined: the rows have no segment of their own (prefill). */
  readonly own: SegmentView | undefined;
  readonly maskTrunk: Mask;
  readonly maskOwn: Mask;
  /** [R, R] */
  readonly maskSelf: Float32Array;
}

export interface ForwardInput extends PassInput {
  /** Rows whose logits are wanted. */
  readonly logitRows: readonly number[];
}

const OPEN: Mask = { data: new Float32Array(1), rows: 1, columns: 1 };
const CLOSED: Mask = { data: Float32Array.of(HIDDEN), rows: 1, columns: 1 };
export const masks = { open: OPEN, closed: CLOSED } as const;
