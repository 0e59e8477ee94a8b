import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { stepTexts, type Trace } from '../../../src/core/trace/trace.ts';
import { jsonlExport } from '../../../src/formats/export/jsonl.ts';
import { markdownReport } from '../../../src/formats/export/markdown-report.ts';
import { stepCsvExport } from '../../../src/formats/export/step-csv.ts';
import { openTraces } from '../../../src/formats/open.ts';
import { ROW_FORMATS } from '../../../src/formats/rows/formats.ts';
import { visibleText } from '../../../src/formats/visible-text.ts';
import { checkTrace } from './check-trace.ts';

function read(name: string, content: string | Uint8Array): Trace {
  const file = openTraces(name, typeof content === 'string' ? strToU8(content) : content);
  assert.ok(file.ok, file.ok ? '' : file.error.message);
  const trace = file.value.trace(0);
  assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
  checkTrace(trace.value);
  return trace.value;
}

function refusal(name: string, content: string | Uint8Array): string {
  const file = openTraces(name, typeof content === 'string' ? strToU8(content) : content);
  const result = file.ok ? file.value.trace(0) : file;
  return result.ok ? 'a trace' : `${result.error.reason}: ${result.error.message}`;
}

const row = (problem: string, steps: readonly string[]) => JSON.stringify({ problem, steps, label: 0 });

