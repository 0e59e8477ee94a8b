import assert from 'node:assert/strict';
import { gzipSync, strToU8, zipSync, zlibSync, type Zippable } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { stepTexts } from '../../../src/core/trace/trace.ts';
import { parquetRowCount, parquetRows } from '../../../src/formats/containers/parquet.ts';
import { openFile } from '../../../src/formats/open-file.ts';
import { openTraces } from '../../../src/formats/open.ts';
import type { TraceFile } from '../../../src/formats/trace-file.ts';
import { checkTrace } from './check-trace.ts';

const json = (value: unknown) => strToU8(JSON.stringify(value));

function opened(name: string, bytes: Uint8Array): TraceFile {
  const file = openTraces(name, bytes);
  assert.ok(file.ok, file.ok ? '' : file.error.message);
  return file.value;
}

function refusal(name: string, bytes: Uint8Array): string {
  const file = openTraces(name, bytes);
  const result = file.ok ? file.value.trace(0) : file;
  return result.ok ? 'a trace' : `${result.error.reason}: ${result.error.message}`;
}

const message = (role: string, content: unknown) => ({ role, content });
const sample = (id: number | string, rest: object = {}) => ({ id, epoch: 1, input: 'p', target: '4', messages: [message('user', 'p'), message('assistant', 'a\n\nb')], output: { model: 'm', choices: [{ message: message('assistant', 'a\n\nb') }] }, scores: { match: { value: 'C', answer: 'b' } }, ...rest });
const header = { version: 2, status: 'success', eval: { task: 't', model: 'm' } };

