import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stepTexts } from '../../../src/core/trace/trace.ts';
import { openTraces } from '../../../src/formats/open.ts';
import { rowAt } from '../../../src/formats/row-at.ts';
import type { TraceFile } from '../../../src/formats/trace-file.ts';
import { repoFile } from './shared-data.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function opened(name: string, content: string | Uint8Array): TraceFile {
  const result = openTraces(name, typeof content === 'string' ? encode(content) : content);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

/** The error of the file, or of its row, as `reason: sentence`. */
function refusal(name: string, content: string | Uint8Array, row = 0): string {
  const file = openTraces(name, typeof content === 'string' ? encode(content) : content);
  const result = file.ok ? file.value.trace(row) : file;
  return result.ok ? 'a trace' : `${result.error.reason}: ${result.error.message}`;
}

function steps(file: TraceFile, row = 0): string[] {
  const trace = file.trace(row);
  assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
  return stepTexts(trace.value);
}

const ROW = '{"problem": "p", "steps": ["a", "b"], "label": 1, "id": "x"}';

describe('openTraces', function () {
  this.timeout(20_000);
  const formats: readonly (readonly [name: string, content: string, format: string, rows: number])[] = [
    ['a.md', 'p\n\na\n\nb', 'markdown', 1],
    ['a.MARKDOWN', 'p\n\na\n\nb', 'markdown', 1],
    ['a.txt', 'p\n\na\n\nb', 'text', 1],
    ['a.json', ROW, 'json', 1],
    ['a.json', `[${ROW}, ${ROW}]`, 'json', 2],
    ['a.json', `{"n": 1, "data": [${ROW}]}`, 'json', 1],
    ['a.json', `${ROW}\n${ROW}\n`, 'jsonl', 2],
    ['a.jsonl', ROW, 'jsonl', 1],
    ['a.ndjson', `\n${ROW}\r\n\r\n${ROW}`, 'jsonl', 2],
    ['a.jsonl', `[\n${ROW},\n${ROW}]`, 'json', 2],
    ['a.jsonl', `[${ROW}]`, 'json', 1],
    ['untitled', ROW, 'json', 1],
    ['a.log', `${ROW}\n${ROW}`, 'jsonl', 2],
    ['a.constructor', '# Problem\np\n# Steps\na\n\nb', 'markdown', 1],
    ['folder.json/a', '[p](q)\n\na\n\nb', 'text', 1],
  ];
  for (const [name, content, format, rows] of formats)
    it(`reads ${JSON.stringify(content.slice(0, 24))} in ${name} as ${format}`, () => {
      for (const mark of ['', '\ufeff']) {
        const file = opened(name, mark + content);
        assert.deepEqual([file.format, file.rows], [format, rows]);
        assert.deepEqual(steps(file, rows - 1), ['a', 'b']);
      }
    });

  it('gives source, id and label', () => {
    const trace = opened('a.jsonl', `${ROW}\n${ROW}`).trace(1);
    assert.ok(trace.ok);
    assert.deepEqual(trace.value.source, { file: 'a.jsonl', row: 1, id: 'x' });
    assert.deepEqual(trace.value.label, { field: 'label', firstError: 1, madeBy: 'unknown', indexBase: 0 });
    assert.equal(trace.value.response, 'a\n\nb');
  });

  it('takes a label only where it is one', () => {
    for (const label of ['2', '-2', '0.5', '"1"', 'true', 'null']) {
      const trace = opened('a.json', `{"problem": "p", "steps": ["a", "b"], "label": ${label}}`).trace(0);
      assert.ok(trace.ok && trace.value.label === undefined);
    }
  });

  const refused: readonly (readonly [name: string, content: string | Uint8Array, error: string])[] = [
    ['a.md', '', 'empty-file: a.md is empty: write a question, a blank line and a solution.'],
    ['a.json', '\ufeff \n', 'empty-file: a.json is empty: write a row such as {"problem": "…", "steps": ["…"]}.'],
    ['a.json', '[]', 'empty-file: a.json has no rows: its list is empty.'],
    ['a.md', new Uint8Array([0xff, 0xfe, 0x41, 0]), 'not-utf8: a.md is UTF-16: save it as UTF-8 and open it again.'],
    ['a.jsonl', new Uint8Array([0xfe, 0xff, 0, 0x41]), 'not-utf8: a.jsonl is UTF-16: save it as UTF-8 and open it again.'],
    ['a.txt', new Uint8Array([0x41, 0xc3, 0x28]), 'not-utf8: a.txt is not UTF-8 at byte 1: save it as UTF-8 and open it again.'],
    ['a.json', new Uint8Array([0xef, 0xbb, 0xbf, 0x22, 0xff]), 'not-utf8: a.json is not UTF-8 at byte 4: save it as UTF-8 and open it again.'],
    ['a.json', '{\n  "problem": "p"\n  "steps": []\n}', 'not-json: a.json is not JSON: line 3, column 3: comma expected.'],
    ['a.json', '3', 'unknown-shape: a.json is a single JSON value: it needs a list of rows, or one row such as {"problem": "…", "steps": ["…"]}.'],
    ['a.json', '{"rows": [], "data": []}', 'unknown-shape: a.json has more than one list of rows: keep one of "rows", "data", "samples" and "examples".'],
    ['a.json', '{"a": 1}', 'unknown-shape: a.json has the fields "a": it needs a text in "problem", "question" or "prompt" and "steps" or a text in "solution", "response", "output", "completion" or "answer", or chat "messages".'],
    ['a.json', '[1]', 'unknown-shape: a.json row 0 is not an object: it needs a question and its steps, for example {"problem": "…", "steps": ["…"]}.'],
    ['a.json', '[{"steps": ["a"]}]', 'no-question: a.json row 0 has no question: it needs a text in "problem", "question" or "prompt".'],
    ['a.json', '[{"problem": "p"}]', 'no-steps: a.json row 0 has a question but no solution: it needs "steps", or a text in "solution", "response", "output", "completion" or "answer".'],
    ['a.json', '[{"problem": "p", "steps": []}]', "no-steps: a.json row 0 has a question but its list of steps is empty: put the solution's steps into it."],
    ['a.json', '[{"problem": "p", "steps": ["a", 3]}]', 'unknown-shape: a.json row 0 has a step 2 that is no text: write it as a string, or as an object with "text".'],
    ['a.json', '[{"question": "p", "answer": "9"}]', 'no-steps: a.json row 0 has a question and an answer without reasoning ("answer" is "9"): there are no steps to judge.'],
    ['a.json', '[{"problem": "p", "answer": "<think></think>"}]', 'no-steps: a.json row 0 has a question but an empty solution: there are no steps to look at.'],
    ['a.json', '[{"role": "system", "content": "x"}]', 'no-question: a.json has no user message: it needs one with the question.'],
    ['a.json', '[{"role": "user", "content": null}, {"role": "assistant", "content": "x"}]', 'no-question: a.json has a user message without text: it needs the question in "content".'],
  ];
  for (const [name, content, error] of refused)
    it(`refuses ${name}: ${error.slice(0, 60)}`, () => assert.equal(refusal(name, content), error));

  it('refuses what is too large for one text', () => {
    const bytes = new Uint8Array(500_000_001).fill(0x61, 0, 1);
    assert.match(refusal('a.md', bytes), /^too-long: a\.md is larger than 500 MB: split it/);
  });

  it('names the rows that a file has', () => {
    assert.equal(refusal('a.md', 'p\n\na', 1), 'no-such-row: a.md has no row 1: it has only row 0.');
    assert.equal(refusal('a.json', `[${ROW}, ${ROW}]`, -1), 'no-such-row: a.json has no row -1: it has rows 0 to 1.');
    assert.equal(refusal('a.jsonl', `${ROW}\n${ROW}`, 0.5), 'no-such-row: a.jsonl has no row 0.5: it has rows 0 to 1.');
  });

  it('loses only the bad row of a JSONL file', () => {
    const bytes = new Uint8Array([...encode(`${ROW}\n\n{"problem": "`), 0xff, ...encode(`"}\n{"problem" 1}\n${ROW}\n`)]);
    const file = opened('a.jsonl', bytes);
    assert.equal(file.rows, 4);
    assert.deepEqual([steps(file, 0), steps(file, 3)], [['a', 'b'], ['a', 'b']]);
    assert.equal(refusal('a.jsonl', bytes, 1), 'not-utf8: a.jsonl row 1 (line 3) is not UTF-8 at byte 13 of the line: save the file as UTF-8.');
    assert.equal(refusal('a.jsonl', bytes, 2), 'not-json: a.jsonl row 2 (line 4) is not JSON: column 12: colon expected.');
  });

  it('does not crash on deep nesting', () => {
    const deep = '['.repeat(1_000_000);
    assert.match(refusal('a.json', deep), /^not-json: a\.json is not JSON: /);
    assert.match(refusal('a.jsonl', `${deep}\n${ROW}`), /^not-json: a\.jsonl row 0 \(line 1\) is not JSON: /);
    assert.match(refusal('a.json', deep + ']'.repeat(1_000_000)), /^unknown-shape: /);
  });
});

