/** A 1 GB JSONL file and a JSON list of 300 MB opened as the editor does: npm run bench -- dataset. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import type { Dataset } from '../../src/formats/dataset.ts';
import { openDataset } from '../../src/formats/index/open-dataset.ts';

const READS = 2000;
const TICK = 5;

/** Rows of 200 to 3200 bytes, and each ten thousandth of 2 MB. */
function rowText(row: number): string {
  const length = row % 10_000 === 9999 ? 2_000_000 : 100 + ((row * 7919) % 3000);
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

async function readAtRandom(data: Dataset, rows: number): Promise<string> {
  const times: number[] = [];
  let state = 1;
  for (let read = 0; read < READS; read++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const row = Math.floor((state / 2 ** 32) * rows);
    const started = performance.now();
    const value = await data.trace(row);
    times.push(performance.now() - started);
    if (!value.ok || value.value.source.id !== `row-${row}`) throw new Error(`Row ${row} is not what was written.`);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(READS - 1, Math.floor(share * READS))]?.toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

async function measure(title: string, file: string, rows: number): Promise<void> {
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
  const before = await readAtRandom(data, data.progress.rows);
  await data.reach(Number.MAX_SAFE_INTEGER);
  const indexTime = performance.now() - started;
  if (data.progress.rows !== rows) throw new Error(`${data.progress.rows} of ${rows} rows were found.`);
  const indexing = loop.end();
  const grown = most;
  const second = watchLoop();
  const random = await readAtRandom(data, rows);
  const reading = second.end();
  clearInterval(sampler);
  console.log(
    [
      `${title}: ${(data.progress.total / 1e6).toFixed(0)} MB, ${rows} rows, ${data.container}`,
      `  first row after         ${firstTime.toFixed(0)} ms`,
      `  all rows found after    ${indexTime.toFixed(0)} ms (${told} changes told)`,
      `  ${READS} rows meanwhile    ${before}`,
      `  longest block meanwhile ${indexing}`,
      `  ${READS} rows at random    ${random}`,
      `  longest block then      ${reading}`,
      `  resident memory         +${megabytes(grown)} at most while looking, +${megabytes(most)} at most in all`,
    ].join('\n'),
  );
  data.dispose();
}

export async function benchDataset(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepscope-bench-'));
  try {
    for (const [title, name, size, open, between, close] of [
      ['JSONL', 'rows.jsonl', 1e9, '', '\n', '\n'],
      ['JSON list', 'rows.json', 3e8, '[\n', ',\n', '\n]\n'],
    ] as const) {
      const file = path.join(folder, name);
      const rows = writeRows(file, size, open, between, close);
      await measure(title, file, rows);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
