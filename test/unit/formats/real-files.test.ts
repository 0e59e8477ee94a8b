import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Trace } from '../../../src/core/trace/trace.ts';
import { openFile } from '../../../src/formats/open-file.ts';
import { checkTrace } from './check-trace.ts';
import { repoRoot } from './shared-data.ts';

/** A file of the shared data: its format, its rows, what became of each (traces of all variants, or reasons), traces with a label, steps. */
type Golden = readonly [file: string, format: string, rows: number, outcomes: Readonly<Record<string, number>>, labels: number, steps: number];

const GOLDEN: readonly Golden[] = [
  ['bigbench-mistake/dyck_languages.jsonl', 'bigbench-mistake', 986, { traces: 985, 'no-steps': 1 }, 985, 24121],
  ['bigbench-mistake/logical_deduction.jsonl', 'bigbench-mistake', 300, { traces: 300 }, 300, 2497],
  ['bigbench-mistake/multistep_arithmetic.jsonl', 'bigbench-mistake', 300, { traces: 300 }, 300, 1506],
  ['bigbench-mistake/tracking_shuffled_objects.jsonl', 'bigbench-mistake', 300, { traces: 300 }, 300, 1617],
  ['bigbench-mistake/word_sorting.jsonl', 'bigbench-mistake', 300, { traces: 300 }, 300, 3508],
  ['gsm8k/example_model_solutions.jsonl', 'gsm8k-solutions', 1319, { traces: 6595 }, 0, 22695],
  ['gsm8k/test.jsonl', 'gsm8k', 1319, { traces: 1319 }, 0, 4819],
  ['gsm8k/train.jsonl', 'gsm8k', 7473, { traces: 7473 }, 0, 26720],
  ['inspect-logs/analysis__test_logs__2025-05-12T20-28-13-04-00_popularity.json', 'inspect', 3, { traces: 3 }, 0, 3],
  ['inspect-logs/log__test_eval_log__log_formats.eval', 'inspect', 1, { traces: 1 }, 0, 1],
  ['inspect-logs/log__test_eval_log__log_formats.json', 'inspect', 1, { traces: 1 }, 0, 1],
  ['inspect-logs/log__test_eval_log__log_read_sample.eval', 'inspect', 1, { traces: 1 }, 0, 1],
  ['inspect-logs/log__test_list_logs__2024-11-05T13-32-37-05-00_input-task_hxs4q9azL3ySGkjJirypKZ.eval', 'inspect', 1, { traces: 1 }, 0, 4],
  ['inspect-logs/scorer__logs__2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval', 'inspect', 10, { traces: 10 }, 0, 10],
  ['lm-eval-logs/eval_mmlu_pro_plus__samples_mmlu_pro_plus_health_2025-10-14T14-44-39.372006.jsonl', 'lm-eval', 3, { traces: 3 }, 0, 8],
  ['lm-eval-logs/results_2025-09-09T13-31-53.431753.json', 'lm-eval-results', 1, { 'no-text': 1 }, 0, 0],
  ['lm-eval-logs/samples_gsm8k_2025-09-09T13-31-53.431753.jsonl', 'lm-eval', 3, { traces: 3 }, 0, 10],
  ['math500/math500.jsonl', 'math', 500, { traces: 500 }, 0, 1543],
  ['mgsm/exemplars.json', 'rows', 1, { 'unknown-shape': 1 }, 0, 0],
  ['mgsm/mgsm_bn.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_de.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_en.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_es.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_fr.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_ja.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_ru.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_sw.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_te.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_th.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mgsm/mgsm_zh.tsv', 'fields', 250, { 'needs-map': 250 }, 0, 0],
  ['mr-gsm8k/Claude_eval_results.json', 'mr-gsm8k', 326, { traces: 326 }, 326, 2558],
  ['prm-samples/samples_math-aps-tree.jsonl', 'math-aps', 3, { traces: 3 }, 0, 10],
  ['prm-samples/samples_math-aps.jsonl', 'math-aps', 3, { traces: 3 }, 0, 10],
  ['prm-samples/samples_math-shepherd.jsonl', 'math-shepherd', 7, { traces: 7 }, 7, 25],
  ['prm-samples/samples_prm800k.jsonl', 'prm800k', 6, { traces: 6 }, 4, 45],
  ['prmbench/debug.jsonl', 'prmbench', 2, { traces: 4 }, 2, 58],
  ['prmbench/prm800k_test_p1_4o_circular.jsonl', 'prmbench', 90, { traces: 180 }, 90, 2572],
  ['prmbench/prm800k_test_p1_4o_redundency.jsonl', 'prmbench', 90, { traces: 180 }, 90, 2961],
  ['prmbench/prm_test_p12_multi_solutions.jsonl', 'prmbench', 165, { traces: 330 }, 165, 4207],
  ['processbench/gsm8k.json', 'processbench', 400, { traces: 400 }, 400, 2082],
  ['processbench/math.json', 'processbench', 1000, { traces: 1000 }, 1000, 6505],
  ['reasoning-outputs/math500_gpt_answers.json', 'rows', 500, { 'no-question': 500 }, 0, 0],
  ['reasoning-outputs/math500_qwen3_answers.json', 'rows', 500, { 'no-question': 500 }, 0, 0],
  ['reasoning-outputs/math_new50_exercise.json', 'math', 50, { traces: 50 }, 0, 88],
  ['reasoning-outputs/math_train_sample.json', 'rows', 5, { 'no-steps': 5 }, 0, 0],
  ['reasoning-outputs/sample_ollama_outputs.json', 'thinking', 5, { traces: 5 }, 0, 533],
  ['reasoning-outputs/sample_openrouter_outputs.json', 'thinking', 5, { traces: 5 }, 0, 91],
  ['strawberry-bench/anthropic__claude-opus-4.6_zero_shot.json', 'rows', 847, { 'unknown-shape': 847 }, 0, 0],
  ['synthetic/parallel.jsonl', 'rows', 900, { 'no-steps': 900 }, 0, 0],
  ['synthetic/problems.jsonl', 'rows', 600, { 'no-steps': 600 }, 0, 0],
  ['synthetic/retrieval.jsonl', 'rows', 300, { 'no-steps': 300 }, 0, 0],
  ['synthetic/step-errors.jsonl', 'processbench', 400, { traces: 400 }, 400, 1770],
  ['synthetic/translation.jsonl', 'rows', 200, { 'no-steps': 200 }, 0, 0],
];