describe('the fixtures', () => {
  const chat = repoFile('test/fixtures/traces/chat.jsonl');
  it('chat.jsonl has thinking as steps and the rest as the answer', () => {
    const file = opened('chat.jsonl', chat);
    assert.deepEqual(steps(file, 0), ['Start with 3.', 'Add 4: 3 + 4 = 7.']);
    assert.deepEqual(steps(file, 1), ['2 × 5 = 10.', 'That is all.']);
    const trace = file.trace(1);
    assert.ok(trace.ok && trace.value.answer);
    assert.equal(trace.value.problem, 'What is 2 × 5?');
    assert.equal(trace.value.response, '<think>\n2 × 5 = 10.\n\nThat is all.\n</think>\n\n10');
    assert.equal(trace.value.response.slice(trace.value.answer.start, trace.value.answer.end), '10');
    assert.equal(refusal('chat.jsonl', chat, 2), "no-steps: chat.jsonl row 2 (line 4) has no assistant message after the user's: it needs one with the solution.");
    assert.match(refusal('chat.jsonl', chat, 3), /^not-json: chat\.jsonl row 3 \(line 5\) is not JSON: /);
  });

  it('wrapped.json has three rows, one of them with an empty step', () => {
    const bytes = repoFile('test/fixtures/traces/wrapped.json');
    const file = opened('wrapped.json', bytes);
    assert.deepEqual(steps(file, 0), ['3 + 4 = 7.', 'So the answer is 7.']);
    assert.deepEqual(steps(file, 1), ['Step 1: 2 × 5 = 10.', 'Step 2: The answer is 10.']);
    const first = file.trace(0);
    const second = file.trace(1);
    assert.ok(first.ok && second.ok);
    assert.deepEqual([first.value.source.id, first.value.label], ['7', { field: 'label', firstError: undefined, madeBy: 'unknown', indexBase: 0 }]);
    assert.equal(second.value.label, undefined);
    assert.equal(refusal('wrapped.json', bytes, 2), 'no-steps: wrapped.json row 2 has an empty step 2: fill it in or take it out of "steps".');
  });

  it('sum.md has front matter, a title, code and a rule', () => {
    const file = opened('sum.md', repoFile('test/fixtures/traces/sum.md'));
    assert.deepEqual(steps(file), ['### Step 1\n\n```\n3 + 4\n\n7\n```', '---\n\nSo the answer is 7.']);
  });
});

