import assert from 'node:assert/strict';
import { moved } from '../../../webview/components/moved.ts';

describe('keys in a row of things', () => {
  it('lead on and back, and stay at the ends', () => {
    assert.deepEqual(['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'Home', 'End'].map((key) => moved(key, 1, 4)), [2, 2, 0, 0, 0, 3]);
    assert.deepEqual([moved('ArrowRight', 3, 4), moved('ArrowLeft', 0, 4)], [3, 0]);
  });

  it('lead nowhere by other keys, and where there is nothing', () => {
    assert.equal(moved('Enter', 1, 4), undefined);
    assert.equal(moved('End', 0, 0), undefined);
  });
});
