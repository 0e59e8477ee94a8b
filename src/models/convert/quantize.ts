/** Weights quantised in blocks along the input dimension, in the layout of com.microsoft.MatMulNBits. */
export interface BlockQuantized {
  /** [rows, blocks, block * bits / 8] */
  readonly values: Uint8Array;
  /** [rows, blocks] */
  readonly scales: Float32Array;
  readonly blocks: number;
  /** Bytes a block. */
  readonly blob: number;
}

/**
 * Symmetric block quantisation of a row-major [rows, columns] matrix with the operator's default zero point
 * (8 for 4 bits, 128 for 8 bits). `columns` must be a multiple of `block`.
 * 4 bits: the value of largest magnitude maps to the extreme code -8 (as ggml's Q4_0 does), which uses all 16 codes.
 * 8 bits: codes -127..127.
 */
export function quantizeBlocks(weights: Float32Array, rows: number, columns: number, bits: 4 | 8, block: number): BlockQuantized {
  const blocks = columns / block;
  const blob = (block * bits) / 8;
  const values = new Uint8Array(rows * blocks * blob);
  const scales = new Float32Array(rows * blocks);
  for (let index = 0; index < rows * blocks; index++) {
    const start = index * block;
    const scale = blockScale(weights, start, block, bits);
    scales[index] = scale;
    if (bits === 8) encode8(weights, start, block, scale, values, index * blob);
    else encode4(weights, start, block, scale, values, index * blob);
  }
  return { values, scales, blocks, blob };
}

function blockScale(weights: Float32Array, start: number, block: number, bits: 4 | 8): number {
  let extreme = 0;
  for (let i = start; i < start + block; i++) {
    const value = weights[i] ?? 0;
    if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  }
  return Math.fround(bits === 8 ? Math.abs(extreme) / 127 : extreme / -8);
}

function encode8(weights: Float32Array, start: number, block: number, scale: number, out: Uint8Array, at: number): void {
  const inverse = scale === 0 ? 0 : 1 / scale;
  for (let i = 0; i < block; i++) {
    const code = Math.round((weights[start + i] ?? 0) * inverse);
    out[at + i] = Math.max(-127, Math.min(127, code)) + 128;
  }
}

/** Two codes a byte, the even one in the low half. */
function encode4(weights: Float32Array, start: number, block: number, scale: number, out: Uint8Array, at: number): void {
  const inverse = scale === 0 ? 0 : 1 / scale;
  const code = (i: number) => Math.max(-8, Math.min(7, Math.round((weights[start + i] ?? 0) * inverse))) + 8;
  for (let i = 0; i < block; i += 2) out[at + (i >> 1)] = code(i) | (code(i + 1) << 4);
}
