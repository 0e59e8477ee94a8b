import { setImmediate } from 'node:timers/promises';
import { BATCH_MS } from './pause.ts';

/** Runs `act` on each item, without holding up the editor. Stops early when `go` says no. */
export async function inBatches<T>(items: readonly T[], act: (item: T, index: number) => void, go: () => boolean = () => true): Promise<void> {
  let end = performance.now() + BATCH_MS;
  for (const [index, item] of items.entries()) {
    if (performance.now() > end) {
      await setImmediate();
      if (!go()) return;
      end = performance.now() + BATCH_MS;
    }
    act(item, index);
  }
}
