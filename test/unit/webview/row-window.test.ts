import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentHeight, MOST_HEIGHT, scrollTo, windowAt } from '../../../webview/components/row-window.ts';

describe('the window of a long list', () => {
  it('shows rows at their own height where the list is short enough', () => {
    assert.equal(contentHeight(10_000, 24), 240_000);
    assert.deepEqual(windowAt(250, 10_000, 24, 480), { first: 10, offset: 10 });
    assert.deepEqual(windowAt(0, 3, 24, 480), { first: 0, offset: 0 });
  });

  it('reaches the first and the last row of a list of any length', () => {
    for (const rows of [1, 21, 10_000, 5_000_000]) {
      const height = contentHeight(rows, 24);
      assert.ok(height <= MOST_HEIGHT);
      const { first, offset } = windowAt(Math.max(0, height - 480), rows, 24, 480);
      assert.ok(Math.abs(first * 24 + offset + Math.min(480, rows * 24) - rows * 24) < 1e-3, String(rows));
    }
  });

  it('comes back to the row it scrolled to', () => {
    fc.assert(fc.property(fc.integer({ min: 30, max: 5_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, share) => {
      const row = Math.floor(share * (rows - 21));
      const { first, offset } = windowAt(scrollTo(row, rows, 24, 480), rows, 24, 480);
      assert.ok(Math.abs(first + offset / 24 - row) < 1e-3, `${first} ${offset}`);
    }));
  });
});
