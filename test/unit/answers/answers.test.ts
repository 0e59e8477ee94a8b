import assert from 'node:assert/strict';
import { boxedAnswer } from '../../../src/core/answers/final-answer.ts';
import { sameAnswer } from '../../../src/core/answers/same-answer.ts';

describe('final answers', () => {
  it('are what the last whole box holds', () => {
    assert.equal(boxedAnswer('so \\boxed{1}, no: \\boxed{\\frac{1}{2}}.'), '\\frac{1}{2}');
    assert.equal(boxedAnswer('\\boxed{\\{1, 2\\}}'), '\\{1, 2\\}');
    assert.equal(boxedAnswer('\\boxed{4} and \\boxed{5'), '4');
    assert.equal(boxedAnswer('The answer is 5.'), undefined);
  });

  it('are the same as text or as numbers', () => {
    assert.ok(sameAnswer('1,200', '1200') && sameAnswer('5.0', '5') && sameAnswer(' x+1 ', 'x+1'));
    assert.ok(!sameAnswer('1,20', '120') && !sameAnswer('-5', '5') && !sameAnswer('0.5', '5'));
  });
});
