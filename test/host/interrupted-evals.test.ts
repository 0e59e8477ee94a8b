import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { processBenchEval } from '../../src/core/eval/process-bench.ts';
import { evalReport, readEvalState, type EvalState } from '../../src/core/eval/state.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../src/core/verifier/settings.ts';
import { createDatasetReaders } from '../../src/formats/worker/dataset-readers.ts';
import { createTextJobs } from '../../src/formats/worker/text-jobs.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { createEngine } from '../../src/models/onnx/engine.ts';
import { createActivities } from '../../src/vscode/activities.ts';
import { createDatasetLibrary } from '../../src/vscode/dataset/dataset-library.ts';
import { createOpenDataset } from '../../src/vscode/dataset/open-dataset.ts';
import { createReadingChoices } from '../../src/vscode/dataset/reading-choices.ts';
import { createEvalRates } from '../../src/vscode/evals/eval-rates.ts';
import type { EvalRequest } from '../../src/vscode/evals/eval-request.ts';
import { createEvalRuns } from '../../src/vscode/evals/eval-runs.ts';
import { createRunStore } from '../../src/vscode/runs/run-store.ts';
import { runState } from '../../src/vscode/runs/runs-tree.ts';
import { createScoreStore } from '../../src/vscode/score-store.ts';
import { overheardModel } from './overheard-model.ts';
import { eventually, LONG, openText } from './traces.ts';

const folder = vscode.extensions.getExtension('stepscope.stepscope')?.extensionPath ?? '';
/** Sums of which every other one has a wrong second step. The ids have letters of two bytes. */
const ROWS = Array.from({ length: 8 }, (_, row) => ({
  id: `Σ-${row}`,
  problem: `Mia has ${row + 2} shells and gets ${row + 3} more shells. How many shells does Mia have?`,
  steps: [`At first Mia has ${row + 2} shells.`, `${row + 2} + ${row + 3} = ${2 * row + 5 + (row % 2)}.`],
  label: row % 2 === 0 ? -1 : 1,
}));
const STEPS = 2;
const ALL = ROWS.map((_, row) => row);
const inOrder = (rows: readonly number[]): number[] => [...rows].sort((one, other) => one - other);

