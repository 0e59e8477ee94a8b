import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { jsonLines, runCli } from './run-cli.ts';

interface SummaryLine {
  readonly metrics: readonly { readonly id: string; readonly value: number | null; readonly n: number }[];
  readonly rows: { readonly evaluated: number; readonly leftOut: number };
}

describe('stepscope eval', function () {
  this.timeout(180_000);
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-eval-'))));
  after(() => rmSync(work, { recursive: true, force: true }));
  const write = (name: string, rows: readonly object[]) => {
    const file = path.join(work, name);
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return file;
  };
  const problem = 'Anna has 2 apples. Anna buys 3 more apples. How many apples does Anna have now?';
  const data = () =>
    write('data.jsonl', [
      { id: 'a', problem, steps: ['Anna gets 3 more apples: 2 + 3 = 5.', 'So the answer is 5.'], label: -1 },
      { id: 'b', problem, steps: ['Anna gets 3 more apples: 2 + 3 = 6.', 'So the answer is 6.'], label: 0 },
      { id: 'c', problem, steps: ['Anna gets 3 more apples: 2 + 3 = 5.', 'So the answer is 7.'], label: 1 },
    ]);
  const summaryOf = (stdout: string) => jsonLines(stdout.trimEnd().split('\n').at(-1) ?? '')[0] as unknown as SummaryLine;

  it('scores with the bundled verifier, keeps the run, goes on without scoring twice, and says that it is a demonstration', async () => {
    const out = path.join(work, 'run');
    const first = await runCli(['eval', 'processbench', '--data', data(), '--limit', '2', '--out', out]);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /r-prm is a demonstration model/);
    assert.equal(summaryOf(first.stdout).rows.evaluated, 2);
    for (const name of ['run.jsonl', 'summary.json', 'report.html', 'report.md']) assert.ok(existsSync(path.join(out, name)), name);
    const rowsOf = () => jsonLines(readFileSync(path.join(out, 'run.jsonl'), 'utf8')).filter((line) => line['type'] === 'row').map((line) => line['row']);
    const before = rowsOf();
    // As after a crash: no end, and a line that was cut off.
    writeFileSync(path.join(out, 'run.jsonl'), `${readFileSync(path.join(out, 'run.jsonl'), 'utf8').split('\n').slice(0, -2).join('\n')}\n{"type":"row","row":{"row":2,"it`);
    assert.equal((await runCli(['eval', 'processbench', '--data', data(), '--out', out])).code, 2, 'a run that is there is never written over');
    const second = await runCli(['eval', 'processbench', '--data', data(), '--out', out, '--resume', '--min', 'f1=101']);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /2 of 3 rows are there already/);
    assert.match(second.stderr, /f1 is .*less than 101/);
    assert.deepEqual(rowsOf().slice(0, 2), before);
    assert.equal(rowsOf().length, 3);
    const other = await runCli(['eval', 'processbench', '--data', data(), '--out', out, '--resume', '--mode', 'direct']);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /differs in its settings of the verifier/);
  });

  it('evaluates score files without a model, row by row in JSON, and lists what does not fit', async () => {
    const scores = write('scores.jsonl', [{ id: 'a', scores: [0.9, 0.9] }, { id: 'b', scores: [0.1, 0.9] }, { id: 'c', scores: [0.9] }]);
    const { code, stdout, stderr } = await runCli(['eval', 'processbench', '--data', data(), '--scores', scores, '--json']);
    assert.equal(code, 2);
    assert.match(stderr, /data\.jsonl row 2: scores\.jsonl has 1 scores for it, and it has 2 steps/);
    const lines = jsonLines(stdout);
    assert.deepEqual(lines.slice(0, 2).map((line) => (line['outcome'] as { state: string }).state), ['right', 'right']);
    assert.deepEqual(summaryOf(stdout).metrics.slice(0, 3).map(({ id, value, n }) => [id, value, n]), [['f1', 100, 2], ['error-accuracy', 100, 1], ['correct-accuracy', 100, 1]]);
  });

  it('holds two models against each other, the same one in two modes too, and says how each was asked', async () => {
    const out = path.join(work, 'two');
    const { code, stdout, stderr } = await runCli(['eval', 'agreement', '--data', data(), '--limit', '2', '--second-mode', 'direct', '--out', out]);
    assert.equal(code, 0, stderr);
    const { metrics } = summaryOf(stdout);
    assert.deepEqual(metrics.filter(({ id }) => /^agreement\.(judges|first|second)$/.test(id)).map(({ id, n }) => [id, n]), [['agreement.judges', 4], ['agreement.first', 3], ['agreement.second', 3]]);
    const [header] = jsonLines(readFileSync(path.join(out, 'run.jsonl'), 'utf8'));
    assert.deepEqual((header?.['models'] as { role: string; info: { name: string } }[]).map(({ role, info }) => [role, info.name]), [['verifier', 'r-prm'], ['verifier', 'r-prm']]);
    const report = readFileSync(path.join(out, 'report.md'), 'utf8');
    assert.match(report, /Agreement \(r-prm \(first\) and r-prm \(second\)\)/i);
    assert.match(report, /Mode of the second verifier \| direct/);
    const other = await runCli(['eval', 'agreement', '--data', data(), '--out', out, '--resume', '--second-mode', 'direct', '--second-prompt', 'chat']);
    assert.match(other.stderr, /differs in its second judge/);
    const same = await runCli(['eval', 'agreement', '--data', data(), '--second-mode', 'reasoned']);
    assert.equal(same.code, 2);
    assert.match(same.stderr, /The second judge is r-prm as well, asked in the same way/);
  });

  it('judges answers, formulas symbolically and without hanging on one', async () => {
    const pairs = write('pairs.json', [{ answer: '2\\sqrt{2}', prediction: '\\boxed{\\sqrt{8}}' }, { answer: '(x-1)(x+1)', prediction: '\\boxed{x^2-1}' }, { answer: 'x+1', prediction: '\\boxed{x-1}' }, { answer: '1', prediction: '\\boxed{9^{9^{9^{9}}}}' }, { answer: '5', prediction: '\\boxed{-5}' }]);
    const { stdout } = await runCli(['eval', 'answers', '--data', pairs, '--json']);
    assert.deepEqual(jsonLines(stdout).slice(0, -1).map((line) => (line['outcome'] as { state: string }).state), ['right', 'right', 'wrong', 'wrong', 'wrong']);
  });

  it('solves questions by several strategies with the bundled pair, and asks no verifier where nobody judges', async () => {
    const questions = write('questions.jsonl', [{ id: 'q', question: 'Calculate (10 + 3) + 11.', answer: '24' }, { id: 'open', question: 'How many?' }]);
    const out = path.join(work, 'search');
    const { code, stdout, stderr } = await runCli(['eval', 'search', '--data', questions, '--strategies', 'majority,sampling', '--samples', '2', '--out', out, '--min', 'accuracy.majority=101']);
    assert.equal(code, 2, 'a row had to be left out');
    assert.match(stderr, /questions\.jsonl row 1: it has no right answer to compare with/);
    const summary = summaryOf(stdout);
    assert.deepEqual([summary.rows.evaluated, summary.rows.leftOut], [1, 1]);
    assert.deepEqual(summary.metrics.slice(0, 4).map(({ id, n }) => [id, n]), [['accuracy.majority', 1], ['accuracy.sampling', 1], ['pass.1', 1], ['pass.2', 1]]);
    const [header] = jsonLines(readFileSync(path.join(out, 'run.jsonl'), 'utf8'));
    assert.deepEqual((header?.['models'] as { role: string }[]).map(({ role }) => role), ['policy']);
    const again = await runCli(['eval', 'search', '--data', questions, '--strategies', 'majority,sampling', '--samples', '2', '--out', out, '--resume']);
    assert.match(again.stderr, /1 of 2 rows are there already/);
    assert.deepEqual(summaryOf(again.stdout).metrics, summary.metrics);
  });

  it('refuses a command line that it cannot follow with one sentence', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['eval'], /eval takes one name/],
      [['eval', 'nothing', '--data', 'x'], /There is no eval "nothing": use one of processbench/],
      [['eval', 'prmbench'], /needs --data FILE/],
      [['eval', 'processbench', '--data', data(), '--resume'], /--resume goes with --out/],
      [['eval', 'prmbench', '--data', data(), '--steps', 'all'], /--steps is no option of eval prmbench/],
      [['eval', 'search', '--data', data(), '--strategies', 'pats,guess'], /--strategies names "guess": use some of pats/],
      [['eval', 'search', '--data', data(), '--policy-template', 'Hello'], /--policy-template has no \{question\}/],
      [['eval', 'search', '--data', data(), '--strategies', 'majority', '--model', 'x'], /asks no verifier with these strategies/],
      [['eval', 'search', '--data', data(), '--fields', 'x'], /--fields is no option of eval search: its rows are questions/],
      [['eval', 'processbench', '--data', data(), '--policy', 'x'], /--policy is no option of eval processbench: it asks no policy/],
      [['eval', 'processbench', '--data', data(), '--second-mode', 'direct'], /--second-mode is no option of eval processbench: it takes one judge/],
      [['eval', 'agreement', '--data', data(), '--scores', data(), '--scores', data(), '--second-mode', 'direct'], /eval agreement takes two judges: leave a file of --scores/],
      [['eval', 'processbench', '--data', data(), '--min', 'f1'], /is no METRIC=VALUE/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await runCli(args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, message);
    }
  });
});
