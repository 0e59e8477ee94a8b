import assert from 'node:assert/strict';
import { inTurn } from '../../../src/models/onnx/turns.ts';
import { failsWith } from './fails-with.ts';

/** A batch whose samples end one after the other, each after so many passes; writes its name for each pass. */
function batch(name: string, samples: number, passes: number, log: string[], signal?: AbortSignal): Promise<void> {
  let left = samples;
  return inTurn(() => left, signal, async (betweenPasses) => {
    for (; left > 0; left--) {
      for (let pass = 0; pass < passes; pass++) {
        log.push(name);
        await betweenPasses();
      }
    }
  });
}

describe('turns of batches', () => {
  it('goes to the one with the fewest samples left, whenever it came', async () => {
    const log: string[] = [];
    const big = batch('big', 5, 4, log);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const before = log.length;
    await batch('small', 1, 6, log);
    const after = log.slice(before);
    // Both run one pass before they first ask whose turn it is.
    assert.ok(after.filter((name) => name === 'big').length <= 2, after.join(' '));
    await big;
    assert.equal(log.length, 26);
  });

  it('goes in the order of coming between equals, and everybody gets to the end', async () => {
    const log: string[] = [];
    await Promise.all(['a', 'b', 'c'].map((name) => batch(name, 2, 3, log)));
    assert.equal(log.slice(3).join(''), 'aaaaabbbbbccccc');
  });

  it('does not hold a batch that is stopped while it waits, nor those that wait for it', async () => {
    const log: string[] = [];
    const small = batch('small', 1, 50, log);
    const controller = new AbortController();
    const waits = batch('waits', 2, 1, log, controller.signal);
    const last = batch('last', 3, 1, log);
    const stopped = assert.rejects(waits, failsWith('aborted', /cancelled/));
    while (log.length < 20) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await stopped;
    assert.ok(log.length < 52, 'it ended before the one that it waited for');
    await Promise.all([small, last]);
  });
});
