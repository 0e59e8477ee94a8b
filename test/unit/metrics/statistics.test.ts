import assert from 'node:assert/strict';
import { bootstrap, mean, meanEstimate, pairedDifference, permutationP, proportion } from '../../../src/core/metrics/statistics.ts';

describe('statistics', () => {
  it('gives the Wilson interval of a share', () => {
    // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
    const many = proportion(81, 263);
    assert.ok(many && Math.abs(many.low - 0.2553) < 5e-5 && Math.abs(many.high - 0.3662) < 5e-5 && many.n === 263);
    const none = proportion(0, 20);
    assert.ok(none && none.low < 1e-12 && Math.abs(none.high - 0.1611) < 5e-5);
    assert.equal(proportion(0, 0), undefined);
  });

  it('bootstraps a mean near the normal interval, the same for the same seed', () => {
    const values = Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? 1 : 0));
    const estimate = meanEstimate(values, 3);
    assert.ok(estimate);
    assert.equal(estimate.value, 0.25);
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
    assert.ok(Math.abs(estimate.low - (0.25 - half)) < 0.01 && Math.abs(estimate.high - (0.25 + half)) < 0.01);
    assert.deepEqual(meanEstimate(values, 3), estimate);
  });

  it('keeps pairs together', () => {
    const pairs = Array.from({ length: 50 }, (_, index) => [index, index + 1] as const);
    assert.deepEqual(pairedDifference(pairs), { value: 1, low: 1, high: 1, n: 50 });
  });

  it('leaves out resamples without a value, and says nothing of nothing', () => {
    const ratio = (items: readonly number[]) => (items.includes(2) ? mean(items) : undefined);
    assert.ok(bootstrap([1, 2, 3], ratio));
    assert.equal(bootstrap([], mean), undefined);
    assert.equal(bootstrap([1], ratio), undefined);
  });

  it('tells different groups from equal ones by permutation', () => {
    const low = Array.from({ length: 30 }, (_, index) => index % 7);
    const high = low.map((value) => value + 5);
    assert.ok((permutationP(low, high) ?? 1) < 0.001);
    assert.ok((permutationP(low, [...low]) ?? 0) > 0.5);
    assert.equal(permutationP([], low), undefined);
  });
});
