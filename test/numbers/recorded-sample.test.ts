import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { stepTexts } from '../../src/core/trace/trace.ts';
import type { Score } from '../../src/core/verifier/score.ts';
import { scoreTrace } from '../../src/core/verifier/score-trace.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../src/core/verifier/settings.ts';
import { recordLine } from '../../src/formats/export/jsonl.ts';
import { openTraces } from '../../src/formats/open.ts';
import { createEngine } from '../../src/models/onnx/engine.ts';
import { repoFile, repoRoot } from '../unit/formats/shared-data.ts';
import { bundledModel } from '../unit/models/shared-models.ts';

const FILE = 'media/samples/photos-scored.jsonl';
const UPDATE = process.env['STEPSCOPE_UPDATE'] !== undefined;

/** The scores of photos.md by the bundled verifier with the settings that the editor starts with. */
async function scoredNow() {
  const opened = openTraces('photos.md', repoFile('media/samples/photos.md'));
  assert.ok(opened.ok);
  const trace = opened.value.trace(0);
  assert.ok(trace.ok);
  const engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
  try {
    const model = await engine.load(bundledModel('r-prm'));
    const scores: Score[] = [];
    for await (const event of scoreTrace(model, { problem: trace.value.problem, steps: stepTexts(trace.value), settings: DEFAULT_VERIFIER_SETTINGS }))
      if (event.type === 'step') scores[event.step] = event.score;
    return { trace: trace.value, scores };
  } finally {
    engine.dispose();
  }
}

describe('the scores that are shipped with the sample', function () {
  this.timeout(5 * 60_000);
  it('are those of the bundled verifier (STEPSCOPE_UPDATE=1 writes them anew)', async () => {
    const { trace, scores } = await scoredNow();
    if (UPDATE) writeFileSync(path.join(repoRoot(), FILE), `${recordLine({ trace, scores })}\n`);
    const opened = openTraces(FILE, repoFile(FILE));
    assert.ok(opened.ok);
    const record = opened.value.record(0);
    assert.ok(record.ok);
    assert.deepEqual({ ...record.value.trace, source: trace.source }, trace);
    assert.equal(record.value.scores?.length, scores.length);
    record.value.scores.forEach((score, step) => {
      const now = scores[step];
      assert.ok(score?.pYes !== undefined && now?.pYes !== undefined);
      assert.equal(score.provenance.modelHash, now.provenance.modelHash);
      // Another processor may round a late digit otherwise; a greedy text stays the same but for a tie.
      assert.ok(Math.abs(score.pYes - now.pYes) < 0.05, `step ${step + 1}: ${score.pYes} is recorded, ${now.pYes} it is`);
    });
  });
});
