import assert from 'node:assert/strict';
import { boxedAnswer, finalAnswer } from '../../../src/core/answers/final-answer.ts';
import { compareAnswers, sameAnswer } from '../../../src/core/answers/same-answer.ts';

describe('final answers', () => {
  it('are what the last whole box holds', () => {
    assert.equal(boxedAnswer('so \\boxed{1}, no: \\boxed{\\frac{1}{2}}.'), '\\frac{1}{2}');
    assert.equal(boxedAnswer('\\boxed{\\{1, 2\\}}'), '\\{1, 2\\}');
    assert.equal(boxedAnswer('\\boxed{4} and \\boxed{5'), '4');
    assert.equal(boxedAnswer('The answer is 5.'), undefined);
  });

  it('are what the text states last where there is no box', () => {
    assert.equal(finalAnswer('The answer is 5. No, the final answer is 3.5.'), '3.5');
    assert.equal(finalAnswer('She has 72.\n#### 72'), '72');
    assert.equal(finalAnswer('所以答案是 42。'), '42');
    assert.equal(finalAnswer('**Answer:** (B)'), '(B)');
    assert.equal(finalAnswer('The answer is 5, so \\boxed{6}'), '6');
    assert.equal(finalAnswer('I do not know.'), undefined);
  });

  const same: readonly (readonly [string, string])[] = [
    ['1,200', '1200'], ['5.0', '5'], [' x+1 ', 'x+1'], ['\\dfrac{1}{2}', '\\frac12'], ['0.75', '\\frac{3}{4}'], ['3/4', '0.75'], ['1\\frac{1}{2}', '1.5'], ['-\\frac{1}{3}', '-1/3'],
    ['\\text{(B)}', 'B'], ['50\\%', '50'], ['50\\%', '0.5'], ['90^\\circ', '90'], ['5 \\text{ cm}', '5'], ['\\$18.90', '18.90'], ['二十三', '23'], ['一千零五', '1005'], ['3 \\times 10^{5}', '300000'],
    ['x = 5', '5'], ['-2, 1', '1,-2'], ['(3, \\frac{\\pi}{2})', '\\left( 3, \\frac{\\pi}{2} \\right)'], ['1 \\pm \\sqrt{2}', '1+\\sqrt{2}, 1-\\sqrt{2}'], ['\\text{Evelyn}', 'evelyn'], ['\\$5', '5'], ['$42$', '42.'],
    ['\\begin{pmatrix} -\\frac{1}{3} \\\\ 2 \\end{pmatrix}', '\\begin{pmatrix} -1/3 \\\\ 2 \\end{pmatrix}'],
  ];
  const different: readonly (readonly [string, string])[] = [
    ['1,20', '120'], ['-5', '5'], ['0.5', '5'], ['0.333', '\\frac13'], ['(1,2)', '(2,1)'], ['[1,2)', '[1,2]'], ['5 cm', '5 m'], ['(A)', '(B)'], ['', ''], ['12', '1.2'], ['50\\%', '5'], ['1 2', '12 3'], ['1,2', '1,2,3'], ['Evelyn', 'Angela'],
  ];

  it('are the same as text, as exact numbers, part by part, with or without a unit', () => {
    for (const [a, b] of same) assert.deepEqual([a, b, compareAnswers(a, b), compareAnswers(b, a)], [a, b, 'same', 'same']);
  });

  it('are not the same where a sign, a digit, a point, an order or a unit differs', () => {
    for (const [a, b] of different) assert.deepEqual([a, b, sameAnswer(a, b), sameAnswer(b, a)], [a, b, false, false]);
  });

  it('are left open where only symbols can decide; variables are no units', () => {
    for (const [a, b] of [['\\sqrt{8}', '2\\sqrt{2}'], ['5x', '5'], ['8\\pi', '8'], ['x^2-1', '(x-1)(x+1)'], ['5ab', '5']] as const) assert.equal(compareAnswers(a, b), 'open', `${a} ${b}`);
  });
});
