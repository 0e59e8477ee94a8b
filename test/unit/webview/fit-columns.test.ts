import assert from 'node:assert/strict';
import { fitColumns } from '../../../webview/components/fit-columns.ts';

const COLUMNS = [
  { name: 'id', least: 3, good: 5, most: 9 },
  { name: 'text', least: 4, good: 10, most: 'rest' as const },
  { name: 'length', least: 5, good: 5, most: 6, drop: 1 },
  { name: 'steps', least: 5, good: 5, most: 6, drop: 2 },
  { name: 'label', least: 3, good: 5, most: 9 },
];

describe('the columns of a table', () => {
  const at = (room: number) => {
    const { shown, isNarrow, isTight } = fitColumns(COLUMNS, room);
    return [shown.map(({ name }) => name).join(' '), isTight ? 'tight' : isNarrow ? 'narrow' : 'good'];
  };

  it('go in their order where not all are as wide as is good, and the long one goes last', () => {
    assert.deepEqual(at(30), ['id text length steps label', 'good']);
    assert.deepEqual(at(29), ['id text steps label', 'good']);
    assert.deepEqual(at(24), ['id text label', 'good']);
    assert.deepEqual(at(10), ['id text label', 'narrow']);
    assert.deepEqual(at(9), ['id label', 'tight']);
  });

  it('are as wide as is good, and narrower only once none can go any more', () => {
    assert.equal(fitColumns(COLUMNS, 24).tracks, 'minmax(5em, 9em) minmax(10em, 1fr) minmax(5em, 9em)');
    assert.equal(fitColumns(COLUMNS, 19).tracks, 'minmax(3em, 9em) minmax(4em, 1fr) minmax(3em, 9em)');
    assert.equal(fitColumns(COLUMNS, 19).least, 10);
    assert.equal(fitColumns(COLUMNS, 9).least, 6);
    assert.equal(fitColumns(COLUMNS, 9).tracks, 'minmax(3em, 9em) minmax(3em, 9em)');
  });
});
