import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { TraceRecord } from '../../../src/core/trace/record.ts';
import { EXPORT_FORMATS } from '../../../src/formats/export/exports.ts';
import { proposeMaps } from '../../../src/formats/fields/propose-maps.ts';
import { openFile, openRows } from '../../../src/formats/open-file.ts';
import { ROW_FORMATS } from '../../../src/formats/rows/formats.ts';
import { sampleRows } from '../../../src/formats/trace-rows.ts';
import { checkTrace } from './check-trace.ts';
import { mutated, numbers, slice } from './fuzz-inputs.ts';
import { repoRoot } from './shared-data.ts';

const INPUTS = 20_000;
/** An input that takes longer, twice, is a hang; the machine may be busy once. */
const LONGEST_MS = 2000;
/** The largest inputs are 1.5 MB: their rows may take 20 times that, beside the 10 MB of a worker that has loaded all this. */
const HEAP_MB = 40;

interface Report {
  readonly done: number;
  readonly traces: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly slowest: number;
  readonly failure?: string;
}

interface Slice {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Opens an input in all ways and holds what comes of it against the contract. */
async function openAll(name: string, bytes: Uint8Array, index: number, count: (outcome: string) => void): Promise<void> {
  const random = numbers(index);
  const forced = random() < 0.2 ? ROW_FORMATS[Math.floor(random() * ROW_FORMATS.length)] : undefined;
  const opened = await openFile(name, bytes, forced ? { format: forced.id } : {});
  if (!opened.ok) {
    assert.match(opened.error.message, /^[^\n]*\.$/);
    count(opened.error.reason);
    return;
  }
  const file = opened.value;
  assert.ok(file.rowFormat.confidence >= 0 && file.rowFormat.confidence <= 1);
  const records: TraceRecord[] = [];
  const rows = file.rows > 60 ? [0, 1, file.rows - 1] : Array.from({ length: file.rows }, (_, row) => row);
  for (const row of rows) {
    const variants = file.variants(row).slice(0, 6);
    for (const variant of variants.length === 0 ? [undefined] : variants) {
      const record = file.record(row, variant);
      if (record.ok) {
        checkTrace(record.value.trace);
        if (records.length < 3) records.push(record.value);
        count('traces');
      } else {
        assert.ok(record.error.message.startsWith(file.name) && /^[^\n]*\.$/.test(record.error.message), record.error.message);
        count(record.error.reason);
      }
    }
  }
  if (index % 20 !== 0) return;
  for (const format of EXPORT_FORMATS) format.write(records);
  const source = await openRows(name, bytes);
  if (source.ok) proposeMaps(sampleRows(source.value, 8));
}

/** The worker's side: all inputs, one after the other. */
async function run(slices: readonly Slice[], place: Int32Array): Promise<Report> {
  const reasons: Record<string, number> = {};
  let traces = 0;
  let slowest = 0;
  for (let index = 0; index < INPUTS; index++) {
    Atomics.store(place, 0, index);
    const { name, bytes } = slices[index % slices.length]!;
    const input = mutated(name, bytes, index);
    const timed = async () => {
      const since = performance.now();
      await openAll(input.name, input.bytes, index, (outcome) => (outcome === 'traces' ? traces++ : (reasons[outcome] = (reasons[outcome] ?? 0) + 1)));
      return performance.now() - since;
    };
    try {
      let took = await timed();
      if (took > LONGEST_MS) took = Math.min(took, await timed());
      slowest = Math.max(slowest, took);
      if (took > LONGEST_MS) return { done: index, traces, reasons, slowest, failure: `input ${index} (${input.name}, ${input.bytes.length} bytes) takes ${took.toFixed(0)} ms` };
    } catch (error) {
      return { done: index, traces, reasons, slowest, failure: `input ${index} (${input.name}): ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
    }
  }
  return { done: INPUTS, traces, reasons, slowest };
}

if (isMainThread) {
  const folder = path.resolve(repoRoot(), '../shared/data');

  describe('importers on mutations of all shared data files', function () {
    this.timeout(120_000);
    if (!existsSync(folder)) {
      console.warn(`SKIPPED, test data missing: ${folder}`);
      it.skip(`never crash, hang or fill memory [missing: ${folder}]`);
      return;
    }
    it(`never crash, hang or fill memory: ${INPUTS} inputs`, async () => {
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(jsonl?|tsv|eval)$/.test(file)).sort();
      const slices = files.map((file): Slice => ({ name: path.basename(file), bytes: slice(file, readFileSync(path.join(folder, file))) }));
      const place = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(__filename, { workerData: { slices, place }, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
      const report = await new Promise<Report>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', (error) => reject(new Error(`at input ${Atomics.load(place, 0)}: ${String(error)}`)));
        let last = -1;
        const watch = setInterval(() => {
          const now = Atomics.load(place, 0);
          if (now === last) reject(new Error(`input ${now} hangs`));
          last = now;
        }, 10 * LONGEST_MS);
        worker.once('exit', () => clearInterval(watch));
      }).finally(() => worker.terminate());
      assert.equal(report.failure, undefined);
      assert.equal(report.done, INPUTS);
      // Mutations that never opened, or never failed, would show nothing.
      assert.ok(report.traces > INPUTS / 2, String(report.traces));
      assert.ok(Object.keys(report.reasons).length >= 10, JSON.stringify(report.reasons));
      console.log(`      ${report.traces} traces; ${Object.entries(report.reasons).map(([reason, count]) => `${count} ${reason}`).join(', ')}; slowest ${report.slowest.toFixed(0)} ms`);
    });
  });
} else {
  const { slices, place } = workerData as { readonly slices: readonly Slice[]; readonly place: Int32Array };
  void run(slices, place).then((report) => parentPort?.postMessage(report));
}
