import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { readBiasState, type BiasState } from '../../src/core/bias/state.ts';
import { parseRunLog } from '../../src/core/run/run-log.ts';
import { exported, folder, tabs } from './exports.ts';
import { eventually, LONG, run, stepSymbols } from './traces.ts';

const ROWS = [
  { question: 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?', answer: '156' },
  { question: 'Calculate (7 × 18) - 36.', answer: '90' },
  { question: 'Count the letter "i" in "zinindni".', answer: '3' },
];
/** Few and short: the machine is slow, and the parts are the same. */
const QUICK = { samples: 3, plans: ['question@answer', 'nothing@answer'], system: 'reflect at random', maxNewTokens: 200, batch: 1 };

async function stateOf(id: string): Promise<BiasState> {
  const log = parseRunLog(id, await exported(id));
  assert.ok(log.ok, log.ok ? '' : log.error.message);
  const state = readBiasState(id, log.value);
  assert.ok(state.ok, state.ok ? '' : state.error.message);
  return state.value;
}

const begin = (data: vscode.Uri, settings: object = QUICK): Promise<string | undefined> => Promise.resolve(vscode.commands.executeCommand<string | undefined>('stepscope.runBiasExperiment', data, settings));

describe('a bias experiment on a data set', function () {
  this.timeout(LONG);
  let data: vscode.Uri;
  let id = '';

  before(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    data = vscode.Uri.joinPath(folder(), 'bias-questions.jsonl');
    await vscode.workspace.fs.writeFile(data, Buffer.from(ROWS.map((row) => JSON.stringify(row)).join('\n')));
  });

  it('keeps what it has when it is cancelled, and goes on after that without asking anything twice', async () => {
    const running = begin(data);
    let over = false;
    void running.then(() => (over = true));
    await eventually('it is cancelled', async () => {
      if (!over) await run('cancelBiasExperiment');
      return over;
    }, LONG);
    const made = await running;
    assert.ok(made);
    id = made;
    const first = await stateOf(id);
    if (first.end?.reason === 'done') return;
    assert.equal(first.end?.reason, 'cancelled');
    const asked = first.events.filter(({ type }) => type === 'guesses' || type === 'trace' || type === 'masked');
    await run('resumeBiasExperiment', id);
    const whole = await stateOf(id);
    assert.equal(whole.end?.reason, 'done');
    const raw = (await exported(id)).split('\n');
    for (const event of asked) assert.equal(raw.filter((line) => line === JSON.stringify(event)).length, 1);
    assert.equal(raw.filter((line) => line.startsWith('{"type":"guesses"')).length, ROWS.length);
  });

  it('has the questions, the model and the settings that made it, and its result for the list', async () => {
    const { header, events, report, end } = await stateOf(id);
    assert.deepEqual(header.models.map(({ role, info }) => `${role} ${info.name}`), ['policy reasoner']);
    assert.deepEqual([header.data, header.settings.guesses.n, header.settings.system], [{ file: 'bias-questions.jsonl', rows: [0, 1, 2] }, 3, 'reflect at random']);
    assert.equal(report.questions, 3);
    assert.match(end?.headline ?? '', /^3 questions/);
    const masked = events.flatMap((event) => (event.type === 'masked' && event.plan === 0 ? [event.mask.hidden?.length ?? 0] : []));
    assert.ok(masked.length > 0 && masked.every((hidden) => hidden > 5), String(masked));
  });

  it('is shown as a report, and again when it is opened from the list', async () => {
    await eventually('the report', () => tabs().some((label) => label.startsWith('Internal bias · bias-questions.jsonl')));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('openRun', id);
    await eventually('the report again', () => tabs().some((label) => label.startsWith('Internal bias · bias-questions.jsonl')));
  });

  it('opens the trace of a question and what became of it, as traces with their steps, and both beside each other', async () => {
    const { events } = await stateOf(id);
    const found = events.find((event) => event.type === 'masked' && event.plan === 0);
    assert.ok(found?.type === 'masked');
    const own = events.find((event) => event.type === 'trace' && event.row === found.row);
    assert.ok(own?.type === 'trace');
    for (const [variant, trace] of [['original', own.trace], ['question@answer', found.trace]] as const) {
      await run('openBiasTrace', id, found.row, variant);
      const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'stepscope-trace' && decodeURIComponent(uri.query).includes(id) && decodeURIComponent(uri.query).includes(variant));
      assert.ok(document, `${variant} is open`);
      await eventually(`all steps of ${variant}`, async () => (await stepSymbols(document)).length === trace.steps.length);
      assert.ok(document.getText().includes(trace.text.slice(trace.steps[0]?.start, trace.steps[0]?.end)));
    }
    await run('openBiasTrace', id, found.row, ['original', 'question@answer']);
    await eventually('both', () => tabs().some((label) => label.includes('↔')));
  });

  it('is written as a page, a text, a table and a document', async () => {
    const page = await exported(id, 'html');
    assert.ok(page.startsWith('<!DOCTYPE html>') && page.includes('<svg') && !page.includes('<script'));
    assert.match(await exported(id, 'md'), /^# Internal bias · bias-questions\.jsonl · reasoner\n\n3 questions/);
    assert.equal((await exported(id, 'csv')).trim().split('\n').length, 1 + 3 * ROWS.length);
    assert.equal((JSON.parse(await exported(id, 'json')) as BiasState).report.questions, 3);
  });

  it('ends with the reason where the model is not there, and begins with it when it is', async () => {
    const settings = vscode.workspace.getConfiguration('stepscope.policy');
    await settings.update('model', '/no/such/folder', vscode.ConfigurationTarget.Global);
    let made: string | undefined;
    try {
      made = await begin(data, { ...QUICK, rows: '1-1', samples: 1, plans: [] });
      assert.ok(made);
      const { end } = await stateOf(made);
      assert.equal(end?.reason, 'failed');
      assert.match(end.message ?? '', /no\/such\/folder/);
    } finally {
      await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
    }
    await run('resumeBiasExperiment', made);
    const { end, header, report } = await stateOf(made);
    assert.deepEqual([end?.reason, header.models[0]?.info.name, report.questions], ['done', 'reasoner', 1]);
    await run('deleteRun', made, true);
  });

  it('says in a sentence what is wrong: a file without questions, nothing to cancel, nothing to resume', async () => {
    const other = vscode.Uri.joinPath(folder(), 'no-questions.jsonl');
    await vscode.workspace.fs.writeFile(other, Buffer.from('{"a":1}\n'));
    assert.equal(await begin(other), undefined);
    await run('cancelBiasExperiment');
    await run('resumeBiasExperiment', id);
    await run('openBiasTrace', id, 77);
  });
});
