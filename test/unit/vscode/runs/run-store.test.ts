import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunHeader } from '../../../../src/core/run/run.ts';
import { newRunId } from '../../../../src/vscode/runs/run-id.ts';
import { createRunStore, type RunStore } from '../../../../src/vscode/runs/run-store.ts';

const header = (id: string, more: Partial<RunHeader> = {}): RunHeader => ({ type: 'run', version: 1, kind: 'search', id, title: `Title of ${id}`, started: '2026-01-02T03:04:05.000Z', models: [], settings: { seed: 1 }, ...more });

describe('run store', () => {
  let folder: string;
  const errors: unknown[] = [];
  const opened = (): RunStore => createRunStore(path.join(folder, 'runs'), (error) => errors.push(error));
  const file = (id: string): string => path.join(folder, 'runs', `${id}.jsonl`);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stepscope-runs-'));
    errors.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function finished(store: RunStore, id: string, more: Partial<RunHeader> = {}): Promise<void> {
    const writer = store.begin(header(id, more));
    writer.append({ type: 'one' });
    writer.append({ type: 'two', text: 'a\nb “ü”' });
    await writer.end({ reason: 'done', headline: '2 steps' });
  }

  it('has nothing at first, and makes no folder for it', async () => {
    assert.deepEqual(await opened().list(), []);
    assert.deepEqual(await readdir(folder), []);
  });

  it('finds a run again after a restart, event by event', async () => {
    await finished(opened(), 'a');
    const log = await opened().read('a');
    assert.ok(log.ok);
    assert.deepEqual(log.value.header, header('a'));
    assert.deepEqual(log.value.events, [{ type: 'one' }, { type: 'two', text: 'a\nb “ü”' }]);
    assert.equal(log.value.end?.headline, '2 steps');
  });

  it('lists newest first, with headline and progress, and says when it changes', async () => {
    const store = opened();
    const heard: (string | undefined)[] = [];
    const subscription = store.onDidChange(({ id }) => heard.push(id));
    await finished(store, 'a');
    const writer = store.begin(header('b', { started: '2026-01-03T00:00:00.000Z' }));
    writer.progress('3 rounds');
    const [first, second] = await store.list();
    assert.ok(first && second && 'header' in first && 'header' in second);
    assert.deepEqual([first.id, first.running, second.id, second.end?.headline], ['b', { progress: '3 rounds' }, 'a', '2 steps']);
    assert.ok(heard.includes(undefined) && heard.includes('a') && heard.includes('b'));
    subscription.dispose();
    await writer.end({ reason: 'cancelled', headline: 'none' });
    assert.equal(store.isRunning('b'), false);
  });

  it('keeps what was written before a crash, and the list says that it was cut off', async () => {
    const store = opened();
    const writer = store.begin(header('a'));
    for (let index = 0; index < 50; index++) writer.append({ type: 'event', index });
    await store.read('a');
    await appendFile(file('a'), '{"type":"event","ind');
    const again = opened();
    const log = await again.read('a');
    assert.ok(log.ok);
    assert.equal(log.value.events.length, 50);
    assert.equal(log.value.end, undefined);
    const [entry] = await again.list();
    assert.ok(entry && 'header' in entry);
    assert.deepEqual([entry.end, entry.running], [undefined, undefined]);
  });

  it('goes on with a run that was cut off, after its last whole line', async () => {
    const store = opened();
    store.begin(header('a')).append({ type: 'one' });
    await store.read('a');
    await appendFile(file('a'), '{"type":"tw');
    const again = opened();
    const resumed = await again.resume('a');
    assert.ok(resumed.ok);
    assert.ok(!(await again.resume('a')).ok);
    resumed.value.append({ type: 'three' });
    await resumed.value.end({ reason: 'cancelled', headline: 'half' });
    const once = await opened().resume('a');
    assert.ok(once.ok);
    once.value.append({ type: 'four' });
    const log = await again.read('a');
    assert.ok(log.ok);
    assert.deepEqual(log.value.events, [{ type: 'one' }, { type: 'three' }]);
    assert.equal(log.value.end?.reason, 'cancelled');
    await once.value.end({ reason: 'done', headline: 'whole' });
    const whole = await again.read('a');
    assert.ok(whole.ok);
    assert.deepEqual([whole.value.events.length, whole.value.end?.headline], [3, 'whole']);
    assert.ok(!(await again.resume('nowhere')).ok);
  });

  it('takes no half written end for an end', async () => {
    await finished(opened(), 'a');
    await truncate(file('a'), (await stat(file('a'))).size - 3);
    const [entry] = await opened().list();
    assert.ok(entry && 'header' in entry);
    assert.equal(entry.end, undefined);
  });

  it('names what is wrong with a damaged log, in the list and when it is read, and shows the others', async () => {
    const store = opened();
    await finished(store, 'a');
    await writeFile(file('broken'), 'no log\n');
    await writeFile(file('empty'), '');
    await writeFile(file('middle'), `${JSON.stringify(header('middle'))}\n{"cut\n{"type":"one"}\n`);
    await mkdir(file('folder'));
    const entries = new Map((await store.list()).map((entry) => [entry.id, entry]));
    for (const id of ['broken', 'empty', 'folder']) {
      const entry = entries.get(id);
      assert.ok(entry && 'trouble' in entry && entry.trouble.includes(`${id}.jsonl`), id);
    }
    assert.equal(entries.size, 5);
    const middle = await store.read('middle');
    assert.ok(!middle.ok && middle.error.message.includes('middle.jsonl line 2'));
  });

  it('reads a header that is longer than a piece, and an end after long lines', async () => {
    const store = opened();
    const writer = store.begin(header('a', { data: { file: 'x.jsonl', rows: Array.from({ length: 60_000 }, (_, row) => row) } }));
    writer.append({ type: 'long', text: 'x'.repeat(200_000) });
    await writer.end({ reason: 'failed', message: 'The server is down.', headline: '1 round' });
    const [entry] = await opened().list();
    assert.ok(entry && 'header' in entry);
    assert.deepEqual([entry.header.data?.rows.length, entry.end?.message], [60_000, 'The server is down.']);
  });

  it('renames a run, also while it goes on, and loses nothing of it', async () => {
    const store = opened();
    const writer = store.begin(header('a'));
    writer.append({ type: 'one' });
    const renaming = store.rename('a', 'Better');
    writer.append({ type: 'two' });
    assert.ok((await renaming).ok);
    await writer.end({ reason: 'done', headline: '' });
    const log = await opened().read('a');
    assert.ok(log.ok);
    assert.equal(log.value.header.title, 'Better');
    assert.deepEqual(log.value.events, [{ type: 'one' }, { type: 'two' }]);
    assert.deepEqual((await readdir(path.join(folder, 'runs'))).sort(), ['a.jsonl']);
  });

  it('deletes into a trash that is emptied at the next start, and takes back from it', async () => {
    const store = opened();
    await finished(store, 'a');
    assert.ok((await store.remove('a')).ok);
    assert.deepEqual(await store.list(), []);
    assert.ok((await store.restore('a')).ok);
    assert.ok((await store.read('a')).ok);
    await store.remove('a');
    const again = opened();
    assert.deepEqual(await again.list(), []);
    assert.ok(!(await again.restore('a')).ok);
  });

  it('does not delete what goes on, nor leave its folder', async () => {
    const store = opened();
    const writer = store.begin(header('a'));
    assert.ok(!(await store.remove('a')).ok);
    await writer.end({ reason: 'done', headline: '' });
    for (const id of ['../a', 'a/b', '', '.hidden']) {
      assert.ok(!(await store.read(id)).ok, id);
      assert.ok(!(await store.remove(id)).ok, id);
    }
    assert.throws(() => store.begin(header('../../escape')));
  });

  it('goes on when the disk cannot be written to, and says so', async () => {
    await writeFile(path.join(folder, 'runs'), 'a file where the folder should be');
    const store = opened();
    const writer = store.begin(header('a'));
    await writer.end({ reason: 'done', headline: '' });
    assert.ok(errors.length > 0);
  });

  it('makes ids that are new and fit for a file', () => {
    const now = new Date('2026-01-02T03:04:05.678Z');
    const [one, other] = [newRunId('search', now), newRunId('search', now)];
    assert.match(one, /^search-20260102-030405-[0-9a-f]{8}$/);
    assert.notEqual(one, other);
  });
});
