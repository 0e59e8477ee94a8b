import assert from 'node:assert/strict';
import { givenStart, segmenterOf } from '../../../../src/core/bias/write-traces.ts';
import { DEFAULT_BIAS_SETTINGS } from '../../../../src/core/bias/settings.ts';
import { parseMarkdownTrace } from '../../../../src/formats/markdown.ts';
import { questionOf, settingsFor, subjectNotes, subjectOfTrace, type BiasSubject } from '../../../../src/vscode/bias/bias-subject.ts';

const QUESTION = 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?';
const THINKING = '393 - 237 = 156.\n\nSo the answer is 156.';

function subject(response: string): BiasSubject {
  const trace = parseMarkdownTrace('photos.md', `# Problem\n\n${QUESTION}\n\n# Solution\n\n${response}\n`);
  assert.ok(trace.ok, response);
  const found = subjectOfTrace('photos.md', trace.value.trace);
  assert.ok(!('refusal' in found));
  return found;
}

describe('what a bias view is about', () => {
  const whole = subject(`<think>\n${THINKING}\n</think>\n\nThe answer is \\boxed{156}.`);

  it('is the question of a trace with its solution as it stands', () => {
    assert.equal(questionOf(whole).question, QUESTION);
    assert.deepEqual(whole.solution?.steps.map(({ start, end }) => whole.solution?.response.slice(start, end)), ['393 - 237 = 156.', 'So the answer is 156.']);
  });

  it('goes on from a prompt that has opened the thinking, and keeps the tag where it has not', () => {
    const { response } = whole.solution!;
    assert.ok(response.slice(givenStart('<|im_start|>assistant\n<think>\n', response)).startsWith('393 - 237'));
    assert.equal(givenStart('<|im_start|>assistant\n', response), 0);
  });

  it('says what a solution lacks: that its writer is known, a block, its end, a segmenter that cuts so', () => {
    assert.equal(subjectNotes(whole, 'reasoner').length, 1);
    assert.match(subjectNotes(subject(`<think>\n${THINKING}`), 'reasoner').join(), /has no end/);
    assert.match(subjectNotes(subject(THINKING), 'reasoner').join(), /no thinking block/);
    const { response } = whole.solution!;
    const edited: BiasSubject = { ...whole, solution: { response, steps: [{ start: 8, end: 11 }, { start: 12, end: 8 + THINKING.length }] } };
    assert.match(subjectNotes(edited, 'reasoner').join(), /No segmenter/);
    assert.deepEqual(subjectNotes({ name: '', question: QUESTION }, 'reasoner'), []);
  });

  it('is cut by the segmenter that gives its steps', () => {
    const lines: BiasSubject = { ...whole, solution: { response: 'One.\nTwo.', steps: [{ start: 0, end: 4 }, { start: 5, end: 9 }] } };
    assert.equal(settingsFor(lines, DEFAULT_BIAS_SETTINGS).detectors.segmenter, 'lines');
    assert.equal(settingsFor(whole, DEFAULT_BIAS_SETTINGS).detectors.segmenter, 'blank-lines');
    assert.equal(segmenterOf('One. Two.', [{ start: 1, end: 4 }]), undefined);
  });

  it('is nothing without a question', () => {
    const none = subjectOfTrace('x.md', { problem: ' ', response: 'One.', steps: [], source: { file: 'x.md' } });
    assert.match('refusal' in none ? none.refusal : '', /x\.md has no question/);
  });
});
