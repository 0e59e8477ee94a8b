import assert from 'node:assert/strict';
import { rowEval } from '../../../src/core/eval/row-eval.ts';
import { spreadRows } from '../../../src/core/eval/spread-rows.ts';
import { openTraces } from '../../../src/formats/open.ts';
import { jsonl, problem } from './eval-data.ts';

function evalOf(row: object): string {
  const opened = openTraces('data.jsonl', jsonl([row]));
  if (!opened.ok) throw new Error(opened.error.message);
  const trace = opened.value.trace(0);
  if (!trace.ok) throw new Error(trace.error.message);
  const found = rowEval(trace.value);
  return found.ok ? found.value.name : found.error.message;
}
const prm = (errors: readonly number[]) => ({ idx: 'x', question: 'q', modified_question: 'q?', original_process: ['a', 'b'], modified_process: ['a', 'b'], error_steps: errors, classification: 'circular' });

describe('the eval that a row is a test of', () => {
  it('goes by its label: first error, ratings of every step, or right answer', () => {
    assert.equal(evalOf(problem('a', -1)), 'processbench');
    assert.equal(evalOf(problem('a', 3)), 'processbench', 'a first error at the last step is no judgement of every step');
    assert.equal(evalOf(prm([2])), 'prmbench');
    assert.equal(evalOf({ question: 'How many?', answer: 'It is 3 + 4 = 7.\n#### 7' }), 'answers');
  });

  it('is none without a label, and with one that its steps contradict', () => {
    assert.match(evalOf({ id: 'a', problem: 'How many?', steps: ['7.'] }), /it has no label/);
    assert.match(evalOf(problem('a', 9)), /its label 9 \(field "label"\) names none of its 4 steps, which count from 0/);
    assert.match(evalOf(prm([2, 5])), /"error_steps" names step 5/);
  });
});

describe('rows that are spread over a file', () => {
  it('are as many as asked for, in order, each once, from the first on', () => {
    const rows = Array.from({ length: 11 }, (_, row) => 2 * row);
    assert.deepEqual(spreadRows(rows, 4), [0, 4, 10, 16]);
    assert.equal(spreadRows(rows, 11), rows);
    assert.equal(spreadRows(rows, 99), rows);
    for (let most = 1; most <= 11; most++) assert.equal(new Set(spreadRows(rows, most)).size, most);
  });
});
