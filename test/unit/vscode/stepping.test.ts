import assert from 'node:assert/strict';
import { annotate } from '../../../src/vscode/annotations.ts';
import { normalizeLineEndings } from '../../../src/vscode/line-endings.ts';
import { nextSuspicious, stepFrom, stepNumbered, stepToEnd } from '../../../src/vscode/stepping.ts';
import { stepAt } from '../../../src/vscode/trace-documents.ts';
import { score, step } from './scores.ts';

const steps = [
  { start: 10, end: 20 },
  { start: 22, end: 30 },
  { start: 32, end: 40 },
];
const from = (offset: number, remembered?: number) => ({ steps, offset, remembered });

describe('stepping', () => {
  it('knows the step at an offset, and the one before a gap', () => {
    assert.deepEqual([5, 10, 19, 21, 22, 99].map((offset) => stepAt(steps, offset)), [undefined, 0, 0, 0, 1, 2]);
  });

  it('goes on and back', () => {
    assert.deepEqual(stepFrom(from(5), 1), { step: 0, clamped: false });
    assert.deepEqual(stepFrom(from(10), 1), { step: 1, clamped: false });
    assert.deepEqual(stepFrom(from(35), -1), { step: 1, clamped: false });
  });

  it('stays at both ends', () => {
    assert.deepEqual(stepFrom(from(32), 1), { step: 2, clamped: true });
    assert.deepEqual(stepFrom(from(10), -1), { step: 0, clamped: true });
    assert.deepEqual(stepFrom(from(5), -1), { step: 0, clamped: true });
  });

  it('takes a trace up where it was left', () => {
    assert.deepEqual(stepFrom(from(0, 2), 1), { step: 2, clamped: false });
    assert.deepEqual(stepFrom(from(0, 9), 1), { step: 2, clamped: false });
    assert.deepEqual(stepFrom(from(10, 2), 1), { step: 1, clamped: false });
  });

  it('goes to both ends, and knows when it is there', () => {
    assert.deepEqual(stepToEnd(from(24), 'first'), { step: 0, clamped: false });
    assert.deepEqual(stepToEnd(from(5), 'first'), { step: 0, clamped: false });
    assert.deepEqual(stepToEnd(from(12), 'first'), { step: 0, clamped: true });
    assert.deepEqual(stepToEnd(from(12), 'last'), { step: 2, clamped: false });
    assert.deepEqual(stepToEnd(from(99), 'last'), { step: 2, clamped: true });
  });

  it('goes to a step by its number, and to the nearest end where there is none', () => {
    assert.deepEqual([1, 3, 0, -4, 4].map((number) => stepNumbered(number, 3)), [
      { step: 0, clamped: false },
      { step: 2, clamped: false },
      { step: 0, clamped: true },
      { step: 0, clamped: true },
      { step: 2, clamped: true },
    ]);
  });

  it('finds the next suspicious step after the cursor', () => {
    const { steps: annotations } = annotate([step({ greedy: score(0.1) }), step({ greedy: score(0.9) }), step({ sampled: score(0.9, 0.1) })], 0.5, undefined);
    assert.equal(nextSuspicious(from(5), annotations), 0);
    assert.equal(nextSuspicious(from(10), annotations), 2);
    assert.equal(nextSuspicious(from(32), annotations), undefined);
  });
});

describe('line endings', () => {
  it('makes them one kind and moves spans along', () => {
    const text = 'a\r\nbc\rd\ne';
    const { text: normal, spans } = normalizeLineEndings(text, [{ start: 3, end: 5 }, { start: 6, end: 9 }]);
    assert.equal(normal, 'a\nbc\nd\ne');
    assert.deepEqual(spans.map(({ start, end }) => normal.slice(start, end)), ['bc', 'd\ne']);
  });

  it('leaves plain text alone', () => {
    assert.deepEqual(normalizeLineEndings('a\nb', [{ start: 2, end: 3 }]), { text: 'a\nb', spans: [{ start: 2, end: 3 }] });
  });
});
