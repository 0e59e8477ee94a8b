/** Rows that are scored at once, printed in order: a row prints as it goes when all before it are done, and else when they are. */
export interface RowOrder {
  /** A place in the order, in which `print` runs what it is given now or later. */
  row(): { readonly print: (job: () => void) => void; readonly end: () => void };
}

export function rowOrder(): RowOrder {
  const rows: { jobs: (() => void)[]; ended: boolean }[] = [];
  const flush = () => {
    for (let first = rows[0]; first !== undefined; first = rows[0]) {
      for (const job of first.jobs.splice(0)) job();
      if (!first.ended) return;
      rows.shift();
    }
  };
  return {
    row() {
      const row = { jobs: [] as (() => void)[], ended: false };
      rows.push(row);
      return {
        print(job) {
          row.jobs.push(job);
          flush();
        },
        end() {
          row.ended = true;
          flush();
        },
      };
    },
  };
}

/** Runs `work` on all items, at most `limit` at once, started in order. The first failure ends the rest and is thrown. */
export async function inParallel<Item>(items: readonly Item[], limit: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (!failed) {
      const item = items[next++];
      if (item === undefined) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
