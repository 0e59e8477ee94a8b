import { HIDDEN, type PassInput, type Mask } from './masks.ts';

/** The three masks of a pass. */
export type Masks = Pick<PassInput, 'maskTrunk' | 'maskOwn' | 'maskSelf'>;

/** Whether a row at one position must not see a key at another. Positions, not slots: a rule holds wherever a key is cached. */
export type HidingRule = (row: number, key: number) => boolean;

/** Sliding windows: a row sees itself and the `window` - 1 positions before it. */
export function windowRule(window: number): HidingRule {
  return (row, key) => row - key >= window;
}

/**
 * What the masks allow, narrowed by a rule; a row always goes on to see itself. Returns the same masks where the rule hides
 * nothing more.
 */
export function narrowMasks(input: PassInput, masks: Masks, hidden: HidingRule): Masks {
  const { positions, trunk, own } = input;
  const rows = positions.length;
  const ownLength = own?.length ?? 0;
  const trunkPositions = trunk.positions;
  const at = (row: number) => positions[row] ?? 0;
  const self = narrowed({ data: masks.maskSelf, rows, columns: rows }, rows, rows, (row, other) => row !== other && hidden(at(row), at(other)));
  return {
    maskTrunk: narrowed(masks.maskTrunk, rows, trunk.length, (row, slot) => hidden(at(row), trunkPositions?.[slot] ?? slot)),
    // Lock step: the last slot holds the token right before the row's.
    maskOwn: narrowed(masks.maskOwn, rows, ownLength, (row, slot) => hidden(at(row), at(row) - ownLength + slot)),
    maskSelf: self.data,
  };
}

function narrowed(mask: Mask, rows: number, columns: number, hidden: (row: number, column: number) => boolean): Mask {
  let data: Float32Array | undefined;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!hidden(row, column)) continue;
      data ??= spread(mask, rows, columns);
      data[row * columns + column] = HIDDEN;
    }
  }
  return data === undefined ? mask : { data, rows, columns };
}

/** The mask in its full size, where it may have said the same for all rows or columns. */
export function spread({ data, rows: maskRows, columns: maskColumns }: Mask, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = maskRows === 1 ? 0 : row * maskColumns;
    if (maskColumns === 1) out.fill(data[from] ?? 0, row * columns, (row + 1) * columns);
    else out.set(data.subarray(from, from + columns), row * columns);
  }
  return out;
}
