import assert from 'node:assert/strict';
import { readAhead } from '../../../../src/vscode/evals/read-ahead.ts';

describe('reading rows ahead', () => {
  const rows = Array.from({ length: 100 }, (_, index) => 2 * index);
  const watched = () => {
    const asked: number[] = [];
    const read = readAhead(rows, (row) => {
      asked.push(row);
      return Promise.resolve(row);
    });
    return { asked, read };
  };

  it('reads each row once, the next ones with it, again and again from the start', async () => {
    const { asked, read } = watched();
    assert.equal(await read(0), 0);
    assert.deepEqual(asked, rows.slice(0, 33));
    for (const row of rows.slice(1)) assert.equal(await read(row), row);
    assert.deepEqual(asked, rows);
    for (const row of rows) assert.equal(await read(row), row);
    assert.deepEqual(asked, [...rows, ...rows]);
  });

  it('answers for any row at any time', async () => {
    const { asked, read } = watched();
    for (const row of [100, 198, 0, 100, 7]) assert.equal(await read(row), row);
    assert.equal(asked.filter((row) => row === 7).length, 1);
    assert.equal(asked.filter((row) => row === 100).length, 2, 'what was passed over is read anew');
  });
});
