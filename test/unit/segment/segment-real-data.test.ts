import assert from 'node:assert/strict';
import { protectedBlocks } from '../../../src/core/segment/blocks.ts';
import { SEGMENTERS, type TextSegmenterName } from '../../../src/core/segment/segmenters.ts';
import { segmentStream } from '../../../src/core/segment/stream.ts';
import { itWithSharedData } from '../formats/shared-data.ts';
import { checkSteps } from './check-steps.ts';
import { forEachText, jsonOf } from './shared-texts.ts';

const FILES = [
  'bigbench-mistake/multistep_arithmetic.jsonl', 'bigbench-mistake/tracking_shuffled_objects.jsonl', 'gsm8k/example_model_solutions.jsonl', 'math500/math500.jsonl', 'mgsm/exemplars.json',
  'mr-gsm8k/Claude_eval_results.json', 'prm-samples/samples_math-aps.jsonl', 'prm-samples/samples_math-shepherd.jsonl', 'prm-samples/samples_prm800k.jsonl',
  'prmbench/debug.jsonl', 'prmbench/prm800k_test_p1_4o_circular.jsonl', 'processbench/gsm8k.json', 'processbench/math.json', 'reasoning-outputs/sample_ollama_outputs.json',
  'reasoning-outputs/sample_openrouter_outputs.json', 'strawberry-bench/anthropic__claude-opus-4.6_zero_shot.json', 'synthetic/parallel.jsonl', 'synthetic/step-errors.jsonl',
  'synthetic/translation.jsonl', 'lm-eval-logs/samples_gsm8k_2025-09-09T13-31-53.431753.jsonl',
];
const names = Object.keys(SEGMENTERS) as TextSegmenterName[];
const PIECE = 97;

describe('every text of the shared data', function () {
  this.timeout(120_000);
  for (const file of FILES)
    itWithSharedData(`${file}: nothing is lost, no block is cut, a step stays whole, and pieces give the same steps`, file, (bytes) => {
      let texts = 0;
      forEachText(jsonOf(file, bytes), (text) => {
        texts++;
        for (const name of names) check(name, text);
      });
      assert.ok(texts > 0);
    });
});

function check(name: TextSegmenterName, text: string): void {
  const options = { language: 'en' };
  const steps = SEGMENTERS[name].cut(text, undefined, options);
  checkSteps(text, steps, protectedBlocks(text));
  if (name !== 'auto')
    for (const { start, end } of steps)
      assert.deepEqual(SEGMENTERS[name].cut(text.slice(start, end), undefined, options), [{ start: 0, end: end - start }], `${name}: ${text.slice(start, end)}`);
  const stream = segmentStream(name, options);
  const pieces = Array.from({ length: Math.ceil(text.length / PIECE) }, (_, index) => stream.push(text.slice(index * PIECE, (index + 1) * PIECE)));
  assert.deepEqual([...pieces.flat(), ...stream.finish()], steps, `${name} in pieces: ${text}`);
}
