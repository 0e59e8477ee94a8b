import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { jsonLines, runCli } from './run-cli.ts';

describe('stepscope bias', function () {
  this.timeout(120_000);
  let work = '';
  let data = '';
  before(() => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-bias-'));
    data = path.join(work, 'questions.jsonl');
    const rows = [{ question: 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?', answer: '156' }, { question: 'Calculate (7 × 18) - 36.', answer: '90' }];
    writeFileSync(data, rows.map((row) => JSON.stringify(row)).join('\n'));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it('prints each question, then the summary, and goes on from its log with nothing asked again', async () => {
    const log = path.join(work, 'run.jsonl');
    const args = ['bias', '--data', data, '--samples', '4', '--plans', 'question@answer,nothing@answer', '--system', 'reflect at random', '--max-tokens', '250', '--log', log, '--json'];
    const first = await runCli(args);
    assert.equal(first.code, 0, first.stderr);
    const rows = jsonLines(first.stdout);
    assert.equal(rows.length, 3);
    assert.deepEqual(Object.keys(rows[0]!), ['row', 'question', 'gold', 'guesses', 'deviation', 'answer', 'correct', 'tokens', 'pFirst', 'steps', 'reflections', 'redundant', 'loops', 'finish', 'plans']);
    assert.equal(rows[0]?.['answer'], '156');
    assert.deepEqual((rows[0]['plans'] as { plan: string }[]).map(({ plan }) => plan), ['question@answer', 'nothing@answer']);
    const lines = jsonLines(readFileSync(log, 'utf8'));
    assert.deepEqual([lines[0]?.['kind'], lines.at(-1)?.['type'], lines.at(-1)?.['reason']], ['bias', 'run-end', 'done']);

    const second = await runCli(args);
    assert.equal(second.code, 0);
    assert.match(second.stderr, /8 of 8 parts are there already/);
    assert.equal(second.stdout, first.stdout);
    const other = await runCli([...args, '--seed', '5']);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /run\.jsonl is of a run with other settings: give the same, or name another --log/);
  });

  it('writes the report as a page, a text and a table beside its log, and goes on from there', async () => {
    const out = path.join(work, 'reports');
    const args = ['bias', '--data', data, '--limit', '1', '--samples', '2', '--plans', 'random@answer', '--max-tokens', '200', '--out', out];
    const { code, stderr } = await runCli(args);
    assert.equal(code, 0, stderr);
    assert.deepEqual(readdirSync(out).sort(), ['report.html', 'report.md', 'rows.csv', 'run.jsonl']);
    assert.match(readFileSync(path.join(out, 'report.md'), 'utf8'), /^# internal bias · questions\.jsonl · reasoner\n\n1 question\b[^]*controls random/);
    assert.match(readFileSync(path.join(out, 'rows.csv'), 'utf8'), /^row,plan,[^]*\n0,original,[^]*\n0,random@answer,mask,/);
    assert.match((await runCli(args)).stderr, /3 of 3 parts are there already/);
    assert.match((await runCli(['eval', 'bias', '--data', data])).stderr, /an experiment of its own: stepscope bias --data FILE --out DIR/);
  });

  it('says what is wrong with a plan, an option or the data, and what to do', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /bias needs --data FILE/],
      [['--data', data, '--plans', 'everything@start'], /"everything@start" is not a masking plan: write TARGET@START/],
      [['--data', data, '--plans', 'question@start', '--method', 'remove', '--layers', '1'], /--layers and --heads go with --method mask/],
      [['--data', data, '--samples', '0'], /--samples 0 is not a whole number from 1/],
      [['--data', data, '--templates', 'quick'], /--templates quick is not one of closed, boxed, choice/],
      [['--data', path.join(work, 'none.jsonl')], /none\.jsonl does not exist: name a JSONL/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await runCli(['bias', ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });
});
