import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRandom } from '../../../src/core/random.ts';
import { argmax, createSampler, softmaxOver } from '../../../src/models/onnx/sampler.ts';

describe('sampler', () => {
  const logits = Float32Array.of(1, 3, 2, -1, 3);

  it('is greedy at temperature 0 and takes the first of equals', () => {
    assert.equal(createSampler(5)(logits, 0, 1, createRandom(0, 0)), 1);
    assert.equal(argmax(logits), 1);
  });

  it('draws with the frequencies of the tempered softmax', () => {
    const sample = createSampler(4);
    const values = Float32Array.of(0, 1, 2, 3);
    const random = createRandom(7, 0);
    const temperature = 0.8;
    const counts = [0, 0, 0, 0];
    const draws = 20_000;
    for (let i = 0; i < draws; i++) counts[sample(values, temperature, 1, random)]!++;
    const expected = softmaxOver(values.map((value) => value / temperature), [0, 1, 2, 3]);
    expected.forEach((p, id) => {
      // Five standard deviations of a binomial share: wrong once in over a million runs, and the seed is fixed.
      assert.ok(Math.abs(counts[id]! / draws - p) < 5 * Math.sqrt((p * (1 - p)) / draws), `token ${id}: ${counts[id]} of ${draws}, expected share ${p}`);
    });
  });

  it('never draws outside the nucleus, and always from at least one token', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 50 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.nat(), (list, topP, seed) => {
        const values = Float32Array.from(list);
        const ids = [...values.keys()];
        const p = softmaxOver(values, ids);
        const sorted = ids.sort((a, b) => values[b]! - values[a]! || a - b);
        const nucleus = new Set<number>();
        let mass = 0;
        for (const id of sorted) {
          if (nucleus.size > 0 && mass >= topP + 1e-4) break;
          nucleus.add(id);
          mass += p[id]!;
        }
        assert.ok(nucleus.has(createSampler(values.length)(values, 1, topP, createRandom(seed, 0))));
      }),
    );
  });

  it('gives equal streams for equal seeds and unrelated ones for neighbours', () => {
    const take = (seed: number, stream: number) => Array.from({ length: 1000 }, createRandom(seed, stream));
    assert.deepEqual(take(3, 1), take(3, 1));
    for (const other of [take(3, 2), take(4, 1), take(4, 0)]) {
      const mine = take(3, 1);
      const covariance = mine.reduce((sum, value, i) => sum + (value - 0.5) * (other[i]! - 0.5), 0) / mine.length;
      assert.ok(Math.abs(covariance) < 0.015, `correlated: ${covariance}`);
    }
    const mean = take(0, 0).reduce((sum, value) => sum + value, 0) / 1000;
    assert.ok(Math.abs(mean - 0.5) < 0.05);
  });
});
