import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeUtf8, firstInvalidByte } from '../../../src/formats/utf8.ts';

describe('UTF-8', function () {
  this.timeout(20_000);
  const edge = fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff);
  const bytes = fc.oneof(
    fc.array(edge, { maxLength: 12 }).map((list) => new Uint8Array(list)),
    fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
  );

  it('is judged as the decoder judges it, at the first malformed byte', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const at = firstInvalidByte(input);
        assert.equal(decodeUtf8(input).ok, at === input.length);
        assert.ok(decodeUtf8(input.subarray(0, at)).ok);
      }),
      { numRuns: 5000 },
    );
  });
});
