import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AgreementItem } from '../../src/core/eval/agreement.ts';
import { readEvalState } from '../../src/core/eval/state.ts';
import { parseRunLog, type RunLog } from '../../src/core/run/run-log.ts';
import { exported, folder, tabs } from './exports.ts';
import { eventually, LONG, run } from './traces.ts';

/** Sums of which every other one has a wrong second step. */
const ROWS = Array.from({ length: 8 }, (_, row) => ({
  id: `sum-${row}`,
  problem: `Mia has ${row + 2} photos and gets ${row + 3} more photos. How many photos does Mia have?`,
  steps: [`At first Mia has ${row + 2} photos.`, `${row + 2} + ${row + 3} = ${2 * row + 5 + (row % 2)}.`],
  label: row % 2 === 0 ? -1 : 1,
}));

async function write(name: string, rows: readonly unknown[]): Promise<vscode.Uri> {
  const uri = vscode.Uri.joinPath(folder(), name);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
  return uri;
}

const runEval = (uri: vscode.Uri, options: object): Promise<string | undefined> => Promise.resolve(vscode.commands.executeCommand<string | undefined>('stepscope.runEval', uri, { eval: 'processbench', ...options }));

async function logOf(id: string): Promise<RunLog> {
  const log = parseRunLog(id, await exported(id));
  assert.ok(log.ok, log.ok ? '' : log.error.message);
  return log.value;
}

const rowsIn = (log: Pick<RunLog, 'events'>): number[] => log.events.flatMap((event) => ((event as { type: string }).type === 'row' ? [(event as { row: { row: number } }).row.row] : []));
/** Cancels the evaluation that runs until it is over. */
async function cancelled(running: Promise<unknown>): Promise<void> {
  let over = false;
  void running.then(() => (over = true));
  await eventually('it is cancelled', async () => {
    if (!over) await run('cancelEval');
    return over;
  }, LONG);
}


