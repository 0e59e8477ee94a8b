import assert from 'node:assert/strict';
import fc from 'fast-check';
import { quantizeBlocks } from '../../../src/models/convert/quantize.ts';

/** What the operator computes with: (code - zero point) * scale. */
function dequantize(values: Uint8Array, scales: Float32Array, bits: 4 | 8, block: number): number[] {
  const code = (i: number) => (bits === 8 ? values[i]! - 128 : ((values[i >> 1]! >> (i % 2 === 0 ? 0 : 4)) & 15) - 8);
  return Array.from({ length: scales.length * block }, (_, i) => code(i) * scales[Math.floor(i / block)]!);
}

describe('block quantisation', () => {
  for (const bits of [4, 8] as const) {
    it(`keeps every weight within the step of its block at ${bits} bits`, () => {
      fc.assert(
        fc.property(fc.array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 64, maxLength: 64 }), (list) => {
          const weights = Float32Array.from(list);
          const { values, scales, blob, blocks } = quantizeBlocks(weights, 2, 32, bits, 16);
          assert.equal(blocks, 2);
          assert.equal(values.length, 4 * blob);
          dequantize(values, scales, bits, 16).forEach((value, i) => {
            const scale = Math.abs(scales[Math.floor(i / 16)]!);
            // 4 bits use -8..7: the far end on the other side of zero can be one whole step away.
            const step = bits === 8 ? 0.501 : 1.001;
            assert.ok(Math.abs(value - weights[i]!) <= scale * step + 1e-6, `${value} for ${weights[i]}, scale ${scale}`);
          });
        }),
      );
    });
  }

  it('keeps zeros zero and the largest weight exact at 4 bits', () => {
    const weights = new Float32Array(16);
    weights[3] = -1.5;
    const { values, scales } = quantizeBlocks(weights, 1, 16, 4, 16);
    const back = dequantize(values, scales, 4, 16);
    assert.equal(back[3], -1.5);
    assert.ok(back.every((value, i) => i === 3 || value === 0));
  });
});
