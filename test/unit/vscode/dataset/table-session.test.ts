import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dataset } from '../../../../src/formats/dataset.ts';
import type { TableHostMessage, TableQuery, TableRow, TableState } from '../../../../src/protocol/table-view.ts';
import { scanRows } from '../../../../src/vscode/dataset/scan-rows.ts';
import { createTableSession, type TableSession } from '../../../../src/vscode/dataset/table-session.ts';
import { buildDataset, type TestRow } from './build-dataset.ts';

const ROWS: readonly TestRow[] = Array.from({ length: 500 }, (_, row) => ({
  id: `r${row}`,
  problem: `How many is ${row}?`,
  steps: Array.from({ length: 1 + ((row * 7) % 5) }, (_, at) => `Step ${at} says ${row % 10 === 0 ? 'zebra' : 'horse'}.`),
}));
const ALL: TableQuery = { filter: '', sort: undefined };

interface Table {
  readonly session: TableSession;
  readonly opened: readonly number[];
  readonly asked: readonly string[];
  state(): TableState | undefined;
  /** Waits for a state that is as asked. */
  until(what: string, is: (state: TableState) => boolean): Promise<TableState>;
  page(start: number, count: number): Promise<readonly TableRow[]>;
}

function tableOf(dataset: () => Dataset): Table {
  const messages: TableHostMessage[] = [];
  const opened: number[] = [];
  const asked: string[] = [];
  const session = createTableSession({
    name: 'rows.jsonl',
    current: () => Promise.resolve({ ok: true, value: dataset() }),
    lostMessage: () => undefined,
    scoresOf: () => Promise.resolve(undefined),
    open: (row) => opened.push(row),
    openVariant: (row) => opened.push(-row),
    chooseReading: (by) => asked.push(by),
    post: (message) => messages.push(message),
  });
  const state = (): TableState | undefined => messages.findLast((message) => message.type === 'state')?.state;
  async function wait<T>(what: string, ask: () => T | undefined): Promise<T> {
    const end = Date.now() + 20_000;
    for (;;) {
      const answer = ask();
      if (answer !== undefined) return answer;
      assert.ok(Date.now() < end, `in vain: ${what}; ${JSON.stringify(state())}`);
      await sleep(5);
    }
  }
  return {
    session,
    opened,
    asked,
    state,
    until: (what, is) => wait(what, () => { const now = state(); return now !== undefined && is(now) ? now : undefined; }),
    async page(start, count) {
      const from = messages.length;
      session.receive({ type: 'page', list: state()?.list ?? -1, start, count });
      return wait('a page', () => messages.slice(from).find((message) => message.type === 'page')?.rows);
    },
  };
}

