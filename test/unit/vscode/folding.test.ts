import assert from 'node:assert/strict';
import { foldedLines } from '../../../src/vscode/folding.ts';
import { pairsOf } from '../../../src/vscode/trace-pairs.ts';

const TEXT = 'Q1\nQ2\n\nA1\nA2\n\nB\n\nC1\nC2\nC3\n\nend\nof it\n';
const lineAt = (offset: number): number => TEXT.slice(0, offset).split('\n').length - 1;
const span = (text: string) => ({ start: TEXT.indexOf(text), end: TEXT.indexOf(text) + text.length });
const trace = { problem: span('Q1\nQ2'), steps: [span('A1\nA2'), span('B'), span('C1\nC2\nC3')], units: [], answer: undefined };

describe('folding', () => {
  it('has problem, steps and answer, where they have more than one line', () => {
    assert.deepEqual(foldedLines({ ...trace, answer: span('end\nof it\n') }, lineAt), [
      { start: 0, end: 1 },
      { start: 3, end: 4 },
      { start: 8, end: 10 },
      { start: 12, end: 13 },
    ]);
    assert.deepEqual(foldedLines(trace, lineAt).length, 3);
  });

  it('has units over their steps, one region a line', () => {
    const units = [{ first: 0, end: 2 }, { first: 2, end: 3 }];
    assert.deepEqual(foldedLines({ ...trace, units }, lineAt), [
      { start: 0, end: 1 },
      { start: 3, end: 6 },
      { start: 8, end: 10 },
    ]);
  });
});

describe('pairs of traces to compare', () => {
  it('are original against modified, those of the current row first', () => {
    const rows = [{ row: 0, variants: ['modified', 'original'] }, { row: 1, variants: [] }, { row: 2, variants: ['a', 'b', 'c'] }];
    assert.deepEqual(pairsOf(rows, 2), [{ row: 2, left: 'a', right: 'b' }, { row: 0, left: 'original', right: 'modified' }]);
    assert.deepEqual(pairsOf(rows, undefined).map(({ row }) => row), [0, 2]);
    assert.deepEqual(pairsOf([{ row: 0, variants: ['only'] }], 0), []);
  });
});