describe('Inspect .eval archives', function () {
  this.timeout(20_000);
  it('have a row a sample in the order of their numbers, and the header with each', () => {
    const file = opened('a.eval', zipSync({ 'samples/10_epoch_1.json': json(sample(10)), 'samples/9_epoch_1.json': json(sample(9)), 'header.json': json(header), 'summaries.json': json([]) }));
    assert.deepEqual([file.format, file.rows, file.rowFormat.id], ['zip', 2, 'inspect']);
    const traces = [file.trace(0), file.trace(1)];
    assert.deepEqual(traces.map((trace) => trace.ok && trace.value.source.id), ['9/epoch 1', '10/epoch 1']);
    const [first] = traces;
    assert.ok(first?.ok);
    checkTrace(first.value);
    const { given } = first.value;
    assert.deepEqual([stepTexts(first.value), given?.answerCorrect?.value, given?.finalAnswer?.value, given?.goldAnswer?.value, given?.generator?.value, given?.subset?.value], [['a', 'b'], true, 'b', '4', 'm', 't']);
  });

  it('put attachments in, by hash and as tc://', () => {
    const hash = 'a'.repeat(32);
    for (const [scheme, holder] of [['attachment', { attachments: { [hash]: 'LONG' } }], ['tc', { transcript: { content: { [hash]: 'LONG' } } }]] as const) {
      const reference = `${scheme}://${hash}`;
      const file = opened('a.eval', zipSync({ 'samples/1_epoch_1.json': json(sample(1, { input: [message('system', 's'), message('user', reference)], output: { choices: [{ message: message('assistant', [{ type: 'reasoning', reasoning: reference }, { type: 'text', text: 'x' }]) }] }, ...holder })) }));
      const trace = file.trace(0);
      assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
      assert.deepEqual([trace.value.problem, trace.value.response], ['LONG', '<think>\nLONG\n</think>\n\nx']);
    }
  });

  it('of version 3 are put together from their pieces', () => {
    const shell = { id: 's', epoch: 2, input: 'attachment://0', target: '4', message_refs: [[2, 3], [0, 1]] };
    const file = opened('a.eval', zipSync({
      'header.json': json({ ...header, version: 3 }),
      'samples/s_epoch_2/sample.json': json(shell),
      'samples/s_epoch_2/messages/0.json': json([message('assistant', 'attachment://1'), message('assistant', 'no')]),
      'samples/s_epoch_2/messages/2.json': json([message('user', 'p')]),
      'samples/s_epoch_2/attachments/0.json': json(['question', 'answer']),
      'samples/s_epoch_2/events/0.json': json([]),
      'samples/1_epoch_1.json': json(sample(1)),
    }));
    assert.equal(file.rows, 2);
    const trace = file.trace(1);
    assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
    assert.deepEqual([trace.value.problem, trace.value.response, trace.value.source.id], ['question', 'answer', 's/epoch 2']);
  });

  it('of a newer version are refused by name', () => {
    assert.match(refusal('a.eval', zipSync({ 'header.json': json({ ...header, version: 4 }), 'samples/1_epoch_1.json': json(sample(1)) })), /^unsupported: .* version 4 of Inspect's log format/);
  });

  it('of a run that was cancelled open as far as it went', () => {
    const unanswered = sample(2, { messages: [message('user', 'p')], output: { choices: [] }, error: { message: 'Timeout\ntrace' } });
    const file = opened('a.eval', zipSync({ '_journal/start.json': json({ version: 2, eval: header.eval }), 'samples/1_epoch_1.json': json(sample(1)), 'samples/2_epoch_1.json': json(unanswered) }));
    const [first, second] = [file.trace(0), file.trace(1)];
    assert.ok(first.ok && !second.ok);
    assert.deepEqual(first.value.given?.remarks, ['The run has the status "started".']);
    assert.equal(`${second.error.reason}: ${second.error.message}`, 'not-finished: a.eval row 1 (samples/2_epoch_1.json) has no answer because it failed (Timeout): there are no steps to look at.');
    assert.match(refusal('a.eval', zipSync({ '_journal/start.json': json(header) })), /^empty-file: a\.eval is an Inspect log without samples/);
  });

  it('of another kind, or damaged, are refused by name', () => {
    assert.match(refusal('a.eval', zipSync({ 'x.txt': strToU8('x') })), /^unknown-shape: a\.eval is a zip archive but no Inspect log/);
    assert.match(refusal('a.eval', strToU8('{"problem": "p"}')), /^not-zip: a\.eval is not a whole zip archive/);
    const whole = zipSync({ 'samples/1_epoch_1.json': json(sample(1)) });
    assert.match(refusal('a.eval', whole.subarray(0, whole.length - 30)), /^not-zip: /);
    const damaged = Uint8Array.from(whole);
    damaged.fill(0xff, 60, 90);
    assert.match(refusal('a.eval', damaged), /^not-(zip|json|utf8): a\.eval row 0|^not-zip: a\.eval has an entry/);
  });
});

describe('zip bombs', function () {
  this.timeout(20_000);
  const zeros = (size: number) => new Uint8Array(size);
  it('are refused by what their directory says, before anything is inflated', () => {
    const bomb = zipSync({ 'samples/1_epoch_1.json': [zeros(20_000_000), { level: 6 }], 'header.json': json(header) } satisfies Zippable);
    assert.ok(bomb.length < 100_000);
    const before = process.memoryUsage().arrayBuffers;
    assert.match(refusal('a.eval', bomb), /^too-long: a\.eval has an entry "samples\/1_epoch_1\.json" that would inflate from \d+ bytes to 20000000: it is not opened\.$/);
    assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000);
  });
  it('that lie about their size are refused', () => {
    const bomb = zipSync({ 'samples/1_epoch_1.json': [zeros(5_000_000), { level: 9 }] } satisfies Zippable);
    const view = new DataView(bomb.buffer);
    for (let at = 0; at < bomb.length - 4; at++) if (view.getUint32(at, true) === 5_000_000) view.setUint32(at, 100, true);
    assert.match(refusal('a.eval', bomb), /^not-(zip|json)/);
  });
  it('that claim more entries than they have are read for what they have', () => {
    const file = zipSync({ 'samples/1_epoch_1.json': json(sample(1)) });
    new DataView(file.buffer).setUint16(file.length - 22 + 8, 65_535, true);
    assert.equal(opened('a.eval', file).rows, 1);
    assert.equal(refusal('a.eval', file), 'a trace');
  });
});