describe('a table session', function () {
  this.timeout(60_000);

  it('gives rows in the order of the file, as far as they are known', async () => {
    const dataset = buildDataset(ROWS, 100);
    const table = tableOf(() => dataset);
    dataset.onDidChange(() => table.session.progress());
    table.session.receive({ type: 'ready', query: ALL });
    assert.equal((await table.until('a state', () => true)).shown, 100);
    assert.match(table.state()?.status ?? '', /^100 rows so far\. The file is being read: 20 %\.$/);
    assert.deepEqual((await table.page(98, 10)).map(({ row }) => row), [98, 99]);
    dataset.reveal(400);
    assert.equal((await table.until('all rows', ({ shown }) => shown === 500)).status, '500 rows.');
    table.session.dispose();
  });

  it('filters while the file is still being read, and finds what comes later', async () => {
    const dataset = buildDataset(ROWS, 100);
    const table = tableOf(() => dataset);
    dataset.onDidChange(() => table.session.progress());
    table.session.receive({ type: 'ready', query: { filter: 'ZEBRA', sort: undefined } });
    await table.until('the first ten', ({ shown, busy }) => shown === 10 && busy);
    dataset.reveal(400);
    const done = await table.until('the end', ({ busy }) => !busy);
    assert.equal(done.status, '50 of 500 rows found.');
    assert.deepEqual((await table.page(48, 10)).map(({ row }) => row), [480, 490]);
    table.session.dispose();
  });

  it('sorts by a column, and filters within', async () => {
    const table = tableOf(() => buildDataset(ROWS));
    table.session.receive({ type: 'ready', query: { filter: '', sort: { column: 'steps', descending: true } } });
    await table.until('the end', ({ busy, shown }) => !busy && shown === 500);
    const steps = (await table.page(0, 200)).map(({ cells }) => Number(cells.steps));
    assert.deepEqual(steps, [...steps].sort((one, other) => other - one));
    table.session.receive({ type: 'query', query: { filter: 'zebra', sort: { column: 'id', descending: true } } });
    await table.until('the end', ({ busy, shown }) => !busy && shown === 50);
    assert.deepEqual((await table.page(0, 3)).map(({ cells }) => cells.id), ['r490', 'r480', 'r470']);
    table.session.dispose();
  });

  it('can be cancelled, and keeps what was found', async () => {
    const dataset = buildDataset(ROWS, 100);
    const table = tableOf(() => dataset);
    table.session.receive({ type: 'ready', query: { filter: 'zebra', sort: undefined } });
    await table.until('the first ten', ({ shown }) => shown === 10);
    table.session.receive({ type: 'cancel' });
    const done = await table.until('the end', ({ busy }) => !busy);
    assert.match(done.status, /^10 of 100 rows found: cancelled after 100 rows\./);
    assert.equal((await table.page(0, 20)).length, 10);
    table.session.dispose();
  });

  it('reads everything anew when the file is another one', async () => {
    let dataset = buildDataset(ROWS);
    const table = tableOf(() => dataset);
    table.session.receive({ type: 'ready', query: { filter: 'zebra', sort: undefined } });
    const before = await table.until('the end', ({ busy, shown }) => !busy && shown === 50);
    dataset = buildDataset(ROWS.slice(0, 21));
    table.session.replaced();
    const after = await table.until('the new end', ({ busy, shown }) => !busy && shown === 3);
    assert.notEqual(after.list, before.list);
    table.session.dispose();
  });

  it('does not answer for a list that is gone', async () => {
    const table = tableOf(() => buildDataset(ROWS));
    table.session.receive({ type: 'ready', query: ALL });
    const { list } = await table.until('a state', () => true);
    table.session.receive({ type: 'query', query: { filter: 'zebra', sort: undefined } });
    table.session.receive({ type: 'page', list, start: 0, count: 10 });
    await table.until('the end', ({ busy, shown }) => !busy && shown === 50);
    assert.equal((await table.page(0, 1))[0]?.row, 0);
    assert.equal((await table.page(1, 1))[0]?.row, 10);
    table.session.receive({ type: 'open', row: 10 });
    assert.deepEqual(table.opened, [10]);
    table.session.dispose();
  });

  it('says where no row can be read as a trace, and asks how to read them', async () => {
    const table = tableOf(() => buildDataset(['{"q": "a", "s": ["b"]}', '{"q": "c", "s": ["d"]}']));
    table.session.receive({ type: 'ready', query: ALL });
    const { unread, trouble } = await table.until('a state', () => true);
    assert.equal(unread, true);
    assert.match(trouble ?? '', /^No row of the first 2 can be read as a trace\. rows\.jsonl row 0 .*has the fields "q", "s"/);
    table.session.receive({ type: 'reading', by: 'map' });
    assert.deepEqual(table.asked, ['map']);
    const one = tableOf(() => buildDataset(['{"note": 1}', ...ROWS.slice(0, 1).map((row) => JSON.stringify(row))]));
    one.session.receive({ type: 'ready', query: ALL });
    assert.equal((await one.until('a state', () => true)).unread, false);
    table.session.dispose();
    one.session.dispose();
  });

  it('counts the traces of a row, finds what any of them says, and opens the others on request', async () => {
    const row = (id: number, modified: string) => JSON.stringify({ idx: id, original_question: 'Q?', modified_question: 'Q?', original_process: ['one', `zebra ${id}`], modified_process: ['one', modified], error_steps: [2], classification: 'c' });
    const table = tableOf(() => buildDataset([row(0, 'horse'), row(1, 'zebra')]));
    table.session.receive({ type: 'ready', query: { filter: 'zebra 0', sort: undefined } });
    await table.until('the end', ({ busy, shown }) => !busy && shown === 1);
    assert.deepEqual((await table.page(0, 1)).map(({ cells }) => [cells.row, cells.traces, cells.label]), [['0', '2', 'step 2 · model']]);
    table.session.receive({ type: 'variants', row: 7 });
    assert.deepEqual(table.opened, [-7]);
    table.session.dispose();
  });

  it('looks at no more rows than its cap, and says so', async () => {
    const options = { most: 300, signal: new AbortController().signal, scoresOf: () => Promise.resolve(undefined), onProgress: () => undefined };
    const result = await scanRows(buildDataset(ROWS), { filter: 'zebra', sort: undefined }, options);
    assert.deepEqual([result.end, result.scanned, result.found.length], ['capped', 300, 30]);
    const whole = await scanRows(buildDataset(ROWS), { filter: 'zebra', sort: undefined }, { ...options, most: 500 });
    assert.deepEqual([whole.end, whole.scanned], ['complete', 500]);
  });
});