describe('quick evals', function () {
  this.timeout(LONG);
  let data: vscode.Uri;
  const made: string[] = [];

  before(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    data = await write('eval-sums.jsonl', ROWS);
  });

  it('runs on a sample that is spread over the file, with the verifier that is set, and keeps what made it', async () => {
    const id = await runEval(data, { rows: 4, verifier: { mode: 'direct' } });
    assert.ok(id);
    made.push(id);
    const log = await logOf(id);
    const state = readEvalState(id, log);
    assert.ok(state.ok);
    assert.deepEqual(log.header.data?.rows, [0, 2, 4, 6]);
    assert.equal(log.header.models[0]?.info.name, 'r-prm');
    assert.equal(log.end?.reason, 'done', log.end?.message);
    assert.deepEqual(rowsIn(log), [0, 2, 4, 6]);
    // Only solutions without an error: the F1 is not there, and not 0.
    assert.match(await exported(id, 'md'), /every solution|no solution has an error/i);
    await eventually('the report', () => tabs().some((label) => label.includes('eval-sums.jsonl')));
  });

  it('goes on after a cancellation where it was, and scores no row twice', async () => {
    const running = runEval(data, { verifier: { mode: 'reasoned' } });
    await cancelled(running);
    const id = await running;
    assert.ok(id);
    made.push(id);
    // Its id is known by now: it goes on, and is stopped once a row is there.
    const going = Promise.resolve(run('resumeEval', id));
    // The log begins once the model is there.
    await eventually('a row', async () => rowsIn(await logOf(id).catch(() => ({ events: [] }))).length > 0, LONG);
    await cancelled(going);
    const first = await logOf(id);
    assert.equal(first.end?.reason, 'cancelled');
    assert.ok(rowsIn(first).length > 0 && rowsIn(first).length < 8);
    await run('resumeEval', id);
    const whole = await logOf(id);
    assert.equal(whole.end?.reason, 'done', whole.end?.message);
    assert.deepEqual(rowsIn(whole).slice(0, rowsIn(first).length), rowsIn(first));
    assert.deepEqual([...rowsIn(whole)].sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('takes scores of a file, asks no model for them, and says which row has none', async () => {
    const scores = await write('eval-scores.jsonl', ROWS.slice(0, 7).map(({ id }, row) => ({ id, scores: [0.9, row % 2 === 0 ? 0.8 : 0.1] })));
    const id = await runEval(data, { scores: [scores] });
    assert.ok(id);
    made.push(id);
    const log = await logOf(id);
    const state = readEvalState(id, log);
    assert.ok(state.ok);
    assert.deepEqual(log.header.models, []);
    assert.equal(state.value.rows.length, 7);
    assert.deepEqual(state.value.failed.map(({ row, reason }) => [row, reason]), [[7, 'no-scores']]);
    assert.match(log.end?.headline ?? '', /^F1 100\.0 /);
    for (const form of ['html', 'md', 'json']) assert.ok((await exported(id, form)).length > 100, form);
  });

  it('compares runs of the same data, and opens their rows', async () => {
    await vscode.commands.executeCommand('stepscope.compareRuns', { id: made[1] }, [{ id: made[1] }, { id: made[2] }]);
    await eventually('the comparison', () => tabs().some((label) => label.startsWith('Comparison of 2 runs')));
  });

  it('holds two models against each other, with what each was asked, and not one against itself', async () => {
    const judges = (mode: string) => ({ eval: 'agreement', rows: 2, verifier: { mode: 'reasoned' }, second: { model: '', mode, prompt: 'plain' } });
    const id = await runEval(data, judges('direct'));
    assert.ok(id);
    made.push(id);
    const log = await logOf(id);
    assert.equal(log.end?.reason, 'done', log.end?.message);
    assert.deepEqual(log.header.models.map(({ role, info }) => [role, info.name]), [['verifier', 'r-prm'], ['verifier', 'r-prm']]);
    const state = readEvalState(id, log);
    assert.ok(state.ok);
    assert.deepEqual(state.value.header.settings.judges, ['r-prm', 'r-prm']);
    assert.match(await exported(id, 'md'), /Mode of the second verifier \| direct/);
    const alone = await runEval(data, judges('reasoned'));
    assert.ok(alone);
    made.push(alone);
    assert.match((await logOf(alone)).end?.message ?? '', /asked in the same way/);
  });

  it('holds the verifier against another one, whose scores are a file: step by step, and both against the labels', async () => {
    const other = await write('eval-other.jsonl', ROWS.map(({ id }, row) => ({ id, scores: [0.9, row < 4 ? 0.8 : 0.1] })));
    const id = await runEval(data, { eval: 'agreement', rows: 4, verifier: { mode: 'direct' }, scores: [other], withModel: true });
    assert.ok(id);
    made.push(id);
    const log = await logOf(id);
    assert.equal(log.end?.reason, 'done', log.end?.message);
    assert.equal(log.header.models[0]?.info.name, 'r-prm');
    const state = readEvalState(id, log);
    assert.ok(state.ok);
    const judged = state.value.rows.map(({ item }) => item as AgreementItem);
    assert.deepEqual(judged.map(({ judges }) => judges.map(({ soft }) => soft.length)), Array(4).fill([2, 2]));
    const pairs = judged.flatMap(({ judges: [first, second] }) => (first?.soft ?? []).map((score, step) => [Number(score) < 0.5, Number(second?.soft[step]) < 0.5]));
    const same = pairs.filter(([one, two]) => one === two).length;
    const metrics = (JSON.parse(await exported(id, 'json')) as { readonly metrics: readonly { readonly id: string; readonly value: number | null; readonly n: number }[] }).metrics;
    const found = metrics.find((metric) => metric.id === 'agreement.judges');
    assert.deepEqual([found?.value, found?.n], [100 * (same / 8), 8]);
    assert.match(await exported(id, 'md'), /eval-other\.jsonl.*r-prm|r-prm.*eval-other\.jsonl/);
  });

  it('ends in a sentence where no row has a label', async () => {
    const bare = await write('eval-bare.jsonl', [{ id: 'a', problem: 'How many?', steps: ['One.'] }]);
    const id = await runEval(bare, { verifier: { mode: 'direct' } });
    assert.ok(id);
    const { end } = await logOf(id);
    assert.equal(end?.reason, 'failed');
    assert.match(end.message ?? '', /row 0.*label/);
    made.push(id);
  });

  it('deletes all runs that are selected, and no other', async () => {
    const [kept, ...selected] = made.map((id) => ({ id }));
    await vscode.commands.executeCommand('stepscope.deleteRun', selected[0], selected, true);
    for (const { id } of selected) await assert.rejects(exported(id, 'csv').then((text) => assert.fail(text)), /ENOENT/);
    assert.ok((await exported(kept?.id, 'csv')).length > 100);
    await run('deleteRun', kept?.id, true);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