describe('hostile files', function () {
  this.timeout(20_000);
  let folder = '';
  let before = '';
  // Whatever a file says, nothing is written: not here, and not where its names point.
  beforeEach(() => {
    before = process.cwd();
    folder = mkdtempSync(path.join(os.tmpdir(), 'stepscope-hostile-'));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(before);
    const left = readdirSync(folder);
    rmSync(folder, { recursive: true });
    assert.deepEqual(left, []);
  });

  const texts: readonly (readonly [what: string, text: string])[] = [
    ['script tags', '<script>alert(1)</script><img src=x onerror="alert(1)">'],
    ['javascript: and command: links', '[a](javascript:alert(1)) [b](command:workbench.action.terminal.new) <command:x>'],
    ['bidirectional overrides', 'a \u202e(b) c\u202c \u2066d\u2069 \u200fe'],
    ['zero-width characters', 'a\u200bb\u2060c\ufeffd'],
    ['NUL bytes and controls', 'a\u0000b\u0007c\u001b[31md'],
    ['mixed line ends', 'a\r\nb\nc\rd\u2028e'],
    ['fences and headings', '```\n# Problem\n````\n## Step 1\n---'],
    ['prototype names', '__proto__ constructor.prototype toString'],
  ];
  for (const [what, text] of texts)
    it(`${what} stay text, in traces, reports and exports`, () => {
      const trace = read('a.jsonl', row(text, [text, `${text}!`]));
      assert.equal(trace.problem, text);
      assert.deepEqual(stepTexts(trace), [text, `${text}!`]);
      const again = read('b.jsonl', jsonlExport.write([{ trace }]).text);
      assert.deepEqual(again, trace);
      const report = markdownReport.write([{ trace }]).text;
      assert.ok(report.includes(visibleText(text.replace(/\r\n?/g, '\n'))));
      assert.doesNotMatch(report, /[\u0000\u0007\u001b\u200b\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/);
      outsideFences(report).forEach((line) => assert.doesNotMatch(line, /<script|onerror|javascript:|command:/));
      assert.doesNotMatch(stepCsvExport.write([{ trace }]).text, /^[=+@]/m);
    });

  it('halves of surrogate pairs are kept in JSON, and named in a report', () => {
    const trace = read('a.jsonl', row('p\ud800', ['a\udc00', '😀']));
    assert.deepEqual([trace.problem, stepTexts(trace)], ['p\ud800', ['a\udc00', '😀']]);
    assert.deepEqual(read('b.jsonl', jsonlExport.write([{ trace }]).text), trace);
    assert.match(markdownReport.write([{ trace }]).text, /p⟨U\+D800⟩[^]*a⟨U\+DC00⟩[^]*😀/);
  });

  it('script and links in names of files are code in a report', () => {
    const trace = { ...read('a.jsonl', row('p', ['a'])), source: { file: '</code><script>x</script> [a](command:b) `tick` \u202e.json', row: 0 } };
    const [heading] = markdownReport.write([{ trace }]).text.split('\n').filter((line) => line.startsWith('## '));
    assert.equal(heading, '## ``</code><script>x</script> [a](command:b) `tick` ⟨U+202E⟩.json row 0``');
  });

  it('10 MB of nested JSON is refused with one sentence, at once', () => {
    const deep = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);
    for (const value of [deep('[', ']', 5_000_000), deep('{"a":', '}', 1_500_000).replace('{"a":}', '{"a":1}')])
      for (const content of [value, `{"problem": "p", "steps": ${value}}`, `{"problem": "p", "steps": ["a"], "x": ${value}}`, `{"question": "p", "reasoning_steps": {"mc_value": 1, "children": ${value}}}`, `{"input": ${value}, "target": "", "epoch": 1, "messages": ${value}, "attachments": {"0": "x"}}`]) {
        const since = Date.now();
        assert.equal(refusal('a.json', content), 'unknown-shape: a.json is nested more than 1000 deep: it is not opened.');
        assert.ok(Date.now() - since < 2000, `${Date.now() - since} ms`);
      }
  });

  it('objects of a million fields are refused or read, at once', () => {
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 300_000 }, (_, index) => [`f${index}`, index])));
    const since = Date.now();
    assert.match(refusal('a.json', wide), /^unknown-shape: a\.json has the fields "f0", "f1"/);
    assert.ok(Date.now() - since < 2000);
  });

  it('a small log that repeats one long attachment is refused before it fills memory', () => {
    const hash = 'a'.repeat(32);
    const sample = { id: 1, epoch: 1, input: 'p', target: '', messages: [], output: { choices: [{ message: { role: 'assistant', content: `attachment://${hash} `.repeat(20_000) } }] }, attachments: { [hash]: 'x'.repeat(100_000) } };
    assert.match(refusal('a.json', JSON.stringify({ version: 2, samples: [sample] })), /^too-long: a\.json row 0 has attachments that cannot be put in \(too much text\)/);
    const nested = { ...sample, output: { choices: [{ message: { role: 'assistant', content: `attachment://${hash}` } }] }, attachments: { [hash]: `attachment://${hash} attachment://${hash}` } };
    assert.equal(read('a.json', JSON.stringify({ version: 2, samples: [nested] })).response, `attachment://${hash} attachment://${hash}`);
  });

  it('names in archives are only names', () => {
    const sample = strToU8(JSON.stringify({ id: '../../x', epoch: 1, input: 'p', target: '', messages: [{ role: 'assistant', content: 'a' }] }));
    const bytes = zipSync({ '../../../escape.txt': strToU8('x'), '/etc/stepscope': strToU8('x'), 'C:\\x': strToU8('x'), 'samples/..\\..\\x_epoch_1.json': sample, 'samples/../y.json': sample, '__proto__': strToU8('x') });
    const file = openTraces('a.eval', bytes);
    assert.ok(file.ok);
    assert.equal(file.value.rows, 1);
    assert.equal(read('a.eval', bytes).source.id, '../../x/epoch 1');
  });

  it('no importer throws or writes, whatever it is forced upon', () => {
    const values: unknown[] = [null, 1, 'x', [], {}, [[]], { problem: 1 }, { __proto__: null, steps: [{}] }, { input: 'ки', label: '+' }, { question: {}, label: { steps: [null, {}] } }, { question: 'p', history: [null, { phase: 'x' }], final_steps: [1] }, { doc: null, resps: [[[[]]]], target: {} }, { reasoning_steps: [null] }, { idx: 1, scores: [] }, { stepscopeSteps: [null, {}] }];
    for (const format of ROW_FORMATS)
      for (const value of values) {
        format.fits(value);
        format.variants?.(value);
        const trace = format.read(value, { source: { file: 'a' }, where: 'a row 0' });
        if (trace.ok) checkTrace(trace.value);
        else assert.match(trace.error.message, /^a row 0 [^\n]*\.$/);
        format.record?.(value, { source: { file: 'a' }, where: 'a row 0' });
      }
  });
});

/** The lines of a Markdown text that are not in a code fence, without code in a line. */
function outsideFences(text: string): string[] {
  let fence: string | undefined;
  return text.split('\n').flatMap((line) => {
    const run = /^`{3,}/.exec(line)?.[0];
    if (fence === undefined && run !== undefined) fence = run;
    else if (fence !== undefined && line === fence) fence = undefined;
    else if (fence === undefined) return [line.replace(/(`+)[^]*?\1/g, '')];
    return [];
  });
}
