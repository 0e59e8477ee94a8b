import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stepsBetween } from '../../../src/vscode/visible-steps.ts';

describe('steps in sight', () => {
  const steps = [{ start: 10, end: 20 }, { start: 22, end: 30 }, { start: 32, end: 33 }];

  it('are those that the text between two offsets touches', () => {
    assert.deepEqual(stepsBetween(steps, 0, 9), { first: 0, end: 0 });
    assert.deepEqual(stepsBetween(steps, 0, 10), { first: 0, end: 1 });
    assert.deepEqual(stepsBetween(steps, 15, 25), { first: 0, end: 2 });
    assert.deepEqual(stepsBetween(steps, 21, 21), { first: 1, end: 1 });
    assert.deepEqual(stepsBetween(steps, 31, 99), { first: 2, end: 3 });
    assert.deepEqual(stepsBetween([], 0, 9), { first: 0, end: 0 });
  });

  it('are the same as by looking at each', () => {
    const gaps = fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 5 })), { maxLength: 12 });
    fc.assert(
      fc.property(gaps, fc.nat(80), fc.nat(20), (parts, from, length) => {
        let at = 0;
        const spans = parts.map(([gap, size]) => {
          const start = at + gap;
          at = start + size;
          return { start, end: at };
        });
        const { first, end } = stepsBetween(spans, from, from + length);
        const touched = spans.flatMap((span, index) => (span.end >= from && span.start <= from + length ? [index] : []));
        assert.deepEqual(Array.from({ length: end - first }, (_, index) => first + index), touched);
      }),
    );
  });
});