describe('openTraces on anything', function () {
  this.timeout(20_000);
  const name = fc.constantFrom('a.md', 'a.txt', 'a.json', 'a.jsonl', 'a', 'a.bin');
  const key = fc.constantFrom('problem', 'question', 'steps', 'messages', 'role', 'content', 'label', 'id', 'rows', 'data', 'answer', 'reasoning', '__proto__', 'text');
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom<unknown>('', ' ', 'user', 'assistant', 'a\n\nb', '<think>x</think>y', 0, -1, null, true),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));

  function readAll(file: string, bytes: Uint8Array): number {
    const result = openTraces(file, bytes);
    if (!result.ok) return 0;
    for (let row = 0; row < result.value.rows; row++) {
      const trace = result.value.trace(row);
      if (trace.ok) assert.ok(trace.value.steps.length > 0 && trace.value.problem.trim() !== '' && !stepTexts(trace.value).includes(''));
      else assert.ok(trace.error.message.startsWith(file) && trace.error.message.endsWith('.'), trace.error.message);
    }
    return result.value.rows;
  }

  it('never throws on bytes', () => {
    fc.assert(fc.property(name, fc.uint8Array({ maxLength: 300 }), (file, bytes) => void readAll(file, bytes)), { numRuns: 3000 });
  });

  it('never throws on JSON, and rowAt counts the same rows', () => {
    const json = fc.oneof(
      fc.tuple(value, fc.constantFrom(0, 1, 2)).map(([document, indent]) => JSON.stringify(document, null, indent)),
      fc.array(value, { maxLength: 4 }).map((rows) => rows.map((row) => JSON.stringify(row)).join('\n')),
    );
    fc.assert(
      fc.property(name, json, (file, text) => {
        const rows = readAll(file, encode(text));
        const last = rowAt(text, text.length);
        if (rows > 0 && /json/.test(file)) assert.equal(last, rows - 1, text);
      }),
      { numRuns: 5000 },
    );
  });
});
