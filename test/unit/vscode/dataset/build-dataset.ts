import assert from 'node:assert/strict';
import type { Dataset, DatasetChange } from '../../../../src/formats/dataset.ts';
import { openTraces } from '../../../../src/formats/open.ts';

/** A row as a data set has it, with the label of ProcessBench. */
export interface TestRow {
  readonly id?: string;
  readonly problem: string;
  readonly steps: readonly string[];
  readonly label?: number;
}

export interface GrowingDataset extends Dataset {
  /** Makes that many rows known, and says so. */
  reveal(rows: number): void;
}

/** A data set over rows of which only the first are known at the beginning, as while a large file is being read. */
export function buildDataset(rows: readonly (TestRow | string)[], known = rows.length): GrowingDataset {
  const lines = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row)));
  const file = openTraces('rows.jsonl', Buffer.from(lines.join('\n')));
  assert.ok(file.ok);
  const { value } = file;
  const listeners = new Set<(change: DatasetChange) => void>();
  const waiting: (() => void)[] = [];
  let count = known;
  const progress = (): Dataset['progress'] => ({ rows: count, bytes: count, total: rows.length, complete: count === rows.length });
  return {
    name: value.name,
    container: value.format,
    rowFormat: value.rowFormat,
    get progress() {
      return progress();
    },
    value: (row) => Promise.resolve({ ok: true, value: rows[row] }),
    trace: (row, variant) => Promise.resolve(value.trace(row, variant)),
    record: (row, variant) => Promise.resolve(value.record(row, variant)),
    variants: (row) => Promise.resolve(value.variants(row)),
    async reach(row, signal) {
      while (row >= count && count < rows.length && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal?.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      return row < count;
    },
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    reveal(more) {
      count = Math.min(rows.length, count + more);
      waiting.splice(0).forEach((go) => go());
      for (const listener of listeners) listener({ type: 'progress', progress: progress() });
    },
    dispose: () => listeners.clear(),
  };
}
