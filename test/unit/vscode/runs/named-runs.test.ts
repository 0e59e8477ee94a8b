import assert from 'node:assert/strict';
import { runIdOf, runIdsOf } from '../../../../src/vscode/runs/named-runs.ts';

describe('the runs that a command is about', () => {
  const item = (id: string): object => ({ id, header: { title: id } });

  it('is an id, or the item of the view that has it', () => {
    assert.equal(runIdOf('a'), 'a');
    assert.equal(runIdOf(item('a')), 'a');
    for (const other of [undefined, null, 7, {}, { id: 7 }]) assert.equal(runIdOf(other), undefined);
  });

  it('are all that are selected beside the item, each once', () => {
    assert.deepEqual(runIdsOf(item('b'), [item('a'), item('b'), item('c')]), ['b', 'a', 'c']);
    assert.deepEqual(runIdsOf([item('a'), 'b', 'a']), ['a', 'b']);
  });

  it('is one where nothing is selected, and none where nothing is named', () => {
    assert.deepEqual(runIdsOf('a', true), ['a']);
    assert.deepEqual(runIdsOf(undefined, undefined), []);
    assert.deepEqual(runIdsOf([], []), []);
  });
});
