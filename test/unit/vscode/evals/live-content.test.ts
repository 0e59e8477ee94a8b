import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { fail, ok, type Result } from '../../../../src/core/result.ts';
import type { RunHeader } from '../../../../src/core/run/run.ts';
import type { EvalContent } from '../../../../src/formats/runs/eval-log.ts';
import { createLiveContent } from '../../../../src/vscode/evals/live-content.ts';
import { settingsOf } from '../../eval/eval-data.ts';

const header: RunHeader<EvalContent['header']['settings']> = { type: 'run', version: 1, kind: 'eval', id: 'a', title: 'a', started: '', models: [], settings: settingsOf('processbench') };
const content = (rows: number): Result<EvalContent> => ok({ header, headline: `F1 of ${rows}`, blocks: [], rows, failed: 0 });

/** A reader whose answers are given by hand. */
function reader() {
  const waiting: ((content: Result<EvalContent>) => void)[] = [];
  return {
    read: (): Promise<Result<EvalContent>> => new Promise((resolve) => waiting.push(resolve)),
    asked: (): number => waiting.length,
    answer: async (value: Result<EvalContent>): Promise<void> => {
      waiting.at(-1)?.(value);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    },
  };
}

describe('the report of an evaluation that goes on', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  it('is read when it is first asked for, once for all who ask', async () => {
    const { read, asked, answer } = reader();
    const live = createLiveContent(read);
    const both = Promise.all([live.get(), live.get()]);
    assert.equal(asked(), 1);
    assert.equal(live.headline(), undefined);
    await answer(content(3));
    assert.deepEqual((await both).map((one) => one.ok && one.value.rows), [3, 3]);
    assert.equal(live.headline(), 'F1 of 3');
    await live.get();
    assert.equal(asked(), 1, 'what is there is not read again');
  });

  it('is made anew once for all that happens meanwhile, and tells', async () => {
    const { read, asked, answer } = reader();
    const live = createLiveContent(read);
    let told = 0;
    live.onChange(() => told++);
    for (let row = 0; row < 10; row++) live.refreshSoon();
    assert.equal(asked(), 0);
    mock.timers.tick(500);
    assert.equal(asked(), 1);
    await answer(content(10));
    assert.equal(told, 1);
    live.refreshSoon();
    mock.timers.tick(1999);
    assert.equal(asked(), 1, 'reports are two seconds apart');
    mock.timers.tick(1);
    assert.equal(asked(), 2);
  });

  it('takes at most a tenth of the time where it is long', async () => {
    const { read, asked, answer } = reader();
    const live = createLiveContent(read);
    const first = live.get();
    mock.timers.tick(1000);
    await answer(content(1000));
    await first;
    live.refreshSoon();
    mock.timers.tick(9999);
    assert.equal(asked(), 1);
    mock.timers.tick(1);
    assert.equal(asked(), 2);
  });

  it('has no headline while no row is done, or where the log cannot be read', async () => {
    for (const value of [content(0), fail('run-invalid', 'no log')]) {
      const { read, answer } = reader();
      const live = createLiveContent(read);
      const got = live.get();
      await answer(value);
      assert.deepEqual(await got, value);
      assert.equal(live.headline(), undefined);
    }
  });

  it('reads and tells nothing once the run is over', async () => {
    const { read, asked, answer } = reader();
    const live = createLiveContent(read);
    let told = 0;
    live.onChange(() => told++);
    live.refreshSoon();
    live.dispose();
    live.refreshSoon();
    mock.timers.tick(60_000);
    assert.equal(asked(), 0);
    const last = live.get();
    await answer(content(2));
    assert.ok((await last).ok);
    assert.equal(told, 0);
  });
});
