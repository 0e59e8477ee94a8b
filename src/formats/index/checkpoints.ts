import { countWhile } from '../../core/count-while.ts';

/** A row from which others are found again by scanning on. */
export interface Checkpoint {
  readonly row: number;
  /** Byte of the file where the row begins. */
  readonly offset: number;
  /** 1-based line of the file, where lines are counted. */
  readonly line: number;
}

/** How far the starts of two kept rows lie apart at least, in bytes: reading a row scans so much, and a gigabyte keeps 64 k rows (1.5 MB). */
export const CHECKPOINT_BYTES = 16_384;
const NUMBERS = 3;

/** Where rows stand in a file: only each row that begins so far after the last kept one, so that memory follows the bytes and not the rows. */
export interface Checkpoints {
  /** Rows are added in their order. */
  add(row: number, offset: number, line: number): void;
  /** The last kept row up to `row`, and the offset of the next kept one. Row 0 is known. */
  before(row: number): Checkpoint & { readonly next: number | undefined };
}

export function checkpoints(): Checkpoints {
  let kept = new Float64Array(NUMBERS * 256);
  let count = 0;
  const at = (index: number, number: number) => kept[index * NUMBERS + number] ?? 0;
  return {
    add(row, offset, line) {
      if (count > 0 && offset - at(count - 1, 1) < CHECKPOINT_BYTES) return;
      if ((count + 1) * NUMBERS > kept.length) {
        const larger = new Float64Array(kept.length * 2);
        larger.set(kept);
        kept = larger;
      }
      kept.set([row, offset, line], count * NUMBERS);
      count++;
    },
    before(row) {
      const index = Math.max(0, countWhile(count, (kept) => at(kept, 0) <= row) - 1);
      return { row: at(index, 0), offset: at(index, 1), line: at(index, 2), next: index + 1 < count ? at(index + 1, 1) : undefined };
    },
  };
}
