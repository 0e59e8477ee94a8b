import assert from 'node:assert/strict';
import { countWhile } from '../../src/core/count-while.ts';

describe('counting while something holds', () => {
  it('is the length of the first part, at every length and place', () => {
    for (let length = 0; length < 20; length++)
      for (let end = 0; end <= length; end++) assert.equal(countWhile(length, (index) => index < end), end);
  });
});
