import assert from 'node:assert/strict';
import { stepTexts } from '../../../src/core/trace/trace.ts';
import { openTraces } from '../../../src/formats/open.ts';
import { renderTrace } from '../../../src/formats/render.ts';
import { rowAt } from '../../../src/formats/row-at.ts';
import { itWithSharedData } from './shared-data.ts';

interface Row {
  readonly id: string;
  readonly problem: string;
  readonly steps: readonly string[];
  readonly label: number;
}

function checkRows(name: string, bytes: Uint8Array, text: string, rows: readonly Row[]): void {
  const file = openTraces(name, bytes);
  assert.ok(file.ok);
  assert.equal(file.value.rows, rows.length);
  rows.forEach((row, index) => {
    const trace = file.value.trace(index);
    assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
    assert.deepEqual(trace.value.source, { file: name, row: index, id: row.id });
    assert.equal(trace.value.problem, row.problem);
    assert.deepEqual(stepTexts(trace.value), row.steps);
    assert.deepEqual(trace.value.label, { field: 'label', firstError: row.label < 0 ? undefined : row.label, madeBy: row.id.startsWith('synthetic') ? 'unknown' : 'human', indexBase: 0 });
    const document = renderTrace(trace.value);
    assert.deepEqual(document.steps.map(({ start, end }) => document.text.slice(start, end)), row.steps);
  });
  for (let index = 0; index < rows.length; index += 37)
    assert.equal(rowAt(text, text.indexOf(JSON.stringify(rows[index]?.id))), index);
}

describe('published data', function () {
  this.timeout(20_000);
  for (const split of ['gsm8k', 'math'])
    itWithSharedData(`ProcessBench ${split}: steps and labels are the file's`, `processbench/${split}.json`, (bytes) => {
      const text = new TextDecoder().decode(bytes);
      checkRows(`${split}.json`, bytes, text, JSON.parse(text) as Row[]);
    });

  itWithSharedData("synthetic step errors: steps and labels are the file's", 'synthetic/step-errors.jsonl', (bytes) => {
    const text = new TextDecoder().decode(bytes);
    checkRows('step-errors.jsonl', bytes, text, text.trim().split('\n').map((line) => JSON.parse(line) as Row));
  });
});
