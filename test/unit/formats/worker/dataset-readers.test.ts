import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Dataset, DatasetChange } from '../../../../src/formats/dataset.ts';
import { openDataset } from '../../../../src/formats/index/open-dataset.ts';
import { createDatasetReaders } from '../../../../src/formats/worker/dataset-readers.ts';
import type { ReaderSource } from '../../../../src/formats/worker/messages.ts';
import { repoRoot } from '../shared-data.ts';

const SCRIPT = path.join(repoRoot(), 'dist', 'dataset.js');
const line = (problem: string, steps: readonly string[] = ['a', 'b']) => JSON.stringify({ problem, steps });

describe('data sets in a reader of their own', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'readers-'));
  const opened: Dataset[] = [];
  let count = 0;
  afterEach(() => {
    for (const data of opened.splice(0)) data.dispose();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, content: string | Uint8Array): string {
    const file = path.join(folder, `${count++}-${name}`);
    writeFileSync(file, content);
    utimesSync(file, 1e9, 1e9);
    return file;
  }

  async function open(source: ReaderSource, inReader = createDatasetReaders(SCRIPT)): Promise<Dataset> {
    const data = await inReader(source);
    assert.ok(data.ok, data.ok ? '' : data.error.message);
    opened.push(data.value);
    return data.value;
  }

  function listen(data: Dataset): DatasetChange[] {
    const changes: DatasetChange[] = [];
    data.onDidChange((change) => changes.push(change));
    return changes;
  }

  async function until(what: string, holds: () => boolean): Promise<void> {
    for (let left = 400; left > 0 && !holds(); left--) await sleep(25);
    assert.ok(holds(), what);
  }

  const messageOf = async (data: Dataset, row: number) => {
    const trace = await data.trace(row);
    return trace.ok ? 'a trace' : `${trace.error.reason}: ${trace.error.message.replace(/\d+-/, '')}`;
  };

  it('answer as those that are read on the thread that asks', async () => {
    const proto = '{"problem": "p", "steps": ["a"], "__proto__": {"x": 1}}';
    const files = [
      write('a.jsonl', `${line('p')}\n{"problem"\n${proto}\n`),
      write('a.json', `{"rows": [${line('p')}, ${line('q')}]}`),
      write('a.csv', 'problem,solution\np,"a\n\nb"\nq,c\n'),
      write('a.md', 'How many?\n\nFirst one.\n\nThen two.\n'),
      write('a.eval', zipSync({ 'header.json': strToU8('{"version": 2, "status": "success"}'), 'samples/1_epoch_1.json': strToU8('{"id": 1, "epoch": 1, "input": "p", "messages": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}], "output": {"choices": [{"message": {"role": "assistant", "content": "a"}}]}}') })),
      write('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'problem', data: ['p', 'q'] }, { name: 'solution', data: ['a', 'b'] }] }))),
      path.join(repoRoot(), 'media', 'samples', 'sample.jsonl'),
    ];
    for (const file of files) {
      const [direct, data] = [await openDataset(file), await open({ path: file })];
      assert.ok(direct.ok);
      opened.push(direct.value);
      const { name, container, rowFormat } = direct.value;
      assert.deepEqual([data.name, data.container, data.rowFormat], [name, container, rowFormat]);
      for (const set of [direct.value, data]) await set.reach(Number.MAX_SAFE_INTEGER);
      assert.deepEqual(data.progress, direct.value.progress);
      for (let row = -1; row <= data.progress.rows; row++) {
        assert.deepEqual(await data.variants(row), await direct.value.variants(row));
        for (const ask of ['value', 'trace', 'record'] as const) assert.deepEqual(await data[ask](row), await direct.value[ask](row), `${ask} ${row} of ${file}`);
      }
    }
  });

  it('read the content of a file that is not on a disk', async () => {
    const data = await open({ name: 'b.jsonl', bytes: strToU8(`${line('p')}\n${line('q')}`) });
    const trace = await data.trace(1);
    assert.deepEqual([data.name, data.progress.rows, data.progress.complete, trace.ok && trace.value.problem], ['b.jsonl', 2, true, 'q']);
    assert.equal(await messageOf(data, 2), 'no-such-row: b.jsonl has no row 2: it has rows 0 to 1.');
    const text = await open({ name: 'b.md', bytes: strToU8('How many?\n\nOne.') });
    assert.deepEqual(await text.value(0), { ok: true, value: 'How many?\n\nOne.' });
  });

  it('say why a file cannot be opened', async () => {
    const inReader = createDatasetReaders(SCRIPT);
    const absent = await inReader({ path: path.join(folder, 'absent.jsonl') });
    assert.deepEqual(absent.ok ? '' : absent.error, { reason: 'cannot-read', message: 'absent.jsonl is not there: it was moved or deleted.' });
    await assert.rejects(inReader({ path: write('a.jsonl', line('p')) }, { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
    const later = new AbortController();
    const opening = inReader({ path: write('a.jsonl', line('p')) }, { signal: later.signal });
    later.abort(new Error('enough now'));
    await assert.rejects(opening, /enough now/);
  });

  it('follow the file, and rows that are not there yet are waited for until nobody wants them', async () => {
    const file = write('a.jsonl', `${line('p')}\n`);
    const data = await open({ path: file, poll: 50 });
    const changes = listen(data);
    await data.reach(5);
    appendFileSync(file, `${line('q')}\n`);
    await until('the appended row', () => data.progress.rows === 2);
    assert.equal(await data.reach(1), true);
    assert.ok(changes.every(({ type }) => type === 'progress'));
    writeFileSync(file, `${line('other')}\n`);
    await until('the file is replaced', () => changes.some(({ type }) => type === 'replaced'));
    assert.equal(data.progress.rows, 1);
    // A list without its end is waited for.
    const list = await open({ path: write('a.json', `[${line('p')}, ${line('q')},`), poll: 50 });
    const control = new AbortController();
    const waiting = list.reach(9, control.signal);
    control.abort();
    assert.equal(await waiting, false);
    assert.equal(await list.reach(9, AbortSignal.abort()), false);
  });

  it('give large rows whole', async () => {
    const steps = Array.from({ length: 40_000 }, (_, index) => `Step ${index} é ${'x'.repeat(100)}`);
    const file = write('a.jsonl', `${line('p', steps)}\n${line('q')}\n`);
    const data = await open({ path: file });
    const trace = await data.trace(0);
    assert.ok(trace.ok);
    assert.equal(trace.value.steps.length, steps.length);
    const last = trace.value.steps.at(-1);
    assert.equal(last && trace.value.response.slice(last.span.start, last.span.end), steps.at(-1));
  });

  it('end with the data set, also in the middle of an answer', async () => {
    const data = await open({ path: write('a.jsonl', `${line('p', Array.from({ length: 50_000 }, () => 'x'))}\n`) });
    const asked = data.trace(0);
    data.dispose();
    const answer = await asked;
    assert.deepEqual(answer.ok ? '' : [answer.error.reason, answer.error.message.replace(/\d+-/, '')], ['cannot-read', 'a.jsonl is closed: open it again.']);
    assert.match(await messageOf(data, 0), /^cannot-read: a\.jsonl is closed/);
    assert.deepEqual([await data.variants(0), await data.reach(7)], [[], false]);
  });

  /** A reader that opens and then does something else when it is asked. */
  const fake = (onQuestion: string): string => {
    const state = "{ name: 'a.jsonl', container: 'jsonl', rowFormat: { id: 'rows', confidence: 1, reason: '' }, progress: { rows: 1, bytes: 1, total: 1, complete: true } }";
    return write('fake.cjs', `const { parentPort } = require('node:worker_threads');\nparentPort.on('message', () => { ${onQuestion} });\nparentPort.postMessage({ kind: 'opened', state: { ok: true, value: ${state} } });\n`);
  };

  it('name a fault once, start again, and give a file up that fails again', async () => {
    const faults = [
      ["throw new Error('torn')", /^reader-ended: a\.jsonl cannot be read: its reader failed \(torn\): open it again\.$/],
      ['process.exit(3)', /^reader-ended: a\.jsonl cannot be read: its reader ended \(exit code 3\): open it again\.$/],
      ['const all = []; for (;;) all.push(Array.from({ length: 1e5 }, () => ({})))', /^reader-ended: a\.jsonl cannot be read: its reader needs more than 64 MB of memory: split the file, or save it as JSONL with one row a line\.$/],
    ] as const;
    for (const [fault, message] of faults) {
      const inReader = createDatasetReaders(fake(fault), 64);
      const file = write('a.jsonl', line('p'));
      const data = await open({ path: file }, inReader);
      const changes = listen(data);
      const both = await Promise.all([messageOf(data, 0), messageOf(data, 0)]);
      both.forEach((said) => assert.match(said, message));
      await until(`${fault}: started again`, () => changes.length > 0);
      assert.deepEqual(changes, [{ type: 'replaced' }]);
      // Whoever opens it anew because it was replaced meets the same fault: then nothing starts by itself.
      const again = await open({ path: file }, inReader);
      const later = listen(again);
      assert.match(await messageOf(again, 0), message);
      assert.deepEqual(later.map(({ type }) => type), ['lost']);
      assert.match(await messageOf(again, 0), message);
    }
  });

  it('of bytes are not started again, since the bytes went with their reader', async () => {
    const data = await open({ name: 'a.jsonl', bytes: strToU8(line('p')) }, createDatasetReaders(fake('process.exit(1)')));
    const changes = listen(data);
    assert.match(await messageOf(data, 0), /^reader-ended/);
    assert.deepEqual(changes.map(({ type }) => type), ['lost']);
  });

  it('say so where the reader itself cannot start', async () => {
    for (const script of [path.join(folder, 'absent.cjs'), write('broken.cjs', 'process.exit(0)')]) {
      const failed = await createDatasetReaders(script)({ path: write('a.jsonl', line('p')) });
      assert.match(failed.ok ? '' : `${failed.error.reason}: ${failed.error.message.replace(/\d+-/, '')}`, /^reader-ended: a\.jsonl cannot be read: its reader (failed|ended) \(.*\): open it again\.$/s);
    }
  });
});
