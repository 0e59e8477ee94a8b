import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { processBench } from '../../src/core/metrics/process-bench.ts';
import { stepTexts } from '../../src/core/trace/trace.ts';
import { scoreTraces } from '../../src/core/verifier/score-trace.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../src/core/verifier/settings.ts';
import { openTraces } from '../../src/formats/open.ts';
import { createEngine } from '../../src/models/onnx/engine.ts';
import { repoRoot } from '../unit/formats/shared-data.ts';
import { bundledModel } from '../unit/models/shared-models.ts';

const FILE = path.resolve(repoRoot(), '../shared/data/synthetic/step-errors.jsonl');

/** Every second pair of rows, one with an error and one without, so that a run of all tests stays short; all with STEPSCOPE_ALL_ROWS (npm test -- --only numbers). */
const EVERY = process.env['STEPSCOPE_ALL_ROWS'] === undefined ? 2 : 1;
const ROWS = 400 / EVERY;

/** Steps after the labelled error do not count for the metric and are not scored. */
async function firstErrors(bytes: Uint8Array) {
  const opened = openTraces('step-errors.jsonl', bytes);
  assert.ok(opened.ok);
  const rows = Array.from({ length: opened.value.rows }, (_, row) => row).filter((row) => row % (2 * EVERY) < 2);
  const traces = rows.map((row) => {
    const trace = opened.value.trace(row);
    assert.ok(trace.ok);
    return trace.value;
  });
  const engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
  try {
    const model = await engine.load(bundledModel('r-prm'));
    const requests = traces.map((trace) => {
      const steps = stepTexts(trace);
      const judged = steps.length > 0 ? steps.slice(0, (trace.label?.firstError ?? steps.length - 1) + 1) : steps;
      return { problem: trace.problem, steps, only: judged.map((_, step) => step), settings: DEFAULT_VERIFIER_SETTINGS };
    });
    const predicted: (number | undefined)[] = [];
    let unparsed = 0;
    for await (const { trace, event } of scoreTraces(model, requests)) {
      if (event.type === 'finished') predicted[trace] = event.summary.firstError;
      if (event.type === 'step') unparsed += event.score.unparsed;
      assert.notEqual(event.type, 'step-failed');
    }
    return { items: traces.map((trace, i) => ({ label: trace.label?.firstError, predicted: predicted[i] })), unparsed };
  } finally {
    engine.dispose();
  }
}

describe('shipped verifier on the held-out step-errors set', function () {
  this.timeout(30 * 60_000);
  const title = `ProcessBench F1 at K = 1, greedy, is at least 95.0 on ${ROWS} of 400 rows`;
  if (!existsSync(FILE)) {
    console.warn(`SKIPPED, test data missing: ${FILE}`);
    it.skip(`${title} [missing: ${FILE}]`);
    return;
  }
  it(title, async () => {
    const { items, unparsed } = await firstErrors(readFileSync(FILE));
    const result = processBench(items);
    console.log(`      F1 ${result.f1?.toFixed(1)} (error ${result.errorAccuracy?.toFixed(1)}% of ${result.errorRows}, correct ${result.correctAccuracy?.toFixed(1)}% of ${result.correctRows}), ${unparsed} unparsed`);
    assert.equal(result.errorRows + result.correctRows, ROWS);
    assert.ok((result.f1 ?? 0) >= 95, `F1 ${result.f1}`);
  });
});
