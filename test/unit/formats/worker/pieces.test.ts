import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assembler, piecesOf, type Piece } from '../../../../src/formats/worker/pieces.ts';

/** As it comes out of another thread. */
function across(value: unknown): { readonly value: unknown; readonly pieces: readonly Piece[] } {
  const pieces = [...piecesOf(value)].map((piece) => structuredClone(piece));
  const answer = assembler();
  for (const piece of pieces) answer.take(piece);
  return { value: answer.value, pieces };
}

describe('pieces of a value', function () {
  this.timeout(20_000);

  it('are put together to the same value', () => {
    const leaf = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.double(), fc.constantFrom<unknown>(null, undefined, true, 7n, new Date(0), new Uint8Array([1, 2])));
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.oneof(fc.string({ maxLength: 3 }), fc.constant('__proto__')), tie('value'), { maxKeys: 4, noNullPrototype: true })),
    }));
    fc.assert(fc.property(value, (given) => assert.deepEqual(across(given).value, given)), { numRuns: 500, examples: [[JSON.parse('{"__proto__": {"a": [[], {}, ""]}, "b": []}')]] });
  });

  it('are small, also of a value of many, and of one that lies deep', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => ({ index, span: { start: index, end: index + 1 } }));
    const { value, pieces } = across(many);
    assert.deepEqual(value, many);
    assert.ok(pieces.length > 50 && pieces.every(({ values }) => values.length <= 4097));
    const long = across(Array.from({ length: 10 }, () => 'x'.repeat(600_000)));
    assert.equal(long.pieces.length, 6);
    const depth = 200_000;
    let inner = across(JSON.parse(`${'['.repeat(depth)}7${']'.repeat(depth)}`)).value;
    for (let left = depth; left > 0; left--) [inner] = inner as [unknown];
    assert.equal(inner, 7);
  });
});