const folder = path.resolve(repoRoot(), '../shared/data');

describe('all shared data files', function () {
  this.timeout(60_000);
  if (!existsSync(folder)) {
    console.warn(`SKIPPED, test data missing: ${folder}`);
    it.skip(`open [missing: ${folder}]`);
    return;
  }

  it('are all known here', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => path.extname(file) !== '' && path.extname(file) !== '.md');
    const data = files.map((file) => file.split(path.sep).join('/')).sort();
    assert.deepEqual(data, GOLDEN.map(([file]) => file).sort());
  });

  for (const [file, format, rows, outcomes, labels, steps] of GOLDEN)
    it(`${file}: ${rows} rows as ${format}, ${Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`, async () => {
      const name = path.basename(file);
      const opened = await openFile(name, readFileSync(path.join(folder, file)));
      assert.ok(opened.ok, opened.ok ? '' : opened.error.message);
      const found: Record<string, number> = {};
      const traces: Trace[] = [];
      for (let row = 0; row < opened.value.rows; row++) {
        const variants = opened.value.variants(row);
        for (const variant of variants.length === 0 ? [undefined] : variants) {
          const trace = opened.value.trace(row, variant);
          const outcome = trace.ok ? 'traces' : trace.error.reason;
          found[outcome] = (found[outcome] ?? 0) + 1;
          if (trace.ok) {
            checkTrace(trace.value);
            traces.push(trace.value);
          } else assert.ok(trace.error.message.startsWith(name) && trace.error.message.endsWith('.'), trace.error.message);
        }
      }
      assert.equal(opened.value.rowFormat.id, format);
      assert.equal(opened.value.rows, rows);
      assert.deepEqual(found, outcomes);
      assert.equal(traces.filter(({ label }) => label !== undefined).length, labels);
      assert.equal(traces.reduce((sum, trace) => sum + trace.steps.length, 0), steps);
    });
});
