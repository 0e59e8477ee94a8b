import { setImmediate } from 'node:timers/promises';

/** The editor gets its turn after this many milliseconds. */
export const BATCH_MS = 12;

/**
 * Returns a function for loops that await what is often there at once, so that they never let go by themselves: it lets the
 * editor in when its turn has come, and then resolves to true.
 */
export function createPause(): () => Promise<boolean> {
  let end = performance.now() + BATCH_MS;
  return async () => {
    if (performance.now() < end) return false;
    await setImmediate();
    end = performance.now() + BATCH_MS;
    return true;
  };
}
