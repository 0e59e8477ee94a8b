/** Told of each row whose end was seen: its bytes `[start, end)` in the file, and its 1-based line (0 where lines are not counted). */
export type OnRow = (start: number, end: number, line: number) => void;

export interface OpenRow {
  readonly start: number;
  readonly line: number;
}

/** Finds where rows begin and end in bytes that come piece by piece. It parses nothing. */
export interface RowScanner {
  /** Byte of the file up to which was looked. */
  readonly position: number;
  /** The row that has begun and whose end was not seen yet. */
  readonly openRow: OpenRow | undefined;
  /** Takes the bytes at `position`. */
  feed(bytes: Uint8Array, found: OnRow): void;
}
