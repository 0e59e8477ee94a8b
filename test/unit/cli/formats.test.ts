import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { jsonLines, runCli } from './run-cli.ts';

const PROBLEM = 'Anna has 2 apples. Anna buys 3 more apples. How many apples does Anna have now?';
const STEP = 'Anna gets 3 more apples: 2 + 3 = 5.';
const BENCH = { original_question: PROBLEM, modified_question: PROBLEM, original_process: [STEP], modified_process: [STEP, 'So 6.'], error_steps: [2], classification: 'circular', idx: 'i1' };

describe('stepscope formats and export', function () {
  this.timeout(60_000);
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-formats-'))));
  after(() => rmSync(work, { recursive: true, force: true }));
  const at = (name: string) => path.join(work, name);
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(at(name), content);
    return at(name);
  };

  it('lists what is read and what is written', async () => {
    const { code, stdout } = await runCli(['formats']);
    assert.equal(code, 0);
    for (const id of ['processbench', 'prmbench', 'prm800k', 'math-shepherd', 'mr-gsm8k', 'bigbench-mistake', 'gsm8k', 'r-prm', 'pats', 'openai-log', 'lm-eval', 'inspect', 'sharegpt', 'fields', 'stepscope', 'markdown', 'inspect-scores', 'csv']) assert.match(stdout, new RegExp(`^  ${id} +\\S`, 'm'));
  });

  it('says what a file looks like, and proposes a map for it', async () => {
    const { code, stdout } = await runCli(['formats', write('own.jsonl', `${JSON.stringify({ query: PROBLEM, solution_steps: [STEP], first_error_step: 1 })}\n`)]);
    assert.equal(code, 0);
    assert.match(stdout, /^own\.jsonl: jsonl, 1 rows\n {2}rows +0\.20/);
    assert.match(stdout, /\{"version":1,"problem":"query","steps":"solution_steps"\}/);
    assert.match(stdout, /firstError: Does "first_error_step" count the steps from 0 or from 1/);
  });

  it('exports all traces of all rows, with joined scores, and reads them again', async () => {
    const source = write('bench.jsonl', `${JSON.stringify(BENCH)}\n{"problem": 3}\n`);
    const scores = write('scores.jsonl', `${JSON.stringify({ idx: 'circular_i1', scores: { step_level_validity_scores: [0.9, 0.1], step_level_validity_labels: [true, false] } })}\n`);
    const { code, stderr, stdout } = await runCli(['export', source, at('out.jsonl'), '--join', scores]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^bench\.jsonl row 1 \(line 2\) /);
    assert.match(stderr, /out\.jsonl: 2 traces\n$/);
    const rows = jsonLines(readFileSync(at('out.jsonl'), 'utf8')) as { source: object; label?: object; given: { scores?: { file: string; values: number[] }[] } }[];
    assert.deepEqual(rows.map((row) => row.source), ['modified', 'original'].map((variant) => ({ file: 'bench.jsonl', row: 0, id: 'i1', variant })));
    assert.deepEqual(rows.map((row) => row.given.scores?.map(({ file, values }) => [file, values])), [[['scores.jsonl', [0.9, 0.1]]], undefined]);
    assert.deepEqual(rows[0]?.label, { firstError: 1, field: 'error_steps', madeBy: 'model', indexBase: 1 });
    const again = await runCli(['export', at('out.jsonl'), at('again.jsonl')]);
    assert.equal(again.code, 0);
    assert.deepEqual(jsonLines(readFileSync(at('again.jsonl'), 'utf8')), rows);
  });

  it('names what a format cannot carry, and never writes over a file', async () => {
    const source = write('bench2.jsonl', JSON.stringify(BENCH));
    const first = await runCli(['export', source, at('bench.csv'), '--to', 'csv', '--variant', 'modified']);
    assert.equal(first.code, 0);
    assert.match(first.stderr, /Not in .*bench\.csv: labels and scores from the file \(of 1 traces\)/);
    const second = await runCli(['export', source, at('bench.csv'), '--to', 'csv']);
    assert.deepEqual([second.code, second.stderr], [2, `${at('bench.csv')} is there already: name a new file.\n`]);
  });

  describe('bad input: exit code 2, one sentence, nothing written', () => {
    const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
      ['no target', () => ['export', 'media/samples/sample.jsonl'], /^export takes two files/],
      ['an unknown target format', () => ['export', 'media/samples/sample.jsonl', at('x'), '--to', 'pdf'], /^--to pdf is not one of jsonl, markdown, processbench, inspect-scores, csv\.$/],
      ['an unknown format', () => ['score', 'media/samples/sample.jsonl', '--format', 'excel'], /^--format excel is not one of stepscope, /],
      ['a variant that is not there', () => ['score', 'media/samples/sample.jsonl', '--row', '0', '--variant', 'third'], /sample\.jsonl row 0 \(line 1\) has no trace "third": it is one trace\.$/],
      ['a field map without where counting starts', () => ['score', 'media/samples/sample.jsonl', '--fields', write('map.json', '{"version": 1, "problem": "p", "steps": "s", "firstError": {"path": "l"}}')], /^\S+map\.json is no field map: "firstError\.indexBase"/],
      ['a table of scores', () => ['score', write('only.jsonl', '{"idx": "a_b", "scores": {"step_level_validity_scores": [1]}}')], /^only\.jsonl row 0 \(line 1\) has scores of a_b and no text: open the PRMBench file/],
      ['a folder that is not there', () => ['export', 'media/samples/sample.jsonl', at('no/x.jsonl')], /no\/x\.jsonl is in a folder that does not exist\.$/],
      ['a text where rows are needed', () => ['formats', 'media/samples/photos.md'], /^photos\.md is a text, which has no rows/],
    ];
    for (const [what, args, message] of cases)
      it(what, async () => {
        const { code, stdout, stderr } = await runCli(args());
        assert.deepEqual([code, stdout], [2, '']);
        assert.match(stderr.trim(), message);
        assert.equal(stderr.trim().split('\n').length, 1, stderr);
        assert.ok(!existsSync(at('x')));
      });
  });

  describe('score reads', () => {
    const sample = { id: 1, epoch: 1, input: PROBLEM, target: '5', messages: [], output: { choices: [{ message: { role: 'assistant', content: STEP } }] } };
    const files: readonly (readonly [string, () => string | Uint8Array])[] = [
      ['log.eval', () => zipSync({ 'samples/1_epoch_1.json': strToU8(JSON.stringify(sample)) })],
      ['table.csv', () => `question,solution\n"${PROBLEM}","${STEP}"\n`],
      ['table.parquet', () => new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'problem', data: [PROBLEM] }, { name: 'steps', data: [[STEP]] }] }))],
    ];
    for (const [name, content] of files)
      it(name, async () => {
        const { code, stdout, stderr } = await runCli(['score', write(name, content()), '--mode', 'direct', '--json']);
        assert.equal(code, 0, stderr);
        const [step] = jsonLines(stdout);
        assert.deepEqual([step?.['text'], typeof step?.['score']], [STEP, 'number']);
      });
  });
});
