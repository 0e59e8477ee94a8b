/** Largest number of IEEE 754 binary16. */
export const LARGEST_HALF = 65504;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Number to binary16, rounded to nearest, ties to even; beyond the range it becomes infinity. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude < 0x38800000) {
    // Below 2^-14: a multiple of 2^-24. Math.round rounds ties up, so they are mended.
    const steps = Math.abs(float[0]) * 2 ** 24;
    const rounded = Math.round(steps);
    return sign | (rounded - steps === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded);
  }
  // The carry out of the mantissa moves into the exponent by itself.
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | Math.min(0x7c00, (rounded - 0x38000000) >>> 13);
}
