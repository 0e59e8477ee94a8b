import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SEGMENTERS, type SegmenterName } from '../../../src/core/segment/segmenters.ts';
import { protectedBlocks } from '../../../src/core/segment/blocks.ts';

/** Pieces that mean something to a segmenter, so that random texts are full of them. */
const piece = fc.constantFrom(
  'a', 'So 2 + 2 = 4.', ' ', '  ', '\t', '\n', '\n', '\n\n', '\r\n', '\r\n\r\n', '\u00a0', '\ufeff', '```', '```py', '````', '~~~', '$$', '$',
  '\\[', '\\]', '\\\\[', '\\begin{x}', '\\end{x}', '\\begin{', '## H', '---', '***', 'Step 1: ', 'Step 2: ', '\nStep 2: ', '**Step 3:**', '### Step 4',
  '1. ', '\n1. ', '\n2. ', '\n  2) ', '\n3) ', '步骤1：', '<think>', '\ud83d', '😀',
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const names = Object.keys(SEGMENTERS) as SegmenterName[];

describe('every segmenter', function () {
  this.timeout(30_000);
  for (const name of names) {
    it(`${name} loses nothing: ordered, disjoint, trimmed, whitespace between`, () => {
      fc.assert(
        fc.property(text, (whole) => {
          let at = 0;
          for (const { start, end } of SEGMENTERS[name](whole)) {
            assert.ok(start >= at && end > start);
            assert.equal(whole.slice(at, start).trim(), '');
            assert.equal(whole.slice(start, end), whole.slice(start, end).trim());
            at = end;
          }
          assert.equal(whole.slice(at).trim(), '');
        }),
        { numRuns: 2000 },
      );
    });

    it(`${name} within a span is the same as on the part`, () => {
      fc.assert(
        fc.property(text, text, text, (before, part, after) => {
          const shift = before.length;
          const moved = SEGMENTERS[name](before + part + after, { start: shift, end: shift + part.length });
          assert.deepEqual(moved.map(({ start, end }) => ({ start: start - shift, end: end - shift })), SEGMENTERS[name](part));
        }),
      );
    });
  }

  // Not `auto`: it chooses by the whole text, so a part of a text may get the other choice.
  for (const name of ['blank-lines', 'numbered'] as const)
    it(`${name} leaves a step alone`, () => {
      fc.assert(
        fc.property(text, (whole) => {
          for (const { start, end } of SEGMENTERS[name](whole))
            assert.deepEqual(SEGMENTERS[name](whole.slice(start, end)), [{ start: 0, end: end - start }]);
        }),
        { numRuns: 3000 },
      );
    });
});

describe('segmenter blank-lines', function () {
  this.timeout(30_000);
  it('keeps all steps but the last when text is added after a blank line', () => {
    // A block that is open at the end may be closed by what is added, so the text has none.
    const closed = fc.array(fc.constantFrom('a', 'b\n', '\n\n', '\r\n\r\n', '```\nx\n\ny\n```\n', '$$ z $$', '\n\n## H\n\n', '\n---\n', '1. c'), { maxLength: 30 });
    fc.assert(
      fc.property(closed.map((pieces) => pieces.join('')).filter(isClosed), text, (whole, added) => {
        const before = SEGMENTERS['blank-lines'](whole).slice(0, -1);
        assert.deepEqual(SEGMENTERS['blank-lines'](`${whole}\n\n${added}`).slice(0, before.length), before);
      }),
      { numRuns: 2000 },
    );
  });
});

/** True when no mark of a block stands outside of a whole block. */
function isClosed(whole: string): boolean {
  const blocks = protectedBlocks(whole);
  const outside = blocks.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), whole);
  return !/```|\$\$/.test(outside);
}

describe('two megabytes', function () {
  this.timeout(30_000);
  const SIZE = 2_000_000;
  const fill = (unit: string) => unit.repeat(Math.ceil(SIZE / unit.length));
  const falling = Array.from({ length: 1400 }, (_, index) => `${'`'.repeat(1403 - index)}x\n`).join('');
  const texts: readonly (readonly [string, string])[] = [
    ['one line', fill('a')],
    ['spaces', fill(' ')],
    ['blank lines', fill('\n')],
    ['a, then blank lines', `a${fill('\n')}b`],
    ['backticks', fill('`')],
    ['fence lines that open', fill('```js\n')],
    ['fence lines that open and close', fill('```\n')],
    ['ever shorter fences before many', falling + fill('```js\n')],
    ['dollars', fill('$$')],
    ['dollars in lines', fill('$$\n\n')],
    ['opening brackets', fill('\\[\n')],
    ['begins', fill('\\begin{x}')],
    ['begins without a brace', fill('\\begin{')],
    ['thinks', fill('<think>')],
    ['headings', fill('#\n\n')],
    ['rule with text at its end', `${fill('- ')}x`],
    ['numbers', Array.from({ length: 250_000 }, (_, index) => `${index + 1}. a\n`).join('')],
    ['asterisks', fill('*')],
    ['digits', fill('1')],
  ];
  for (const [what, whole] of texts)
    for (const name of names)
      it(`${name} gets through ${what}`, () => {
        SEGMENTERS[name](whole);
      });
});
