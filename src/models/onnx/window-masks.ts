import { HIDDEN, type ForwardInput, type Mask } from './session.ts';

/**
 * The masks of sliding-window layers: what the general masks allow, narrowed to keys less than `window` positions before
 * the row. Returns the general masks themselves where the window hides nothing more.
 */
export function windowMasks(input: ForwardInput, window: number): Pick<ForwardInput, 'maskTrunk' | 'maskOwn' | 'maskSelf'> {
  const { positions, trunk, own } = input;
  const rows = positions.length;
  const rowPosition = (row: number) => positions[row] ?? 0;
  const trunkPositions = trunk.positions;
  const tooOld = {
    trunk: (row: number, slot: number) => rowPosition(row) - (trunkPositions?.[slot] ?? slot) >= window,
    // Lock step: the last slot holds the token right before the row's.
    own: (_: number, slot: number) => (own?.length ?? 0) - slot >= window,
    self: (row: number, other: number) => rowPosition(row) - rowPosition(other) >= window,
  };
  const self = narrowed({ data: input.maskSelf, rows, columns: rows }, rows, rows, tooOld.self);
  return {
    maskTrunk: narrowed(input.maskTrunk, rows, trunk.length, tooOld.trunk),
    maskOwn: narrowed(input.maskOwn, rows, own?.length ?? 0, tooOld.own),
    maskSelf: self.data,
  };
}

function narrowed(mask: Mask, rows: number, columns: number, tooOld: (row: number, column: number) => boolean): Mask {
  let data: Float32Array | undefined;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!tooOld(row, column)) continue;
      data ??= spread(mask, rows, columns);
      data[row * columns + column] = HIDDEN;
    }
  }
  return data === undefined ? mask : { data, rows, columns };
}

/** The mask in its full size, where it may have said the same for all rows or columns. */
function spread({ data, rows: maskRows, columns: maskColumns }: Mask, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = maskRows === 1 ? 0 : row * maskColumns;
    if (maskColumns === 1) out.fill(data[from] ?? 0, row * columns, (row + 1) * columns);
    else out.set(data.subarray(from, from + columns), row * columns);
  }
  return out;
}
