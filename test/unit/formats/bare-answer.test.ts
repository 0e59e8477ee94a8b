import assert from 'node:assert/strict';
import { isBareAnswer } from '../../../src/formats/bare-answer.ts';

describe('a bare answer', () => {
  it('is one word or number', () => {
    for (const text of ['9', ' 1,200 ', '-3.5', '$18', '\\frac{3}{4}', '\\boxed{7}', '(B)', 'yes', '50%']) assert.equal(isBareAnswer(text), true, text);
  });
  it('is nothing that reasons, or may', () => {
    for (const text of ['4+3=7', 'It is 9.', '所以答案是九', '<think></think>', '', 'x'.repeat(41)]) assert.equal(isBareAnswer(text), false, text);
  });
});
