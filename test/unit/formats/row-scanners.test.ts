import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkpoints, CHECKPOINT_BYTES } from '../../../src/formats/index/checkpoints.ts';
import { jsonScanner } from '../../../src/formats/index/json-scanner.ts';
import { jsonlScanner } from '../../../src/formats/index/jsonl-scanner.ts';
import type { RowScanner } from '../../../src/formats/index/row-scanner.ts';
import { documentRows } from '../../../src/formats/json-document.ts';
import { jsonlRows } from '../../../src/formats/jsonl.ts';

type Row = readonly [start: number, end: number, line: number];

/** The rows found in pieces that are cut at every `size` bytes. */
function scan(scanner: RowScanner, bytes: Uint8Array, size: number): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < bytes.length; at += size) scanner.feed(bytes.subarray(at, at + size), (...row) => rows.push(row));
  return rows;
}

const size = fc.integer({ min: 1, max: 40 });
const row = fc.oneof({ weight: 4, arbitrary: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }) }, fc.jsonValue({ maxDepth: 2 }));
const nonChat = fc.array(row, { minLength: 1, maxLength: 6 });
const space = fc.constantFrom('', ' ', '\n', '\r\n\t');

describe('Row scanners', function () {
  this.timeout(20_000);

  it('find the lines that are found in memory, however the bytes come', () => {
    const piece = fc.constantFrom('{}', '"a"', ' ', '\t', '\r', '\n', '\r\n', '\n\n', '\0', 'é', '\ufeff', '1');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))), size, (bytes, step) => {
        const scanner = jsonlScanner(0, 1);
        const found = scan(scanner, bytes, step);
        const { openRow } = scanner;
        if (openRow) found.push([openRow.start, bytes.length, openRow.line]);
        assert.deepEqual(found, jsonlRows(bytes).map(({ start, end, line }) => [start, end, line]));
      }),
      { numRuns: 2000 },
    );
  });

  it('find the rows of any list, bare or under a name, as JSON.parse has them', () => {
    const fields = fc.dictionary(fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('status', 'a"b', 'rowsx')).filter((key) => !['rows', 'data', 'steps', 'messages', 'problem', 'prompt', 'question', 'samples', 'examples'].includes(key)), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3, noNullPrototype: true });
    const document = fc.oneof(
      nonChat.map((rows): unknown => rows),
      fc.tuple(fields, fc.constantFrom('rows', 'data', 'samples', 'examples'), nonChat, fields).map(([before, name, rows, after]): unknown => ({ ...before, [name]: rows, ...after })),
    );
    fc.assert(
      fc.property(document, fc.constantFrom(undefined, 1, '\t'), space, size, (value, indent, around, step) => {
        const text = around + JSON.stringify(value, null, indent) + around;
        const bytes = Buffer.from(text);
        const known = documentRows('a.json', JSON.parse(text));
        const expected = known.ok && 'rows' in known.value ? known.value.rows : undefined;
        const scanner = jsonScanner(0);
        const rows = scan(scanner, bytes, step).map(([start, end]) => JSON.parse(bytes.subarray(start, end).toString()) as unknown);
        assert.equal(scanner.failure, undefined);
        assert.ok(scanner.done);
        assert.equal(scanner.shape, 'list');
        // A list of messages is one chat, which only whoever reads the rows can tell.
        if (expected) assert.deepEqual(rows, expected);
      }),
      { numRuns: 1500 },
    );
  });

  it('begin again at any row', () => {
    fc.assert(
      fc.property(nonChat, space, (rows, between) => {
        const bytes = Buffer.from(`[${rows.map((value) => between + JSON.stringify(value)).join(`${between},`)}]`);
        const all = scan(jsonScanner(0), bytes, bytes.length);
        all.forEach(([start], index) => assert.deepEqual(scan(jsonScanner(start, true), bytes.subarray(start), bytes.length), all.slice(index)));
      }),
    );
  });

  const shapes: readonly (readonly [text: string, shape: string, rows: number, failure: string | undefined])[] = [
    ['{"a": [1], "b": {"rows": [1, 2]}}', 'single', 0, undefined],
    ['{"problem": "p", "rows": [1]}', 'single', 0, undefined],
    ['{"rows": 3, "data": [1, 2]}', 'list', 2, undefined],
    ['{"rows": [1], "data": [2]}', 'list', 1, 'it has more than one list of rows at 22'],
    ['{"rows": [1], "steps": []}', 'list', 1, 'it has "steps" beside its list of rows at 20'],
    ['[1, 2] 3', 'list', 2, 'something follows after its end at 7'],
    ['[{"a": 1} {"b": 2}]', 'list', 1, 'a comma is expected at 10'],
    ['[1,]', 'list', 1, 'a row is expected at 3'],
    ['[,1]', 'list', 0, 'a row is expected at 1'],
    ['{"a" 1}', 'unknown', 0, 'a colon is expected at 5'],
    ['{"a":,}', 'unknown', 0, 'a value is expected at 5'],
    ['{"a": 1 "b"}', 'unknown', 0, 'a comma is expected at 8'],
    ['{a: 1}', 'unknown', 0, 'a name in quotation marks is expected at 1'],
    ['\0[1]', 'unknown', 0, 'it does not begin with [ or { at 0'],
    ['[{"broken: 1}, {"a": "]}"}, 7]', 'list', 1, 'a comma is expected at 23'],
    ['[]', 'list', 0, undefined],
  ];
  for (const [text, shape, rows, failure] of shapes)
    it(`know what ${JSON.stringify(text)} is`, () => {
      for (const step of [1, 3, 100]) {
        const scanner = jsonScanner(0);
        const found = scan(scanner, Buffer.from(text), step);
        assert.deepEqual([scanner.shape, found.length, scanner.failure && `${scanner.failure.what} at ${scanner.failure.at}`], [shape, rows, failure]);
      }
    });

  it('never throw', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', ' ', '"rows":', '1', '\0', 'é');
    fc.assert(fc.property(fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))), size, (bytes, step) => {
      scan(jsonScanner(0), bytes, step);
      scan(jsonScanner(0, true), bytes, step);
    }), { numRuns: 3000 });
  });

  it('keep a row a checkpoint and find the one before any row', () => {
    const index = checkpoints();
    const starts: number[] = [];
    for (let number = 0, offset = 7; number < 20_000; number++) {
      starts.push(offset);
      index.add(number, offset, number + 1);
      offset += 1 + ((number * 7919) % 3001);
    }
    for (let number = 0; number < starts.length; number += 37) {
      const near = index.before(number);
      const start = starts[number]!;
      assert.equal(near.offset, starts[near.row]);
      assert.equal(near.line, near.row + 1);
      assert.ok(near.offset <= start && start - near.offset < CHECKPOINT_BYTES);
      assert.ok(near.next === undefined || (near.next > start && starts.includes(near.next)));
    }
  });
});
