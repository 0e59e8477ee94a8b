import assert from 'node:assert/strict';
import { processBench } from '../../../src/core/metrics/process-bench.ts';

describe('ProcessBench F1', () => {
  const row = (label: number | undefined, predicted: number | undefined) => ({ label, predicted });

  it('is the harmonic mean of the accuracies on wrong and on right solutions', () => {
    const result = processBench([row(0, 0), row(2, 1), row(1, undefined), row(3, 3), row(undefined, undefined), row(undefined, 0), row(undefined, undefined), row(undefined, undefined)]);
    assert.equal(result.errorAccuracy, 50);
    assert.equal(result.correctAccuracy, 75);
    assert.equal(result.f1, 60);
    assert.deepEqual([result.errorRows, result.correctRows], [4, 4]);
  });

  it('is 0 when both are 0, and missing when a kind of row is missing', () => {
    assert.equal(processBench([row(1, 0), row(undefined, 0)]).f1, 0);
    assert.equal(processBench([row(1, 1)]).f1, undefined);
    assert.equal(processBench([]).f1, undefined);
  });

  it('takes step 0 for a step and not for "none"', () => {
    assert.equal(processBench([row(0, undefined)]).errorAccuracy, 0);
    assert.equal(processBench([row(undefined, 0)]).correctAccuracy, 0);
  });
});
