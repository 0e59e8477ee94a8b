import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stepTexts } from '../../../src/core/trace/trace.ts';
import { parseMarkdownTrace } from '../../../src/formats/markdown.ts';
import { renderTrace } from '../../../src/formats/render.ts';

/** The parts of a document, or the error, in a form that tables can hold. */
function read(text: string): unknown {
  const result = parseMarkdownTrace('notes.md', text);
  if (!result.ok) return `${result.error.reason}: ${result.error.message}`;
  const { trace, problem, response } = result.value;
  assert.equal(trace.problem, text.slice(problem.start, problem.end));
  assert.equal(trace.response, text.slice(response.start, response.end));
  const parts: unknown[] = [trace.problem, stepTexts(trace)];
  if (trace.answer) parts.push(trace.response.slice(trace.answer.start, trace.answer.end));
  return parts;
}

const PARSED: readonly (readonly [what: string, text: string, parts: unknown])[] = [
  ['no markers', 'How many?\n\nOne.\n\nTwo.', ['How many?', ['One.', 'Two.']]],
  ['no markers, CRLF', 'How many?\r\n\r\nOne.\r\nMore.\r\n\r\nTwo.\r\n', ['How many?', ['One.\r\nMore.', 'Two.']]],
  ['title above the question', '# Sums\n\nHow many?\n\nOne.\n\nTwo.', ['How many?', ['One.', 'Two.']]],
  ['the question is the heading', '# How many?\n\nOne.\n\nTwo.', ['How many?', ['One.', 'Two.']]],
  ['headings', '# Problem\n\nA\n\nB\n\n## Solution:\n\nOne.\n\nTwo.', ['A\n\nB', ['One.', 'Two.']]],
  ['headings, other words', '## QUESTION 3\nA\n### **Reasoning**\nOne.', ['A', ['One.']]],
  ['heading that goes on', '# Problem: A\n\nB\n\n# Solution', 'no-steps: notes.md has a question but no solution: write the solution after it, one step a paragraph.'],
  ['labels', 'Question: A\n\nB\n\nSolution: One.\n\nTwo.', ['A\n\nB', ['One.', 'Two.']]],
  ['bold labels', '**Question:** A\n\n**Response**: One.\n\nTwo.', ['A', ['One.', 'Two.']]],
  ['single letters', 'Q: A\nA: One.\n\nTwo.', ['A', ['One.', 'Two.']]],
  ['choices are no answer', 'Question: which?\nA: 3\nB: 4\n\nSolution: B.', ['which?\nA: 3\nB: 4', ['B.']]],
  ['small letters are algebra', 'How many?\n\na: 3\n\nOne.', ['How many?', ['a: 3', 'One.']]],
  ['solution marker alone', 'A\n\nB\n\n# Steps\n\nOne.', ['A\n\nB', ['One.']]],
  ['answer after one paragraph', 'A\n\nAnswer: One.\n\nTwo.', ['A', ['One.', 'Two.']]],
  ['answer at the end of a solution', 'A\n\nOne.\n\nTwo.\n\nAnswer: 2', ['A', ['One.', 'Two.', 'Answer: 2']]],
  ['answer inside a marked solution', '# Problem\nA\n# Solution\nOne.\n\n# Answer\n\n2', ['A', ['One.', '# Answer\n\n2']]],
  ['two solution markers in a row', 'A\n\n# Solution\n\nSteps:\nOne.', ['A', ['One.']]],
  ['question label without solution marker', 'Question: A\nB\n\nOne.\n\nTwo.', ['A\nB', ['One.', 'Two.']]],
  ['question heading, then a heading of another language', '# Problem\nA\n\nB\n# Lösung\nOne.', ['A\n\nB', ['# Lösung\nOne.']]],
  ['question marker inside the solution', 'A\n\nSolution: One.\n\nProblem: none.', ['A', ['One.', 'Problem: none.']]],
  ['markers in code', 'A\n\n```\n# Solution\n\nx\n```\n\nOne.', ['A', ['```\n# Solution\n\nx\n```', 'One.']]],
  ['front matter', '---\ntitle: x\nquestion: y\n---\nA\n\nOne.', ['A', ['One.']]],
  ['front matter, CRLF', '---\r\ntitle: x\r\n---\r\n\r\nA\r\n\r\nOne.', ['A', ['One.']]],
  ['a rule is no front matter', '---\n\nA\n\nOne.\n\n---\n\nTwo.', ['A', ['One.', '---\n\nTwo.']]],
  ['think', '# Problem\nA\n# Solution\n<think>\nOne.\n\nTwo.\n</think>\n\nThree.', ['A', ['One.', 'Two.'], 'Three.']],
  ['think without a marker', 'A\n<think>\nOne.\n\nSolution: x\n</think>\nThree.\n\nFour.', ['A', ['One.', 'Solution: x'], 'Three.\n\nFour.']],
  ['unclosed think', 'A\n\n<think>One.\n\nTwo.', ['A', ['One.', 'Two.']]],
  ['only the closing tag', 'A\n\nOne.\n\nTwo.\n</think>\nThree.', ['A', ['One.', 'Two.'], 'Three.']],
  ['empty thinking', 'A\n\n<think>\n\n</think>\n\nOne.\n\nTwo.', ['A', ['One.', 'Two.']]],
  ['nothing after the thinking', 'A\n\n<think>One.</think>\n', ['A', ['One.']]],
  ['think named in prose', 'A\n\nThe <think> tag.\n\nTwo.', ['A', ['The <think> tag.', 'Two.']]],
  ['numbered lines', 'A\n\nStep 1: One.\nStep 2: Two.', ['A', ['Step 1: One.', 'Step 2: Two.']]],
  ['NUL', 'A\0\n\nOne.\0', ['A\0', ['One.\0']]],
];

