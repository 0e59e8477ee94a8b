/**
 * Data sets of many kinds opened as the editor does, and once on the thread that asks, in a process each:
 * npm run bench -- dataset [TITLE].
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import type { Dataset } from '../../src/formats/dataset.ts';
import { openDataset } from '../../src/formats/index/open-dataset.ts';
import { createDatasetReaders } from '../../src/formats/worker/dataset-readers.ts';
import { DATASET_CASES, LARGE } from './dataset-files.ts';

const READS = 2000;
/** Reads end after this time (ms): a large row takes as long as a thousand small ones. */
const READING = 5000;
const TICK = 5;
/** The machine's own delays, for comparison (ms). */
const IDLE = 1000;

const THREADS = { reader: createDatasetReaders(path.resolve('dist', 'dataset.js')), caller: (source: { readonly path: string }) => openDataset(source.path) } as const;
type Thread = keyof typeof THREADS;

/** The longest that a timer of 5 ms came late, beside what Node itself measures. */
function watchLoop(): { end(): string } {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let last = performance.now();
  let late = 0;
  const timer = setInterval(() => {
    late = Math.max(late, performance.now() - last - TICK);
    last = performance.now();
  }, TICK).unref();
  return {
    end() {
      clearInterval(timer);
      delay.disable();
      late = Math.max(late, performance.now() - last - TICK);
      return `${late.toFixed(0)} (${(delay.max / 1e6).toFixed(0)})`;
    },
  };
}

/** Times of reading rows one after the other, in ms; `next` names them. */
async function read(data: Dataset, next: (random: number, read: number) => number | undefined): Promise<string> {
  const times: number[] = [];
  const end = performance.now() + READING;
  let state = 1;
  while (times.length < READS && performance.now() < end) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const row = next(state / 2 ** 32, times.length);
    if (row === undefined) break;
    const started = performance.now();
    const trace = await data.trace(row);
    times.push(performance.now() - started);
    if (!trace.ok) throw new Error(trace.error.message);
    if ((trace.value.source.row ?? row) !== row) throw new Error(`Row ${row} is not what was asked for.`);
    // What is in memory is there at once, and would never let the timer in.
    await new Promise(setImmediate);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? NaN).toFixed(1);
  return times.length === 0 ? '–' : `${at(0.5)} / ${at(0.99)} (n = ${times.length})`;
}

async function measure(title: string, file: string, rows: number, thread: Thread): Promise<void> {
  const idle = watchLoop();
  await new Promise((resolve) => setTimeout(resolve, IDLE));
  const control = idle.end();
  const memory = process.memoryUsage.rss();
  let most = memory;
  setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20).unref();
  const opening = watchLoop();
  const started = performance.now();
  const opened = await THREADS[thread]({ path: file });
  if (!opened.ok) throw new Error(opened.error.message);
  const data = opened.value;
  const first = await data.trace(0);
  if (!first.ok) throw new Error(first.error.message);
  const firstTime = performance.now() - started;
  await data.reach(Number.MAX_SAFE_INTEGER);
  const allTime = performance.now() - started;
  if (data.progress.rows !== rows) throw new Error(`${data.progress.rows} of ${rows} rows were found.`);
  // A turn, so that what came last is counted.
  await new Promise((resolve) => setTimeout(resolve, TICK));
  const whileOpening = opening.end();
  const reading = watchLoop();
  const small = await read(data, (random) => Math.floor(random * rows));
  const whileReading = reading.end();
  const readingLarge = watchLoop();
  const large = await read(data, (_random, count) => ((count + 1) * LARGE - 1 < rows ? (count + 1) * LARGE - 1 : undefined));
  const whileLarge = large === '–' ? '–' : readingLarge.end();
  const cells = [title, (data.progress.total / 1e6).toFixed(0), rows, thread, control, firstTime.toFixed(0), allTime.toFixed(0), whileOpening, small, whileReading, large, whileLarge, ((most - memory) / 1e6).toFixed(0)];
  console.log(`| ${cells.join(' | ')} |`);
  data.dispose();
}

const COLUMNS = ['file', 'MB', 'rows', 'parsed on', 'idle', 'first row', 'all rows', 'block opening', 'a row at random, p50 / p99', 'block reading', 'a row of 5 MB', 'block then', 'memory +MB'];

/** Writes the files, and measures each in processes of their own. */
export async function benchDataset(): Promise<void> {
  const [program, , title, file, rows, thread] = process.argv.slice(1);
  if (title !== undefined && file !== undefined) return measure(title, file, Number(rows), thread === 'caller' ? 'caller' : 'reader');
  console.log(`Times in ms. A block is the longest that a timer of ${TICK} ms came late on the thread that asks (in brackets: the maximum of monitorEventLoopDelay).`);
  console.log(`| ${COLUMNS.join(' | ')} |\n|${'---|'.repeat(COLUMNS.length)}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'stepscope-bench-'));
  try {
    for (const { title: name, write } of DATASET_CASES.filter((one) => title === undefined || one.title === title)) {
      const written = write(folder);
      for (const on of ['caller', 'reader'] satisfies readonly Thread[]) {
        const { status } = spawnSync(process.execPath, [program ?? '', 'dataset', name, written.file, String(written.rows), on], { stdio: 'inherit' });
        if (status !== 0) throw new Error(`The process that measured ${name} ended with ${String(status)}.`);
      }
      rmSync(written.file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
