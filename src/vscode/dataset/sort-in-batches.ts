import { createPause } from '../pause.ts';

/** Runs that are sorted at once, which takes about a millisecond. */
const RUN = 512;

/**
 * A sorted copy; equal items keep their order. A merge sort from the bottom up that lets the editor in between.
 * Undefined when the signal aborts.
 */
export async function sortInBatches<Item>(items: readonly Item[], compare: (one: Item, other: Item) => number, signal: AbortSignal): Promise<Item[] | undefined> {
  const pause = createPause();
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += RUN) {
    await pause();
    if (signal.aborted) return undefined;
    runs.push(items.slice(start, start + RUN).sort(compare));
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      const one = runs[index] ?? [];
      const other = runs[index + 1];
      merged.push(other === undefined ? one : await merge(one, other));
      if (signal.aborted) return undefined;
    }
    runs = merged;
  }
  return runs[0] ?? [];

  async function merge(one: readonly Item[], other: readonly Item[]): Promise<Item[]> {
    const out: Item[] = [];
    let left = 0;
    let right = 0;
    while (out.length < one.length + other.length) {
      if (out.length % RUN === 0) {
        await pause();
        if (signal.aborted) return out;
      }
      const first = one[left];
      const second = other[right];
      if (right >= other.length || (left < one.length && compare(first as Item, second as Item) <= 0)) {
        out.push(first as Item);
        left++;
      } else {
        out.push(second as Item);
        right++;
      }
    }
    return out;
  }
}