const EMPTY = 'empty-file: notes.md is empty: write a question, a blank line and a solution.';
const NO_QUESTION = 'no-question: notes.md has no question: write it above the solution, as the first paragraph or under a "# Problem" heading.';
const NO_STEPS = 'no-steps: notes.md has a question but no solution: write the solution after it, one step a paragraph.';
const REFUSED: readonly (readonly [what: string, text: string, error: string])[] = [
  ['nothing', '', EMPTY],
  ['blank', ' \r\n\n', EMPTY],
  ['only a solution heading', '# Solution\n\nOne.', NO_QUESTION],
  ['an empty question heading', '# Question\n\n# Solution\n\nOne.', NO_QUESTION],
  ['only thinking', '<think>\nOne.\n</think>\nTwo.', NO_QUESTION],
  ['only front matter', '---\na: b\n---\n', NO_QUESTION],
  ['one paragraph', 'How many?', NO_STEPS],
  ['a question heading only', '# Problem\n\nA\n\nB', NO_STEPS],
  ['an empty solution', '# Problem\n\nA\n\n# Solution\n', NO_STEPS],
  ['an empty think', 'A\n\n<think>\n</think>\n', NO_STEPS],
];

describe('parseMarkdownTrace', function () {
  this.timeout(20_000);
  for (const [what, text, parts] of PARSED) it(`reads ${what}`, () => assert.deepEqual(read(text), parts));
  for (const [what, text, error] of REFUSED) it(`refuses ${what}`, () => assert.equal(read(text), error));

  const piece = fc.constantFrom(
    'a', ' ', '\n', '\n\n', '\r\n', '\n# Problem\n', '\n## Solution\n', '\nQ: ', '\nA: ', '\n**Question:** ', '\nAnswer: ', '\n<think>', '</think>',
    '---\n', 'x: y\n', '```\n', '$$', '\n# T\n', '?', '\nStep 1: ', '\nStep 2: ', '\ufeff', '\0',
  );
  const text = fc.oneof(fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')), fc.string({ unit: 'binary' }));

  it('gives spans that slice back, and text that belongs to it', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const result = parseMarkdownTrace('x.md', whole);
        if (!result.ok) return;
        const { trace, problem, response } = result.value;
        assert.equal(whole.slice(problem.start, problem.end), trace.problem);
        assert.equal(whole.slice(response.start, response.end), trace.response);
        assert.notEqual(trace.problem.trim(), '');
        assert.ok(problem.end <= response.start && trace.steps.length > 0);
        let at = 0;
        for (const { span } of trace.steps) {
          assert.ok(span.start >= at && span.end > span.start);
          at = span.end;
        }
        assert.ok(!trace.answer || (trace.answer.start > at && trace.answer.end <= trace.response.length));
      }),
      { numRuns: 5000 },
    );
  });

  it('gives a rendered document whose spans slice to the parts', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const result = parseMarkdownTrace('x.md', whole);
        if (!result.ok) return;
        const { trace } = result.value;
        const document = renderTrace(trace);
        const slice = ({ start, end }: { start: number; end: number }) => document.text.slice(start, end);
        assert.equal(slice(document.problem), trace.problem);
        assert.deepEqual(document.steps.map(slice), stepTexts(trace));
        assert.equal(document.answer && slice(document.answer), trace.answer && trace.response.slice(trace.answer.start, trace.answer.end));
      }),
    );
  });

  it('renders a document that a person can read', () => {
    const result = parseMarkdownTrace('x.md', 'How many?\n\n<think>\nOne.\n\nTwo.\n</think>\nThree.');
    assert.ok(result.ok);
    assert.equal(renderTrace(result.value.trace).text, '# Problem\n\nHow many?\n\n# Steps\n\nOne.\n\nTwo.\n\n# Answer\n\nThree.\n');
  });
});

describe('parseMarkdownTrace on two megabytes', function () {
  this.timeout(20_000);
  const fill = (unit: string) => unit.repeat(Math.ceil(2_000_000 / unit.length));
  for (const unit of ['a', ' ', '\n', '`', '```js\n', '$$', '<think>', '<think>\n', '</think>', 'Answer: x\n\n', 'Solution:\n', 'Question:\n', '# Problem\n', '# T\n\n', '---\n', '**', 'A:\n', 'a\n\n'])
    it(`gets through ${JSON.stringify(unit)} repeated`, () => {
      parseMarkdownTrace('x.md', `A\n\n${fill(unit)}`);
      // Front matter that is never closed, and no question above.
      parseMarkdownTrace('x.md', `---\na: b\n${fill(unit).slice(0, 200_000)}`);
    });
});
