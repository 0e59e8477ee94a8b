import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { createPauseGate } from '../../../../src/vscode/evals/pause-gate.ts';

/** Whether a promise has settled once all that could settle it has been done. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await wait(0);
  return settled;
}

describe('the gate of a paused evaluation', () => {
  it('lets everybody through while it is open', async () => {
    const gate = createPauseGate(new AbortController().signal);
    assert.equal(gate.paused, false);
    assert.ok(await isSettled(gate.pass()));
    assert.equal(gate.waited, 0);
  });

  it('holds who comes until it is opened, and counts how long', async () => {
    const gate = createPauseGate(new AbortController().signal);
    gate.set(true);
    gate.set(true);
    assert.equal(gate.paused, true);
    const passing = gate.pass();
    assert.equal(await isSettled(passing), false);
    await wait(20);
    gate.set(false);
    await passing;
    assert.equal(gate.paused, false);
    assert.ok(gate.waited >= 15, `${gate.waited} ms`);
    const before = gate.waited;
    assert.ok(await isSettled(gate.pass()));
    assert.equal(gate.waited, before);
  });

  it('is closed and opened again as often as one likes', async () => {
    const gate = createPauseGate(new AbortController().signal);
    for (let time = 0; time < 3; time++) {
      gate.set(true);
      const passing = gate.pass();
      assert.equal(await isSettled(passing), false);
      gate.set(false);
      await passing;
    }
  });

  it('opens when the run is cancelled, and is not closed any more', async () => {
    const controller = new AbortController();
    const gate = createPauseGate(controller.signal);
    gate.set(true);
    const passing = gate.pass();
    controller.abort();
    await passing;
    gate.set(true);
    assert.equal(gate.paused, false);
    assert.ok(await isSettled(gate.pass()));
  });
});
