/** A 1 GB JSONL file and a JSON list of 300 MB opened as the editor does, in a process each: npm run bench -- dataset. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import type { Dataset } from '../../src/formats/dataset.ts';
import { openDataset } from '../../src/formats/index/open-dataset.ts';

const READS = 2000;
const TICK = 5;
/** The machine's own delays, for comparison (ms). */
const IDLE = 2000;

const LARGE = 20_000;

/** Rows of 0.2 to 3 kB, and each 20,000th of 5 MB. */
function rowText(row: number): string {
  const length = row % LARGE === LARGE - 1 ? 5_700_000 : 100 + ((row * 7919) % 3000);
  return JSON.stringify({ id: `row-${row}`, problem: `Is "${row}" even?\n`, steps: ['x'.repeat(length >> 1), 'é\\"'.repeat(length >> 4), 'So it is.'], label: -1 });
}

function writeRows(file: string, size: number, open: string, between: string, close: string): number {
  const handle = openSync(file, 'w');
  let bytes = writeSync(handle, open);
  let row = 0;
  for (; bytes < size; row++) bytes += writeSync(handle, (row === 0 ? '' : between) + rowText(row));
  writeSync(handle, close);
  closeSync(handle);
  return row;
}

/** The longest that a timer of 5 ms came late, beside what Node itself measures. */
function watchLoop(): { end(): string } {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let last = performance.now();
  let late = 0;
  const timer = setInterval(() => {
    late = Math.max(late, performance.now() - last - TICK);
    last = performance.now();
  }, TICK);
  return {
    end() {
      clearInterval(timer);
      delay.disable();
      return `${late.toFixed(1)} ms by a ticker, ${(delay.max / 1e6).toFixed(1)} ms by monitorEventLoopDelay (p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms)`;
    },
  };
}

/** Times of reading rows one after the other; `next` names them. */
async function read(data: Dataset, reads: number, next: (random: number, read: number) => number): Promise<string> {
  const times: number[] = [];
  let state = 1;
  for (let count = 0; count < reads; count++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const row = next(state / 2 ** 32, count);
    const started = performance.now();
    const value = await data.trace(row);
    times.push(performance.now() - started);
    if (!value.ok || value.value.source.id !== `row-${row}`) throw new Error(`Row ${row} is not what was written.`);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(reads - 1, Math.floor(share * reads))]?.toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

async function measure(title: string, file: string, rows: number): Promise<void> {
  const idle = watchLoop();
  await new Promise((resolve) => setTimeout(resolve, IDLE));
  const control = idle.end();
  const memory = process.memoryUsage.rss();
  let most = memory;
  const sampler = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  const megabytes = (bytes: number) => `${((bytes - memory) / 1e6).toFixed(0)} MB`;
  const loop = watchLoop();
  const started = performance.now();
  const opened = await openDataset(file);
  if (!opened.ok) throw new Error(opened.error.message);
  const data = opened.value;
  const first = await data.trace(0);
  if (!first.ok) throw new Error(first.error.message);
  const firstTime = performance.now() - started;
  let told = 0;
  data.onDidChange(() => told++);
  // Rows are asked for while others are looked for, as a table does that is scrolled.
  const early = await read(data, READS / 10, (random) => Math.floor(random * data.progress.rows));
  await data.reach(Number.MAX_SAFE_INTEGER);
  const indexTime = performance.now() - started;
  if (data.progress.rows !== rows) throw new Error(`${data.progress.rows} of ${rows} rows were found.`);
  const indexing = loop.end();
  const grown = most;
  const second = watchLoop();
  const random = await read(data, READS, (random) => Math.floor(random * rows));
  const reading = second.end();
  const beforeLarge = most;
  const third = watchLoop();
  const large = await read(data, Math.floor(rows / LARGE), (_random, count) => (count + 1) * LARGE - 1);
  const readingLarge = third.end();
  clearInterval(sampler);
  console.log(
    [
      `${title}: ${(data.progress.total / 1e6).toFixed(0)} MB, ${rows} rows, ${data.container}`,
      `  longest block idle      ${control}`,
      `  first row after         ${firstTime.toFixed(0)} ms`,
      `  all rows found after    ${indexTime.toFixed(0)} ms (${told} changes told)`,
      `  ${READS / 10} rows meanwhile     ${early}`,
      `  longest block meanwhile ${indexing}`,
      `  ${READS} rows at random    ${random}`,
      `  longest block then      ${reading}`,
      `  ${Math.floor(rows / LARGE)} rows of 5 MB         ${large}`,
      `  longest block then      ${readingLarge}`,
      `  resident memory         +${megabytes(grown)} at most while looking, +${megabytes(beforeLarge)} after rows at random, +${megabytes(most)} after the large ones`,
    ].join('\n'),
  );
  data.dispose();
}

/** Writes the files, and measures each in a process of its own. */
export async function benchDataset(): Promise<void> {
  const [program, , title, given, rows] = process.argv.slice(1);
  if (title !== undefined && given !== undefined) return measure(title, given, Number(rows));
  const folder = mkdtempSync(path.join(tmpdir(), 'stepscope-bench-'));
  try {
    for (const [kind, name, size, open, between, close] of [
      ['JSONL', 'rows.jsonl', 1e9, '', '\n', '\n'],
      ['JSON list', 'rows.json', 3e8, '[\n', ',\n', '\n]\n'],
    ] as const) {
      const file = path.join(folder, name);
      const written = writeRows(file, size, open, between, close);
      const { status } = spawnSync(process.execPath, [program ?? '', 'dataset', kind, file, String(written)], { stdio: 'inherit' });
      if (status !== 0) throw new Error(`The process that measured ${name} ended with ${String(status)}.`);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
