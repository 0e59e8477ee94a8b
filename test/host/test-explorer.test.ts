import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { DEFAULT_VERIFIER_SETTINGS } from '../../src/core/verifier/settings.ts';
import { createDatasetReaders } from '../../src/formats/worker/dataset-readers.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { createEngine } from '../../src/models/onnx/engine.ts';
import { createActivities } from '../../src/vscode/activities.ts';
import { createDatasetLibrary } from '../../src/vscode/dataset/dataset-library.ts';
import { createOpenDataset } from '../../src/vscode/dataset/open-dataset.ts';
import { createReadingChoices } from '../../src/vscode/dataset/reading-choices.ts';
import { createTestExplorer } from '../../src/vscode/evals/test-explorer.ts';
import { createScoreStore } from '../../src/vscode/score-store.ts';
import { overheardModel } from './overheard-model.ts';
import { eventually, fresh, LONG, openText } from './traces.ts';

const folder = vscode.extensions.getExtension('stepscope.stepscope')?.extensionPath ?? '';
/** The bundled verifier judges all three rightly; the label of the second is wrong on purpose. */
const ROWS = [
  { id: 'right', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 4 coins.', 'So the answer is 4.'], label: -1 },
  { id: 'mislabelled', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 4 coins.', 'So the answer is 4.'], label: 1 },
  { id: 'wrong', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 3 coins.', 'So the answer is 3.'], label: 0 },
  { id: 'unlabelled', problem: 'Mia has 9 coins. How many?', steps: ['9.'] },
  { id: 'beyond', problem: 'Mia has 8 coins. How many?', steps: ['8.', 'So 8.'], label: 7 },
  { note: 'no trace' },
];
const textOf = (rows: readonly unknown[]): string => fresh(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);

const plain = (text: string | vscode.MarkdownString | undefined): string => (typeof text === 'string' ? text : (text?.value ?? ''));

/** What became of the tests of a run, in the order in which it was said. */
interface Watched {
  readonly states: Map<string, string>;
  readonly messages: Map<string, vscode.TestMessage>;
  output: string;
  ended: boolean;
}

/** A controller of the editor whose runs are watched: its API tells nobody what they came to. */
function watchedController(): { readonly controller: vscode.TestController; readonly profiles: Map<string, vscode.TestRunProfile>; readonly runs: Watched[] } {
  const controller = vscode.tests.createTestController(`stepscope.tests-${Date.now()}`, 'Watched');
  const profiles = new Map<string, vscode.TestRunProfile>();
  const runs: Watched[] = [];
  const createTestRun = controller.createTestRun.bind(controller);
  const createRunProfile = controller.createRunProfile.bind(controller);
  controller.createRunProfile = (label, ...rest) => {
    const profile = createRunProfile(label, ...rest);
    profiles.set(label, profile);
    return profile;
  };
  controller.createTestRun = (...request) => {
    const run = createTestRun(...request);
    const seen: Watched = { states: new Map(), messages: new Map(), output: '', ended: false };
    runs.push(seen);
    const set = (state: string) => ({ id }: vscode.TestItem) => void seen.states.set(id.replace(/^.*#/, ''), state);
    const both = <Arguments extends unknown[]>(first: (...given: Arguments) => void, second: (...given: Arguments) => void) => (...given: Arguments): void => {
      first(...given);
      second(...given);
    };
    const failed = (state: string) => (item: vscode.TestItem, message: vscode.TestMessage | readonly vscode.TestMessage[]): void => {
      set(state)(item);
      const [one] = Array.isArray(message) ? (message as readonly vscode.TestMessage[]) : [message as vscode.TestMessage];
      if (one) seen.messages.set(item.id.replace(/^.*#/, ''), one);
    };
    return Object.assign(run, {
      enqueued: both(run.enqueued.bind(run), set('enqueued')),
      started: both(run.started.bind(run), set('started')),
      passed: both(run.passed.bind(run), set('passed')),
      skipped: both(run.skipped.bind(run), set('skipped')),
      failed: both(run.failed.bind(run), failed('failed')),
      errored: both(run.errored.bind(run), failed('errored')),
      appendOutput: both(run.appendOutput.bind(run), (text: string) => void (seen.output += text)),
      end: both(run.end.bind(run), () => void (seen.ended = true)),
    });
  };
  return { controller, profiles, runs };
}

describe('labelled rows as tests', function () {
  this.timeout(LONG);
  const stored = new Map<string, unknown>();
  const state = {
    get: (key: string) => stored.get(key) as never,
    update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)),
  };
  const { controller, profiles, runs } = watchedController();
  const readings = createReadingChoices(state);
  const library = createDatasetLibrary(state, createOpenDataset(createDatasetReaders(path.join(folder, 'dist', 'dataset.js'))), readings);
  const scores = mkdtempSync(path.join(tmpdir(), 'stepscope-tests-'));
  const store = createScoreStore(scores, (error) => assert.fail(String(error)));
  const engine = createEngine({ enginePath: path.join(folder, 'dist', 'engine.js') });
  const opened: (readonly [row: number, step: number])[] = [];
  let asked = 0;
  let threshold = 0.5;
  const explorer = createTestExplorer({
    controller,
    library,
    store,
    state,
    activities: createActivities(),
    batch: () => 1,
    symbolic: () => Promise.resolve(undefined),
    settings: () => ({ ...DEFAULT_VERIFIER_SETTINGS, threshold }),
    load: async () => overheardModel(await engine.load(bundledModelDirectory(folder, 'r-prm')), () => asked++),
    openAt: (_file, row, _document, step) => Promise.resolve(void opened.push([row, step])),
    onScored: () => undefined,
    chooseVerifier: () => undefined,
  });
  let file: vscode.Uri;

  async function run(label: string, include?: readonly vscode.TestItem[], token = new vscode.CancellationTokenSource().token): Promise<Watched> {
    const profile = profiles.get(label);
    assert.ok(profile, `there is a profile ${label}`);
    await profile.runHandler(new vscode.TestRunRequest(include, undefined, profile), token);
    const last = runs.at(-1);
    assert.ok(last?.ended);
    return last;
  }

  const root = (): vscode.TestItem => {
    const item = controller.items.get(file.toString());
    assert.ok(item);
    return item;
  };
  const rowItem = (row: number): vscode.TestItem => {
    const item = root().children.get(`${file.toString()}#${row}`);
    assert.ok(item);
    return item;
  };

  before('opens a data set', async () => {
    file = (await openText(textOf(ROWS), 'jsonl')).document.uri;
    library.add(file);
  });

  after('lets go', () => {
    explorer.dispose();
    library.dispose();
    engine.dispose();
  });

  it('lists a file without reading it, and its rows when it is unfolded', async () => {
    assert.equal(root().children.size, 0);
    assert.equal(library.peek(file), undefined);
    await controller.resolveHandler?.(root());
    assert.equal(root().children.size, ROWS.length);
    assert.deepEqual([rowItem(0).label, rowItem(0).description], ['right', 'row 0 · 2 steps · label: no error']);
    assert.deepEqual(rowItem(1).tags.map(({ id }) => id), ['processbench']);
    assert.equal(rowItem(3).description, 'row 3 · no label');
    assert.match(plain(rowItem(5).error), /row 5/);
  });

  it('passes where the prediction agrees with the label, fails at the step where it does not, and skips what has no label', async () => {
    const { states, messages, output } = await run('Score and Compare');
    assert.deepEqual(Object.fromEntries(states), { 0: 'passed', 1: 'failed', 2: 'passed', 3: 'skipped', 4: 'skipped', 5: 'skipped' });
    const message = messages.get('1');
    assert.match(plain(message?.message), /^labelled step 2, predicted no error\nVerifier: r-prm \(8-bit.*\), K = 1 greedy, threshold 0\.5\.$/);
    const { location } = message ?? {};
    assert.equal(location?.uri.scheme, 'stepscope-trace');
    assert.match(output, /row 3: it has no label/);
    assert.match(output, /row 4: its label 7 \(field "label"\) names none of its 2 steps, which count from 0/);
    assert.match(output, /F1 \d.*n = 3 rows/);
    assert.match(output, /demonstration model/);
  });

  it('points at the text of the step in the document of the row', async () => {
    const location = runs.at(-1)?.messages.get('1')?.location;
    assert.ok(location);
    const item = rowItem(1);
    assert.equal(location.uri.toString(), item.uri?.toString());
    const address: unknown = JSON.parse(location.uri.query);
    assert.deepEqual(address, { file: file.toString(), row: 1 });
    const document = await vscode.workspace.openTextDocument(location.uri);
    assert.equal(document.getText(location.range), 'So the answer is 4.');
  });

  it('scores nothing twice: a second run, and another threshold, ask the model nothing', async () => {
    assert.ok(asked > 0);
    const before = asked;
    await run('Score and Compare');
    assert.equal(asked, before);
    threshold = 1;
    const { states } = await run('Score and Compare', [rowItem(0)]);
    threshold = 0.5;
    assert.equal(asked, before);
    assert.deepEqual([...states], [['0', 'failed']]);
    await store.flush();
    const samples = readdirSync(scores).flatMap((name) => readFileSync(path.join(scores, name), 'utf8').trimEnd().split('\n'));
    // Rows 0 and 1 are the same steps; of row 2 nothing after its labelled error is needed.
    assert.equal(samples.length, 3);
  });

  it('opens the trace at the step that differed, one at a time', async () => {
    const profile = profiles.get('Open at the Step');
    await profile?.runHandler(new vscode.TestRunRequest([rowItem(1)], undefined, profile), new vscode.CancellationTokenSource().token);
    await profile?.runHandler(new vscode.TestRunRequest([rowItem(0), rowItem(1)], undefined, profile), new vscode.CancellationTokenSource().token);
    assert.deepEqual(opened, [[1, 1]]);
  });

  it('runs a sample, spread over the data set', async () => {
    stored.set('stepscope.testSample', 2);
    const { states } = await run('Run a Sample');
    assert.deepEqual(Object.fromEntries(states), { 0: 'passed', 3: 'skipped' });
  });

  it('that is cancelled leaves what was found, and says so', async () => {
    const source = new vscode.CancellationTokenSource();
    const more = await openText(textOf(ROWS.slice(0, 3).map((row) => ({ ...row, problem: `Again. ${row.problem ?? ''}` }))), 'jsonl');
    library.add(more.document.uri);
    const item = controller.items.get(more.document.uri.toString());
    assert.ok(item);
    const running = run('Score and Compare', [item], source.token);
    await eventually('a row is done', () => [...(runs.at(-1)?.states.values() ?? [])].includes('passed'));
    const since = Date.now();
    source.cancel();
    const { states, output } = await running;
    assert.ok(Date.now() - since < 1000);
    assert.ok([...states.values()].includes('passed'));
    assert.match(output, /Cancelled: the results until here stand/);
    library.remove(more.document.uri);
  });

  it('has a large data set in parts, and refuses to run all of it in one sentence', async () => {
    const large = (await openText(textOf(Array.from({ length: 1001 }, (_, row) => ({ id: `r${row}`, problem: `Mia has ${row}. How many?`, steps: ['One.', 'Two.'], label: -1 }))), 'jsonl')).document.uri;
    library.add(large);
    const item = controller.items.get(large.toString());
    assert.ok(item);
    await controller.resolveHandler?.(item);
    assert.equal(item.children.size, 11);
    const [, first] = [...item.children][0] ?? [];
    assert.equal(first?.label, 'rows 0–99');
    const { states, output } = await run('Score and Compare', [item]);
    assert.equal(states.size, 0);
    assert.match(output, /1001 rows are more than the 1000 that one run of tests takes/);
    library.remove(large);
    assert.equal(controller.items.get(large.toString()), undefined);
  });

  it('reads a file that was replaced again', async () => {
    await vscode.workspace.fs.writeFile(file, Buffer.from(textOf(ROWS.slice(0, 2))));
    library.refresh(file);
    await eventually('two rows', () => root().children.size === 2);
  });
});
