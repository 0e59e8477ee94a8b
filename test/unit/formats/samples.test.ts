import assert from 'node:assert/strict';
import { stepTexts, type Trace } from '../../../src/core/trace/trace.ts';
import { openTraces } from '../../../src/formats/open.ts';
import { repoFile } from './shared-data.ts';

function traces(file: string): Trace[] {
  const opened = openTraces(file, repoFile(`media/samples/${file}`));
  assert.ok(opened.ok, opened.ok ? '' : opened.error.message);
  return Array.from({ length: opened.value.rows }, (_, row) => {
    const trace = opened.value.trace(row);
    assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
    return trace.value;
  });
}

/** Indices of the steps with an equation that does not hold. */
function wrongSteps(trace: Trace): number[] {
  return stepTexts(trace).flatMap((step, index) => {
    const holds = [...step.matchAll(/(\d+) ([-+×÷]) (\d+) = (\d+)/g)].every(([, left, sign, right, result]) => {
      const [a, b] = [Number(left), Number(right)];
      const value = sign === '+' ? a + b : sign === '-' ? a - b : sign === '×' ? a * b : a / b;
      return value === Number(result);
    });
    return holds ? [] : [index];
  });
}

describe('the samples', () => {
  it('photos.md has one wrong step in the middle', () => {
    const [trace] = traces('photos.md');
    assert.equal(trace?.steps.length, 6);
    assert.deepEqual(wrongSteps(trace), [2]);
  });

  it('marbles-correct.md has none', () => {
    const [trace] = traces('marbles-correct.md');
    assert.equal(trace?.steps.length, 5);
    assert.deepEqual(wrongSteps(trace), []);
  });

  it('sample.jsonl says which step is wrong', () => {
    const rows = traces('sample.jsonl');
    assert.deepEqual(rows.map((trace) => trace.label?.firstError), [0, undefined, 2, undefined]);
    for (const trace of rows) assert.deepEqual(wrongSteps(trace), trace.label?.firstError === undefined ? [] : [trace.label.firstError]);
  });
});
