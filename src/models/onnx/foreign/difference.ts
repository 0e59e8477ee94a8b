/** Largest difference as a part of the reference's range; Infinity where one is no number. */
export function difference(actual: Float32Array | undefined, reference: Float32Array | undefined): number {
  if (actual === undefined || reference === undefined || actual.length !== reference.length) return Infinity;
  let [worst, low, high] = [0, Infinity, -Infinity];
  for (let i = 0; i < reference.length; i++) {
    const expected = reference[i] ?? NaN;
    const distance = Math.abs((actual[i] ?? NaN) - expected);
    // Vocabulary that was never trained may be minus infinity on both sides.
    if (Number.isNaN(distance) && actual[i] !== expected) return Infinity;
    worst = Math.max(worst, Number.isNaN(distance) ? 0 : distance);
    if (Number.isFinite(expected)) [low, high] = [Math.min(low, expected), Math.max(high, expected)];
  }
  return worst / Math.max(high - low, 1e-6);
}
