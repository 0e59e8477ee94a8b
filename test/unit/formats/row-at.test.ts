import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rowAt } from '../../../src/formats/row-at.ts';

describe('rowAt', function () {
  this.timeout(20_000);
  /** `|` marks offsets; the rows are those expected at them in order. */
  const cases: readonly (readonly [what: string, text: string, rows: readonly (number | undefined)[]])[] = [
    ['an array', '|[| {"a":| 1}|,| {|"b": "]}|,"}| ]|', [0, 0, 0, 0, 0, 1, 1, 1, 1]],
    ['an indented array', '[\n  {\n    "a": [|1, {|}]\n  },|\n  |{\n|  }\n]\n|', [0, 0, 0, 1, 1, 1]],
    ['JSONL', '|{"a": 1}|\n\n|{"b": 2|}\r\n|{"c"|: 3}\n|', [0, 0, 1, 1, 2, 2, 2]],
    ['JSONL with a broken row', '{"a": 1}\n{"b|": \n{"c|": "x', [1, 2]],
    ['JSONL with a broken first row', '{"a": "|\n{"b|": 1}\n[|1]', [0, 1, 2]],
    ['rows under a name', '{"n": [1, 2], "rows|": [{"a|": 1}, {"b|": 2}]|}|', [0, 0, 1, 1, 1]],
    ['one row', '{"problem": "p", |"rows": [1, |2]}', [0, 0]],
    ['one chat', '[{"role": "user"}, {"role"|: "assistant"}]', [0]],
    ['a list of chats', '[[{"role": "user"}], [{"role"|: "assistant"}]]', [1]],
    ['strings with quotes', '["\\"]", "\\\\"|, {|}]', [1, 2]],
    ['nothing', '|  |\n', [undefined, undefined]],
    ['an empty list', '[|]', [undefined]],
  ];
  for (const [what, marked, rows] of cases)
    it(`counts ${what}`, () => {
      const text = marked.replaceAll('|', '');
      const offsets = [...marked.matchAll(/\|/g)].map((match, before) => match.index - before);
      assert.deepEqual(offsets.map((offset) => rowAt(text, offset)), rows);
    });

  it('finds each row of any list', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ problem: fc.string({ unit: 'binary' }), steps: fc.array(fc.string()) }), { minLength: 1 }), fc.constantFrom(0, 2), (rows, indent) => {
        const texts = rows.map((row) => JSON.stringify(row, null, indent));
        const lines = rows.map((row) => JSON.stringify(row));
        for (const [parts, text] of [[texts, `[${texts.join(',\n')}]`], [lines, lines.join('\n')]] as const) {
          let at = text.startsWith('[') ? 1 : 0;
          parts.forEach((part, row) => {
            assert.equal(rowAt(text, at), row);
            assert.equal(rowAt(text, at + part.length - 1), row);
            at = text.indexOf('{', at + part.length);
          });
        }
      }),
    );
  });

  it('never throws', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', ' ', 'rows', '1', '"rows":', '\ufeff', '\0');
    fc.assert(
      fc.property(fc.array(piece).map((pieces) => pieces.join('')), fc.integer({ min: -5, max: 50 }), (text, offset) => {
        rowAt(text, offset);
      }),
      { numRuns: 5000 },
    );
  });

  for (const unit of ['\n', ' ', '[', '{', '"', '\\', '{"a":', '[],', '{}\n', 'a'])
    it(`gets through two megabytes of ${JSON.stringify(unit)}`, () => {
      rowAt(unit.repeat(2_000_000 / unit.length), 1_000_000);
      rowAt(`[${unit.repeat(2_000_000 / unit.length)}`, 1_000_000);
    });
});