describe('CSV and TSV', () => {
  it('with names are read by a proposed map, which leaves open labels out', () => {
    const file = opened('a.csv', strToU8('id;question;solution;ground_truth;first_error\n7;"p;""x""\nmore";"a\n\nb";4;1\n8;q;c;5;\n'));
    assert.deepEqual([file.format, file.rows, file.rowFormat.id], ['csv', 2, 'fields']);
    assert.match(file.rowFormat.reason, /Not used: "first_error", since the table does not say what it counts from\.$/);
    const trace = file.trace(0);
    assert.ok(trace.ok);
    assert.deepEqual([trace.value.problem, stepTexts(trace.value), trace.value.source.id, trace.value.given?.goldAnswer?.value, trace.value.label], ['p;"x"\nmore', ['a', 'b'], '7', '4', undefined]);
  });
  it('of published shapes are read as those', () => {
    const file = opened('a.csv', strToU8('question,answer\np,"1+1=2\n#### 2"\n'));
    assert.equal(file.rowFormat.id, 'gsm8k');
  });
  it('without names need a map', () => {
    assert.match(refusal('a.tsv', strToU8('How many "apples" are there?\t18\nHow many?\t3\n')), /^needs-map: a\.tsv row 0 has the fields "column 1", "column 2": it needs a map/);
    const file = openTraces('a.tsv', strToU8('p\t2 "x" y\n'), { fieldMap: { version: 1, problem: 'column 1', response: 'column 2' } });
    assert.ok(file.ok);
    const trace = file.value.trace(0);
    assert.ok(trace.ok && trace.value.response === '2 "x" y');
  });
  it('that are broken are refused by row', () => {
    assert.match(refusal('a.csv', strToU8('question,solution\np,"a\n')), /^not-csv: a\.csv is not CSV at row \d+: a quotation mark is not closed/);
    assert.match(refusal('a.csv', strToU8('question,solution\np,a,b\n')), /^not-csv: a\.csv row 0 has 3 cells where the table has 2 columns/);
    assert.match(refusal('a.csv', strToU8('question,solution\n')), /^empty-file: a\.csv has the names of columns and no rows\.$/);
  });
  it('may call a column __proto__', () => {
    const file = opened('a.csv', strToU8('__proto__,question,solution\nx,p,a\n'));
    assert.ok(file.trace(0).ok);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });
});

describe('Parquet', function () {
  this.timeout(20_000);
  const columns = [
    { name: 'problem', data: ['p', 'q'] },
    { name: 'steps', data: [['a', 'b'], ['c']] },
    { name: 'label', data: [1n, -1n], type: 'INT64' as const },
    { name: 'id', data: ['gsm8k-1', 'gsm8k-2'] },
  ];
  for (const codec of ['UNCOMPRESSED', 'SNAPPY'] as const)
    it(`opens ${codec}, 64-bit integers as numbers`, async () => {
      const bytes = new Uint8Array(parquetWriteBuffer({ columnData: columns, codec }));
      for (const name of ['a.parquet', 'untitled']) {
        const file = await openFile(name, bytes);
        assert.ok(file.ok, file.ok ? '' : file.error.message);
        assert.deepEqual([file.value.format, file.value.rows, file.value.rowFormat.id], ['parquet', 2, 'processbench']);
        const trace = file.value.trace(0);
        assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
        assert.deepEqual([stepTexts(trace.value), trace.value.label?.firstError, trace.value.source.id], [['a', 'b'], 1, 'gsm8k-1']);
      }
    });
  it('gives a range of rows by itself', async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'n', data: Array.from({ length: 1000 }, (_, index) => `row ${index}`) }], rowGroupSize: 100 }));
    assert.deepEqual(parquetRowCount('a.parquet', bytes), { ok: true, value: 1000 });
    assert.deepEqual(await parquetRows('a.parquet', bytes, 198, 201), { ok: true, value: [{ n: 'row 198' }, { n: 'row 199' }, { n: 'row 200' }] });
  });
  it('is refused by name where it is damaged or cut off', async () => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: columns }));
    for (const [broken, reason] of [[bytes.subarray(0, 50), 'not-parquet'], [strToU8('PAR1xxxxxxxxPAR1'), 'not-parquet'], [Uint8Array.from(bytes, (byte, at) => (at > 20 && at < 60 ? 0xff : byte)), 'not-parquet']] as const) {
      const file = await openFile('a.parquet', broken);
      assert.ok(!file.ok && file.error.reason === reason, JSON.stringify(file));
      assert.match(file.error.message, /^a\.parquet .*\.$/);
    }
  });
  it('is not read where only texts are', () => {
    assert.match(refusal('a.parquet', new Uint8Array(16)), /^unsupported: a\.parquet is a Parquet file/);
  });
});

describe('other archives', () => {
  it('are not taken for texts', () => {
    for (const bytes of [gzipSync(strToU8('x'.repeat(100))), zlibSync(strToU8('x'.repeat(100)))]) assert.match(refusal('a.json', bytes), /^not-utf8: /);
  });
});
