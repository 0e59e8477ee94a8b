import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Dataset, DatasetChange } from '../../../src/formats/dataset.ts';
import { openDataset, type DatasetOptions } from '../../../src/formats/index/open-dataset.ts';
import { openTraces } from '../../../src/formats/open.ts';

const line = (problem: string, steps: readonly string[] = ['a', 'b']) => JSON.stringify({ problem, steps });

describe('Data sets', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'dataset-'));
  const opened: Dataset[] = [];
  let count = 0;
  afterEach(() => {
    for (const data of opened.splice(0)) data.dispose();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A file that was quiet for long, unless it is `fresh`. */
  function write(name: string, content: string | Uint8Array, isFresh = false): string {
    const file = path.join(folder, `${count++}-${name}`);
    writeFileSync(file, content);
    if (!isFresh) utimesSync(file, 1e9, 1e9);
    return file;
  }

  async function open(file: string, options: DatasetOptions = {}): Promise<Dataset> {
    const data = await openDataset(file, { poll: 100, ...options });
    assert.ok(data.ok, data.ok ? '' : data.error.message);
    opened.push(data.value);
    return data.value;
  }

  async function refusal(file: string): Promise<string> {
    const data = await openDataset(file);
    if (!data.ok) return `${data.error.reason}: ${data.error.message.replace(/\d+-/, '')}`;
    opened.push(data.value);
    return 'opened';
  }

  const known = async (data: Dataset) => {
    await data.reach(Number.MAX_SAFE_INTEGER);
    return data.progress.rows;
  };

  const valueOf = async (data: Dataset, row: number) => {
    const value = await data.value(row);
    return value.ok ? value.value : `${value.error.reason}: ${value.error.message.replace(/\d+-/, '')}`;
  };

  /** Waits for a change that `fits`; the changes so far. */
  async function changeOf(changes: readonly DatasetChange[], fits: (change: DatasetChange) => boolean): Promise<DatasetChange> {
    for (let left = 400; left > 0; left--) {
      const found = changes.find(fits);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return assert.fail(`there was no such change: ${JSON.stringify(changes)}`);
  }

  function listen(data: Dataset): DatasetChange[] {
    const changes: DatasetChange[] = [];
    data.onDidChange((change) => changes.push(change));
    return changes;
  }

  it('read a row out of JSONL with blank lines, CRLF, a byte order mark and no last line feed', async () => {
    const data = await open(write('a.jsonl', `\ufeff${line('p')}\r\n\r\n  \n${line('q')}\r\n{"problem"\n${line('r')}`));
    assert.equal(await known(data), 4);
    assert.deepEqual([data.container, data.rowFormat.id, data.progress.complete], ['jsonl', 'rows', true]);
    assert.deepEqual([await valueOf(data, 0), await valueOf(data, 3)], [JSON.parse(line('p')), JSON.parse(line('r'))]);
    assert.equal(await valueOf(data, 2), 'not-json: a.jsonl row 2 (line 5) is not JSON: column 11: colon expected.');
    assert.equal(await valueOf(data, 4), 'no-such-row: a.jsonl has no row 4: it has rows 0 to 3.');
    assert.equal(await valueOf(data, -1), 'no-such-row: a.jsonl has no row -1: it has rows 0 to 3.');
    const trace = await data.trace(1);
    assert.ok(trace.ok);
    assert.deepEqual([trace.value.problem, trace.value.source.row], ['q', 1]);
  });

  it('take invalid UTF-8 and NUL for faults of their row alone', async () => {
    const data = await open(write('a.jsonl', Buffer.concat([strToU8(`${line('p')}\n{"problem": "`), new Uint8Array([0xff]), strToU8(`"}\n\0\n${line('q')}\n`)])));
    assert.equal(await known(data), 4);
    assert.match(String(await valueOf(data, 1)), /^not-utf8: a\.jsonl row 1 \(line 2\) is not UTF-8 at byte 13 of the line/);
    assert.match(String(await valueOf(data, 2)), /^not-json: a\.jsonl row 2 \(line 3\) is not JSON/);
    assert.deepEqual(await valueOf(data, 3), JSON.parse(line('q')));
    const list = await open(write('a.json', Buffer.concat([strToU8(`[${line('p')}, {"problem": "`), new Uint8Array([0xff]), strToU8(`"}, {"problem" 1}, ${line('q')}]`)])));
    assert.equal(await known(list), 4);
    assert.match(String(await valueOf(list, 1)), /^not-utf8: a\.json row 1 is not UTF-8 at byte \d+ of the file/);
    assert.match(String(await valueOf(list, 2)), /^not-json: a\.json row 2 \(from byte \d+\) is not JSON/);
    assert.deepEqual(await valueOf(list, 3), JSON.parse(line('q')));
  });

  it('agree with a file in memory on every row', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const row = fc.oneof(
      fc.record({ problem: text, steps: fc.array(text, { maxLength: 3 }), id: text }, { requiredKeys: ['problem', 'steps'] }),
      fc.record({ messages: fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), content: text }), { minLength: 1, maxLength: 5 }) }),
      fc.record({ question: text, answer: text }),
      fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), content: text }), { minLength: 1, maxLength: 4 }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const document = fc.tuple(fc.array(row, { minLength: 1, maxLength: 12 }), fc.constantFrom('lines', 'list', 'indented', 'wrapped', 'one'), fc.constantFrom('a.json', 'a.jsonl', 'a.ndjson', 'a'));
    await fc.assert(
      fc.asyncProperty(document, async ([rows, how, name]) => {
        const content = how === 'lines' ? rows.map((value) => JSON.stringify(value)).join('\n') : how === 'list' ? JSON.stringify(rows) : how === 'indented' ? JSON.stringify(rows, null, 1) : how === 'one' ? JSON.stringify(rows[0]) : JSON.stringify({ version: 2, samples: rows, status: 'success' });
        // One bare value in a .jsonl file is a row like others here, since more may be appended; in memory the file is refused.
        fc.pre(content.includes('\n') || /^[[{]/.test(content) || name === 'a' || name === 'a.json');
        const file = write(name, content);
        const base = path.basename(file);
        const memory = openTraces(base, strToU8(content));
        const data = await openDataset(file);
        if (!memory.ok || !data.ok) {
          assert.deepEqual([data.ok, !data.ok && data.error], [memory.ok, !memory.ok && memory.error], content);
          return;
        }
        try {
          assert.equal(await known(data.value), memory.value.rows, content);
          assert.deepEqual(data.value.rowFormat, memory.value.rowFormat, content);
          for (let at = 0; at < memory.value.rows; at++) {
            assert.deepEqual(await data.value.variants(at), memory.value.variants(at));
            for (const variant of [undefined, ...memory.value.variants(at)]) assert.deepEqual(await data.value.trace(at, variant), memory.value.trace(at, variant), content);
          }
        } finally {
          data.value.dispose();
          unlinkSync(file);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('find rows across many slices and checkpoints, with long and blank lines between', async () => {
    const rows = Array.from({ length: 4000 }, (_, index) => ({ problem: `p${index}`, steps: ['é'.repeat(1 + ((index * 7919) % 400)), '"]}\\'] }));
    rows[1500] = { problem: 'long', steps: ['x'.repeat(5_000_000), 'y'] };
    const jsonl = write('a.jsonl', rows.map((row, index) => `${JSON.stringify(row)}\n${index % 97 === 0 ? '\n \n' : ''}`).join(''));
    const list = write('a.json', `[\n${rows.map((row) => JSON.stringify(row, null, 1)).join('\n,\n')}\n]\n`);
    for (const file of [jsonl, list]) {
      const data = await open(file);
      assert.equal(await data.reach(3999), true);
      assert.equal(await known(data), 4000);
      const some = Array.from({ length: 200 }, (_, index) => (index * 997) % 4000);
      for (const at of [0, 1499, 1500, 1501, 3999, ...some]) assert.deepEqual(await data.value(at), { ok: true, value: rows[at] });
      const together = await Promise.all(some.map((at) => data.trace(at)));
      assert.deepEqual(together.map((trace) => trace.ok && trace.value.problem), some.map((at) => rows[at]?.problem));
    }
  });

  it('name a row that is too long, and read those around it', async () => {
    const parts = [line('p'), line('x'.repeat(16_100_000)), line('q'), line('r')];
    for (const [name, content] of [['a.jsonl', parts.join('\n')], ['a.json', `[${parts.join(',')}]`]] as const) {
      const data = await open(write(name, content));
      assert.equal(await known(data), 4);
      assert.match(String(await valueOf(data, 1)), /^too-long: a\.jsonl? row 1( \(line 2\))? is longer than 16 MB: shorten it\.$/);
      for (const at of [0, 2, 3]) assert.deepEqual(await valueOf(data, at), JSON.parse(parts[at]!));
    }
  });

  it('give the object around a list to the rows', async () => {
    const sample = { id: 1, epoch: 1, input: 'p', target: '4', messages: [{ role: 'user', content: 'p' }] };
    const data = await open(write('log.json', JSON.stringify({ version: 2, status: 'cancelled', samples: [sample] })));
    const trace = await data.trace(0);
    assert.ok(!trace.ok && trace.error.reason === 'not-finished' && /cancel/.test(trace.error.message), JSON.stringify(trace));
  });

  it('read tables, archives, Parquet and texts by the same contract', async () => {
    const table = await open(write('a.csv', 'question,solution\np,"a\n\nb"\nq,c\n'));
    assert.deepEqual([table.container, table.progress.rows, (await table.trace(1)).ok], ['csv', 2, true]);
    const rows = Array.from({ length: 50 }, (_, index) => `p${index}`);
    const parquet = await open(write('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'question', data: rows, type: 'STRING' }, { name: 'answer', data: rows, type: 'STRING' }], rowGroupSize: 8 }))));
    assert.deepEqual([parquet.container, parquet.progress.rows], ['parquet', 50]);
    for (const at of [0, 7, 8, 49]) assert.deepEqual(await valueOf(parquet, at), { question: `p${at}`, answer: `p${at}` });
    const archive = await open(write('a.eval', zipSync({ 'header.json': strToU8('{"version": 2}'), 'samples/1_epoch_1.json': strToU8(JSON.stringify({ id: 1, epoch: 1, input: 'p', target: '4', messages: [{ role: 'user', content: 'p' }, { role: 'assistant', content: 'a' }], output: {} })) })));
    assert.deepEqual([archive.container, archive.rowFormat.id, (await archive.trace(0)).ok], ['zip', 'inspect', true]);
    const text = await open(write('a.md', '# p\n\na\n\nb'));
    assert.deepEqual([text.container, text.progress.rows, await valueOf(text, 0)], ['markdown', 1, '# p\n\na\n\nb']);
    assert.ok((await text.trace(0)).ok);
  });

  it('say why a file cannot be opened', async () => {
    assert.equal(await refusal(path.join(folder, 'none.jsonl')), 'cannot-read: none.jsonl is not there: it was moved or deleted.');
    assert.equal(await refusal(write('a.jsonl', '')), 'empty-file: a.jsonl is empty: write a row such as {"problem": "…", "steps": ["…"]}.');
    assert.equal(await refusal(write('a.jsonl', ' \n\n')), 'empty-file: a.jsonl is empty: write a row such as {"problem": "…", "steps": ["…"]}.');
    assert.equal(await refusal(write('a.json', '[]')), 'empty-file: a.json has no rows: its list is empty.');
    assert.equal(await refusal(write('a.jsonl', new Uint8Array([0xff, 0xfe, 0x41, 0]))), 'not-utf8: a.jsonl is UTF-16: save it as UTF-8 and open it again.');
    assert.match(await refusal(write('a.json', '[{"a": 1} {"b": 2}]')), /^not-json: a\.json is not JSON: line 1, column 11: /);
    assert.match(await refusal(write('a.parquet', 'PAR1')), /^not-parquet: /);
    assert.match(await refusal(write('a.md', 'x'.repeat(16_000_001))), /^too-long: a\.md is larger than 16 MB/);
  });

  it('end the opening, a wait and everything at once', async () => {
    const file = write('a.jsonl', `${line('p')}\n`.repeat(100_000));
    await assert.rejects(openDataset(file, { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
    const data = await open(file);
    const stop = new AbortController();
    const waits = data.reach(1e9, stop.signal);
    stop.abort();
    assert.equal(await waits, false);
    const left = data.reach(1e9);
    data.dispose();
    data.dispose();
    assert.equal(await left, false);
    assert.match(String(await valueOf(data, 0)), /^cannot-read: a\.jsonl is closed/);
  });

  it('add rows that are appended, and wait for a last line until it is whole', async () => {
    const file = write('a.jsonl', `${line('p')}\n`, true);
    const data = await open(file);
    const changes = listen(data);
    assert.equal(await known(data), 1);
    appendFileSync(file, `${line('q')}\n{"problem": "r",`);
    await changeOf(changes, (change) => change.type === 'progress' && change.progress.rows === 2);
    assert.deepEqual([data.progress.rows, data.progress.complete, await valueOf(data, 1)], [2, false, JSON.parse(line('q'))]);
    appendFileSync(file, ' "steps": ["a"]}\n');
    await changeOf(changes, (change) => change.type === 'progress' && change.progress.rows === 3 && change.progress.complete);
    assert.deepEqual(await valueOf(data, 2), { problem: 'r', steps: ['a'] });
    appendFileSync(file, '{"problem": "s"');
    // Nobody goes on with it, so it is a row, though a broken one.
    assert.equal(await data.reach(3).then(async (isThere) => isThere || (await changeOf(changes, (change) => change.type === 'progress' && change.progress.rows === 4)).type === 'progress'), true);
    assert.match(String(await valueOf(data, 3)), /^not-json: a\.jsonl row 3 \(line 4\)/);
    assert.ok(!changes.some(({ type }) => type !== 'progress'), JSON.stringify(changes));
    // It was a row, and is another now.
    appendFileSync(file, '}\n');
    await changeOf(changes, ({ type }) => type === 'replaced');
    assert.deepEqual(await valueOf(data, 3), { problem: 's' });
  });

  it('go on with a list that is being written', async () => {
    const file = write('a.json', `[${line('p')},\n`, true);
    const data = await open(file);
    const changes = listen(data);
    appendFileSync(file, line('q'));
    await changeOf(changes, (change) => change.type === 'progress' && change.progress.rows === 2);
    const lost = await changeOf(changes, ({ type }) => type === 'lost');
    assert.match(lost.type === 'lost' ? lost.message : '', /a\.json is not JSON from byte \d+ on: it ends before its list does, so it was cut off or is still being written/);
    appendFileSync(file, `,${line('r')}]\n`);
    await changeOf(changes, (change) => change.type === 'progress' && change.progress.complete);
    assert.deepEqual([data.progress.rows, await valueOf(data, 2)], [3, JSON.parse(line('r'))]);
  });

  const many = (problem: string, rows: number) => Array.from({ length: rows }, (_, row) => `${line(`${problem} ${row}`)}\n`).join('');
  const replacements: readonly (readonly [how: string, change: (file: string) => void])[] = [
    ['written anew and longer', (file) => writeFileSync(file, many('another', 200))],
    ['of the same length', (file) => writeFileSync(file, many('NEW', 100))],
    ['shorter', (file) => writeFileSync(file, many('new', 60))],
    ['put in its place', (file) => {
      writeFileSync(`${file}.new`, many('new', 200));
      renameSync(`${file}.new`, file);
    }],
  ];
  for (const [how, change] of replacements)
    it(`open a file anew that is ${how}`, async () => {
      const file = write('a.jsonl', many('old', 100));
      const data = await open(file);
      const changes = listen(data);
      assert.equal(await known(data), 100);
      change(file);
      // A row that was not read before: of the file that is open still, or refused.
      assert.match(JSON.stringify(await valueOf(data, 50)), how === 'put in its place' ? /"old 50"/ : /^"file-changed: a\.jsonl row 50 \(line 51\) cannot be read any more, since the file has changed on disk/);
      await changeOf(changes, ({ type }) => type === 'replaced');
      const trace = await data.trace(50);
      assert.ok(trace.ok);
      assert.match(trace.value.problem, /^(new|NEW|another) 50$/);
    });

  it('say that a file is empty or gone, keep what can be read, and come back with it', async () => {
    const file = write('a.jsonl', `${line('p')}\n${line('q')}\n`);
    const data = await open(file);
    const changes = listen(data);
    unlinkSync(file);
    const gone = await changeOf(changes, ({ type }) => type === 'lost');
    assert.match(gone.type === 'lost' ? gone.message : '', /a\.jsonl is not there any more/);
    assert.deepEqual(await valueOf(data, 1), JSON.parse(line('q')));
    assert.equal(await data.reach(2), false);
    writeFileSync(file, `${line('r')}\n`);
    await changeOf(changes, ({ type }) => type === 'replaced');
    assert.deepEqual(await valueOf(data, 0), JSON.parse(line('r')));
    changes.length = 0;
    truncateSync(file, 0);
    const empty = await changeOf(changes, ({ type }) => type === 'lost');
    assert.match(empty.type === 'lost' ? empty.message : '', /a\.jsonl is empty/);
    writeFileSync(file, `${line('s')}\n`);
    await changeOf(changes, ({ type }) => type === 'replaced');
    assert.deepEqual(await valueOf(data, 0), JSON.parse(line('s')));
  });
});
