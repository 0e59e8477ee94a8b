import assert from 'node:assert/strict';
import { fitColumns } from '../../../webview/components/fit-columns.ts';

const COLUMNS = [
  { name: 'id', least: 5, most: 9 },
  { name: 'text', least: 10, most: 'rest' as const },
  { name: 'length', least: 5, most: 6, drop: 1 },
  { name: 'steps', least: 5, most: 6, drop: 2 },
  { name: 'label', least: 5, most: 9 },
];

describe('the columns of a table', () => {
  it('go in their order where there is too little room, and the long text gives way last', () => {
    const at = (room: number) => {
      const { shown, isTight } = fitColumns(COLUMNS, room);
      return [shown.map(({ name }) => name).join(' '), isTight];
    };
    assert.deepEqual(at(30), ['id text length steps label', false]);
    assert.deepEqual(at(29), ['id text steps label', false]);
    assert.deepEqual(at(24), ['id text label', false]);
    assert.deepEqual(at(12), ['id text label', true]);
  });
});
