import assert from 'node:assert/strict';
import fc from 'fast-check';
import { protectedBlocks } from '../../../src/core/segment/blocks.ts';
import type { SegmentOptions } from '../../../src/core/segment/segmenter.ts';
import { SEGMENTERS, type TextSegmenterName } from '../../../src/core/segment/segmenters.ts';
import { segmentStream } from '../../../src/core/segment/stream.ts';
import { checkSteps } from './check-steps.ts';
import { anyText } from './random-texts.ts';

const names = Object.keys(SEGMENTERS) as TextSegmenterName[];
/** A step by itself shows another beginning, so the language that is read off it may be another. */
const ENGLISH: SegmentOptions = { language: 'en' };

describe('every segmenter', function () {
  this.timeout(60_000);
  for (const name of names) {
    it(`${name} loses nothing and cuts no block: ordered, disjoint, trimmed, whitespace between`, () => {
      fc.assert(fc.property(anyText, (whole) => checkSteps(whole, SEGMENTERS[name].cut(whole), protectedBlocks(whole))), { numRuns: 2000 });
    });

    it(`${name} within a span is the same as on the part`, () => {
      fc.assert(
        fc.property(anyText, anyText, anyText, (before, part, after) => {
          const shift = before.length;
          const moved = SEGMENTERS[name].cut(before + part + after, { start: shift, end: shift + part.length });
          assert.deepEqual(moved.map(({ start, end }) => ({ start: start - shift, end: end - shift })), SEGMENTERS[name].cut(part));
        }),
      );
    });
  }

  // Not `auto`: it chooses by the whole text, so a part of a text may get the other choice.
  for (const name of names.filter((each) => each !== 'auto'))
    it(`${name} leaves a step alone`, () => {
      fc.assert(
        fc.property(anyText, (whole) => {
          for (const { start, end } of SEGMENTERS[name].cut(whole, undefined, ENGLISH))
            assert.deepEqual(SEGMENTERS[name].cut(whole.slice(start, end), undefined, ENGLISH), [{ start: 0, end: end - start }]);
        }),
        { numRuns: 3000 },
      );
    });
});

describe('a text that grows', function () {
  this.timeout(60_000);
  for (const name of names) {
    it(`${name} gives the same steps in pieces as at once, whatever the pieces`, () => {
      fc.assert(
        fc.property(fc.array(anyText, { maxLength: 8 }), (chunks) => {
          const stream = segmentStream(name, ENGLISH);
          const steps = [...chunks.flatMap((chunk) => stream.push(chunk)), ...stream.finish()];
          assert.deepEqual(steps, SEGMENTERS[name].cut(chunks.join(''), undefined, ENGLISH));
        }),
        { numRuns: 3000 },
      );
    });

    it(`${name} never takes a settled step back`, () => {
      fc.assert(
        fc.property(anyText, anyText, (before, added) => {
          const settled = segmentStream(name, ENGLISH).push(before);
          assert.deepEqual(SEGMENTERS[name].cut(before + added, undefined, ENGLISH).slice(0, settled.length), settled);
        }),
        { numRuns: 3000 },
      );
    });
  }

  it('settles a step as soon as the next one has begun in a whole line', () => {
    const cases = [
      ['blank-lines', 'one\n\ntwo', 0],
      ['blank-lines', 'one\n\ntwo\n', 1],
      ['blank-lines', 'one\n\n## A title\n', 0],
      ['blank-lines', 'one\n\n\\[ x\n\ny\n\nz\n', 1],
      ['blank-lines', 'one\n\n```\n\nx\n\ny\n', 1],
      ['numbered', '1. a\n2. b\n- c\n', 1],
      ['sentences', 'One. Two. Three\n', 2],
      ['lines', 'a\nb | c\n', 1],
      ['planning-words', 'So it is. Wait, no.\n', 1],
      ['auto', 'one\n\ntwo\n\nthree\n', 0],
    ] as const;
    for (const [name, text, settled] of cases) assert.equal(segmentStream(name, ENGLISH).push(text).length, settled, `${name}: ${text}`);
  });

  it('holds sentences back until their language is known', () => {
    const stream = segmentStream('sentences');
    const line = 'Roger started with 5 balls. He bought two more.\n';
    assert.deepEqual(stream.push(line.repeat(8)), []);
    assert.equal(stream.push(line).length, 17);
    assert.equal(stream.finish().length, 1);
  });

  it('reads a long text a bounded number of times, however small the pieces', () => {
    const paragraph = 'Wait, let me check that again. So 3.5 + 2 = 5.5.\n\n';
    const text = paragraph.repeat(2000);
    for (const name of names) {
      const stream = segmentStream(name, ENGLISH);
      let steps = 0;
      for (let at = 0; at < text.length; at += 7) steps += stream.push(text.slice(at, at + 7)).length;
      assert.equal(steps + stream.finish().length, SEGMENTERS[name].cut(text, undefined, ENGLISH).length);
    }
  });
});

describe('a text of 400,000 characters and more', function () {
  this.timeout(30_000);
  const SIZE = 400_000;
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
    ['numbers', Array.from({ length: 50_000 }, (_, index) => `${index + 1}. a\n`).join('')],
    ['asterisks', fill('*')],
    ['digits', fill('1')],
    ['single dollars', fill('$ ')],
    ['dollars that open', fill(' $x')],
    ['single backticks', fill('` ')],
    ['bars', fill('|')],
    ['bars in lines', fill('|\n')],
    ['delimiter rows', fill('|-\n')],
    ['tables', fill('a|b\n-|-\nc|d\n\n')],
    ['bullets', fill('- a\n')],
    ['full stops', fill('. ')],
    ['full stops and digits', fill('. 1 ')],
    ['initials', fill('A. ')],
    ['closing marks', fill('.**')],
    ['Thai', fill('กข ดังนั้น ')],
    ['five megabytes of sentences in one line', 'So 3.5 + 2 = 5.5, e.g. in $x$. Wait! '.repeat(140_000)],
    ['2000 steps', Array.from({ length: 2000 }, (_, index) => `Step ${index + 1}: so x = ${index}. Then y.\n\n`).join('')],
  ];
  for (const [what, whole] of texts)
    for (const name of names)
      it(`${name} gets through ${what}`, () => {
        checkSteps(whole, SEGMENTERS[name].cut(whole), []);
      });
});
