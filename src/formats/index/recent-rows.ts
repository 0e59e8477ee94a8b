import type { Loaded } from './lazy-rows.ts';

const MOST = 64;
/** A row of more bytes is read again when it is asked for again. */
const LARGEST = 256_000;

/** The rows that were asked for last. Those who ask for the same row at once share one reading. */
export interface RecentRows {
  get(row: number, load: () => Promise<Loaded>): Promise<Loaded>;
  forget(row: number): void;
}

export function recentRows(): RecentRows {
  const rows = new Map<number, Promise<Loaded>>();
  return {
    get(row, load) {
      const known = rows.get(row);
      rows.delete(row);
      const loading = known ?? load();
      rows.set(row, loading);
      if (known) return known;
      for (const oldest of rows.keys()) {
        if (rows.size <= MOST) break;
        rows.delete(oldest);
      }
      void loading.then(({ value, bytes }) => {
        const isPassing = !value.ok && (value.error.reason === 'file-changed' || value.error.reason === 'cannot-read');
        if ((isPassing || bytes > LARGEST) && rows.get(row) === loading) rows.delete(row);
      });
      return loading;
    },
    forget: (row) => {
      rows.delete(row);
    },
  };
}