describe('an evaluation that is interrupted', function () {
  this.timeout(LONG);
  const stored = new Map<string, unknown>();
  const state = {
    get: (key: string) => stored.get(key) as never,
    update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)),
  };
  const readerScript = path.join(folder, 'dist', 'dataset.js');
  const library = createDatasetLibrary(state, createOpenDataset(createDatasetReaders(readerScript)), createReadingChoices(state));
  const engine = createEngine({ enginePath: path.join(folder, 'dist', 'engine.js') });
  let request: EvalRequest;

  /** The evaluations of a window that was just opened: nothing is known of any run but what is in its folder. */
  function openWindow(storage = mkdtempSync(path.join(tmpdir(), 'stepscope-interrupted-'))) {
    const failed = (error: unknown): void => assert.fail(String(error));
    const runs = createRunStore(path.join(storage, 'runs'), failed);
    const asked: string[] = [];
    const evals = createEvalRuns({
      library,
      runs,
      store: createScoreStore(path.join(storage, 'scores'), failed),
      jobs: createTextJobs(readerScript),
      verifier: async () => overheardModel(await engine.load(bundledModelDirectory(folder, 'r-prm')), (prompt) => asked.push(prompt)),
      second: () => Promise.reject(new Error('no second model is asked')),
      symbolicScript: path.join(folder, 'dist', 'symbolic.js'),
      activities: createActivities(),
      rates: createEvalRates(state),
      names: { verifier: () => 'r-prm', second: () => 'r-prm' },
    });
    /** The state of a log; its rows in the order in which they were written, one for each line. */
    async function read(id: string): Promise<EvalState & { readonly written: readonly number[] }> {
      const log = await runs.read(id);
      assert.ok(log.ok, log.ok ? '' : log.error.message);
      const known = readEvalState(id, log.value);
      assert.ok(known.ok, known.ok ? '' : known.error.message);
      const written = log.value.events.flatMap((event) => ((event as { type: string }).type === 'row' ? [(event as { row: { row: number } }).row.row] : []));
      return { ...known.value, written };
    }
    /** The log begins once the model is there. */
    const rowsOf = async (id: string): Promise<readonly number[]> => ((await runs.read(id)).ok ? (await read(id)).written : []);
    /** How often the verifier was asked about a step of a row. */
    const askedAbout = (row: number): number => asked.filter((prompt) => prompt.includes(ROWS[row]?.problem ?? '–')).length;
    return { evals, runs, read, rowsOf, askedAbout, asked, file: (id: string) => path.join(storage, 'runs', `${id}.jsonl`) };
  }

  before('opens a data set', async () => {
    const data = (await openText(ROWS.map((row) => `${JSON.stringify(row)}\n`).join(''), 'jsonl')).document.uri;
    request = { eval: processBenchEval, data, rows: ALL, settings: { eval: 'processbench', verifier: DEFAULT_VERIFIER_SETTINGS, options: {}, scores: [] }, scores: [] };
  });

  after('lets go', () => {
    library.dispose();
    engine.dispose();
  });

  it('scores nothing while it is paused, keeps what it has when it is cancelled, and asks about no step twice', async () => {
    const { evals, read, rowsOf, askedAbout, asked } = openWindow();
    const id = evals.start(request);
    await eventually('a row', async () => (await rowsOf(id)).length > 0, LONG);
    const begun = Date.now();
    await eventually('another row', async () => (await rowsOf(id)).length > 1, LONG);
    assert.ok(evals.pause(id, true));
    assert.equal(evals.state(id), 'paused');
    const [rows, questions] = [await rowsOf(id), asked.length];
    // Time for several rows. The one that it was at may end; whatever the machine does, a second one may not.
    await sleep(Math.max(1000, 3 * (Date.now() - begun)));
    assert.ok((await rowsOf(id)).length <= rows.length + 1);
    assert.ok(asked.length <= questions + STEPS);
    assert.match(evals.progress(id), /^\d\/8 rows, /);
    const held = await rowsOf(id);
    assert.ok(held.length < ROWS.length);

    assert.ok(evals.pause(id, false));
    await eventually('a row after the pause', async () => (await rowsOf(id)).length > held.length, LONG);
    assert.ok(evals.cancel(id));
    await evals.ended(id);
    const cancelled = await read(id);
    assert.equal(cancelled.end?.reason, 'cancelled');
    assert.deepEqual(cancelled.written.slice(0, held.length), held);
    assert.ok(cancelled.written.length < ROWS.length);

    // Pressed twice.
    assert.deepEqual((await Promise.all([evals.resume(id), evals.resume(id)])).map(({ ok }) => ok), [true, false]);
    await evals.ended(id);
    const whole = await read(id);
    assert.equal(whole.end?.reason, 'done', whole.end?.message);
    assert.deepEqual(inOrder(whole.written), ALL);
    assert.deepEqual(whole.written.slice(0, cancelled.written.length), cancelled.written);
    for (const row of cancelled.written) assert.equal(askedAbout(row), STEPS, `row ${row}`);
  });

  it('goes on after a crash in the middle of a line, and comes to the same numbers as without one', async () => {
    const before = openWindow();
    const id = before.evals.start(request);
    await before.evals.ended(id);
    const unbroken = await before.read(id);
    assert.equal(unbroken.end?.reason, 'done', unbroken.end?.message);
    assert.equal(before.asked.length, ROWS.length * STEPS);

    // Three whole rows; of the fourth the line ends within a letter of its id.
    const bytes = readFileSync(before.file(id));
    const cut = bytes.indexOf('Σ-3') + 1;
    const storage = mkdtempSync(path.join(tmpdir(), 'stepscope-crashed-'));
    mkdirSync(path.join(storage, 'runs'));
    writeFileSync(path.join(storage, 'runs', `${id}.jsonl`), bytes.subarray(0, cut));

    const { evals, runs, read, askedAbout, asked } = openWindow(storage);
    const [entry] = await runs.list();
    assert.ok(entry && 'header' in entry);
    assert.equal(entry.id, id);
    assert.match(runState(entry).text, /^cut off/);
    assert.equal(evals.state(id), undefined);
    const content = await evals.content(id);
    assert.ok(content.ok);
    assert.deepEqual([content.value.rows, content.value.end], [3, undefined]);

    assert.ok((await evals.resume(id)).ok);
    await evals.ended(id);
    const whole = await read(id);
    assert.equal(whole.end?.reason, 'done', whole.end?.message);
    assert.deepEqual(whole.written, ALL);
    assert.deepEqual(ALL.map(askedAbout), [0, 0, 0, STEPS, STEPS, STEPS, STEPS, STEPS]);
    assert.equal(asked.length, 5 * STEPS);
    assert.deepEqual(whole.rows, unbroken.rows);
    assert.deepEqual(evalReport(whole).summary, evalReport(unbroken).summary);
    assert.equal(whole.end.headline, unbroken.end.headline);
    assert.match(runState((await runs.list())[0] as never).text, /^F1 /);
  });
});
