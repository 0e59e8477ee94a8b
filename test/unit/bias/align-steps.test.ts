import assert from 'node:assert/strict';
import fc from 'fast-check';
import { alignSteps, commonStart } from '../../../src/core/bias/align-steps.ts';

const shape = (original: string, other: string): string =>
  alignSteps(Array.from(original), Array.from(other))
    .rows.map((row) => row.map(({ step, same }) => `${other[step]}${same ? '=' : ''}`).join('+'))
    .join(' ');

describe('steps side by side', () => {
  it('pairs equal steps and lets the others stand between them', () => {
    assert.equal(shape('abc', 'abc'), 'a= b= c=');
    assert.equal(shape('abc', 'axc'), 'a= x c=');
    assert.equal(shape('abcd', 'ad'), 'a=   d=');
    assert.equal(shape('ad', 'abcd'), 'a=+b+c d=');
    assert.equal(shape('ab', 'xyz'), 'x y+z');
    assert.equal(shape('bc', 'abc'), 'a+b= c=');
  });

  it('names the first step that differs', () => {
    assert.equal(alignSteps(['a', 'b'], ['a', 'b']).firstDifference, undefined);
    assert.equal(alignSteps(['a', 'b'], ['a', 'c']).firstDifference, 1);
    assert.equal(alignSteps(['a', 'b'], ['a']).firstDifference, 1);
    assert.equal(alignSteps(['a'], ['a', 'b']).firstDifference, 1);
  });

  it('shows every step once, in order, and pairs equal texts alone', () => {
    const steps = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 }), steps, (original, other) => {
        const { rows } = alignSteps(original, other);
        assert.equal(rows.length, original.length);
        assert.deepEqual(rows.flat().map(({ step }) => step), other.map((_, step) => step));
        rows.forEach((row, index) => row.filter(({ same }) => same).forEach(({ step }) => assert.equal(other[step], original[index])));
      }),
    );
  });

  it('pairs long traces by number rather than not at all', () => {
    const many = Array.from({ length: 600 }, (_, index) => `step ${index}`);
    const { rows } = alignSteps(many, many.map((text) => `${text}!`));
    assert.ok(rows.every((row, index) => row.length === 1 && row[0]?.step === index));
  });

  it('cuts no character in two', () => {
    assert.equal(commonStart('ab😀', 'ab😁'), 2);
    assert.equal(commonStart('abc', 'abd'), 2);
    assert.equal(commonStart('abc', 'abc'), 3);
  });
});
