import assert from 'node:assert/strict';
import { arrangedRows, type TableSort } from '../../../webview/report/table-rows.ts';

const up = (column: number): TableSort => ({ column, descending: false });
const down = (column: number): TableSort => ({ column, descending: true });
const sorted = (cells: readonly string[], sort: TableSort): string[] => arrangedRows(cells.map((cell) => [cell]), '', sort).map((row) => cells[row] ?? '');

describe('the rows of a table of a report', () => {
  const ROWS = [['0', 'gsm8k-1', 'right'], ['1', 'math-2', 'wrong'], ['10', 'gsm8k-3', 'wrong'], ['2', '–', 'right']];

  it('are those in which every word stands in some cell, in any case', () => {
    assert.deepEqual(arrangedRows(ROWS, '', undefined), [0, 1, 2, 3]);
    assert.deepEqual(arrangedRows(ROWS, 'WRONG gsm8k', undefined), [2]);
    assert.deepEqual(arrangedRows(ROWS, '  right ', undefined), [0, 3]);
    assert.deepEqual(arrangedRows(ROWS, 'right wrong', undefined), []);
  });

  it('do not match over the edge of a cell', () => {
    assert.deepEqual(arrangedRows([['ab', 'cd']], 'bc', undefined), []);
  });

  it('are sorted by numbers where there are numbers, not by letters', () => {
    assert.deepEqual(sorted(['10', '9', '100', '1'], up(0)), ['1', '9', '10', '100']);
    assert.deepEqual(sorted(['0.9', '−2', '+3.2 [−1.0, 7.5]', '1e-3'], up(0)), ['−2', '1e-3', '0.9', '+3.2 [−1.0, 7.5]']);
    assert.deepEqual(sorted(['12\u202f345 rows', '9 rows', '1,234'], down(0)), ['12\u202f345 rows', '1,234', '9 rows']);
  });

  it('have what is missing last in either order, and in the order of the report', () => {
    assert.deepEqual(sorted(['–', '0.5', '', '0.1'], up(0)), ['0.1', '0.5', '–', '']);
    assert.deepEqual(sorted(['–', '0.5', '', '0.1'], down(0)), ['0.5', '0.1', '–', '']);
    assert.deepEqual(sorted(['–', 'none', '2'], down(0)), ['2', 'none', '–'], 'a text stands behind the numbers');
    assert.deepEqual(arrangedRows([['–', 'b'], ['1', 'a'], ['–', 'c']], '', down(0)), [1, 0, 2]);
    assert.deepEqual(arrangedRows([['1'], [], ['0']], '', up(0)), [2, 0, 1]);
    assert.deepEqual(sorted(['–', 'b', 'a'], up(0)), ['a', 'b', '–']);
    assert.deepEqual(sorted(['a', '–', 'b'], down(0)), ['b', 'a', '–']);
  });

  it('keep their order where they are equal, and are filtered and sorted at once', () => {
    assert.deepEqual(arrangedRows(ROWS, '', up(2)), [0, 3, 1, 2]);
    assert.deepEqual(arrangedRows(ROWS, '', down(2)), [1, 2, 0, 3]);
    assert.deepEqual(arrangedRows(ROWS, 'wrong', down(0)), [2, 1]);
  });
});
