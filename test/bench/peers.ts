/**
 * The engine against others on the same weights: npm run bench -- peers [ROUNDS] [TRACES]. Prints rates, and the medians of
 * the rounds' ratios. Each peer runs in a process of its own, one after the other, and rounds interleave them, so that a
 * slow minute of the machine slows them all. Needs the reference checkpoint and data beside the checkout; installs the
 * peers the first time.
 */
import { fork } from 'node:child_process';
import os from 'node:os';
import process from 'node:process';
import { median } from './median.ts';
import { readJob, secondsSince, type Peer } from './peer.ts';
import { openLlama } from './peer-llama.ts';
import { openStepscope } from './peer-stepscope.ts';
import { openTransformers } from './peer-transformers.ts';

const PEERS = { stepscope: openStepscope, llama: openLlama, transformers: openTransformers } as const;
type PeerId = keyof typeof PEERS;

const ROWS = [1, 8, 32] as const;
/** Tokens a row in the decode measurement: nearly all analyses are longer, so that all rows run to the end. */
const DECODED = 64;
const MEASURES = ['prefill, tokens/s', ...ROWS.map((rows) => `decode, ${rows} rows, tokens/s`), 'the job, traces/s'] as const;

/** By measure; NaN where it was not measured. */
type Rates = Readonly<Record<string, number>>;

interface Report {
  readonly name: string;
  readonly rates: Rates;
  /** Tokens that the job wrote. */
  readonly tokens: number;
}

/** The measuring process: `npm run bench -- peer NAME THREADS TRACES`. With no traces, only prefill and decode. */
export async function measurePeer(): Promise<void> {
  const [id, threads, traces] = process.argv.slice(3);
  const peer = await PEERS[id as PeerId](Number(threads));
  const job = readJob(Math.max(1, Number(traces)));
  const prompt = job[0]?.at(-1) ?? '';
  const long = job.flat().reduce((a, b) => (b.length > a.length ? b : a));
  const rates: Record<string, number> = {};
  await peer.prefill(long);
  rates[MEASURES[0]] = median([await peer.prefill(long), await peer.prefill(long), await peer.prefill(long)]);
  for (const rows of ROWS) rates[`decode, ${rows} rows, tokens/s`] = await peer.decode(prompt, rows, DECODED);
  const tokens = Number(traces) > 0 ? await measureJob(peer, job, rates) : 0;
  await peer.close();
  const report: Report = { name: peer.name, rates, tokens };
  process.send?.(report, () => process.exit(0));
}

async function measureJob(peer: Peer, job: readonly (readonly string[])[], rates: Record<string, number>): Promise<number> {
  const started = performance.now();
  const tokens = await peer.job(job);
  rates['the job, traces/s'] = job.length / secondsSince(started);
  return tokens;
}

function inProcess(id: PeerId, threads: number, traces: number): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1] ?? '', ['peer', id, String(threads), String(traces)]);
    let report: Report | undefined;
    child.on('message', (message) => (report = message as Report));
    child.on('exit', (code) => (report === undefined ? reject(new Error(`The process of ${id} ended with ${code}.`)) : resolve(report)));
  });
}

/** llama.cpp's threads wait for each other by spinning: where this process, the binding's own thread or anybody else needs a core too, one is faster. */
async function fasterThreads(cores: number): Promise<number> {
  const rate = async (threads: number) => (await inProcess('llama', threads, 0)).rates['decode, 32 rows, tokens/s'] ?? 0;
  return cores > 1 && (await rate(1)) > (await rate(cores)) ? 1 : cores;
}

export async function benchPeers(): Promise<void> {
  const [rounds = 3, traces = 20] = process.argv.slice(3).map(Number);
  const cores = os.availableParallelism();
  const threads: Readonly<Record<PeerId, number>> = { stepscope: cores, llama: await fasterThreads(cores), transformers: cores };
  const results = new Map<PeerId, Report[]>();
  for (let round = 0; round < rounds; round++) {
    for (const id of Object.keys(PEERS) as PeerId[]) {
      const report = await inProcess(id, threads[id], traces);
      process.stderr.write(`round ${round + 1}: ${report.name}: ${JSON.stringify(report.rates)}, ${report.tokens} tokens in the job\n`);
      results.set(id, [...(results.get(id) ?? []), report]);
    }
  }
  print(results, rounds, traces, cores);
}

function print(results: ReadonlyMap<PeerId, readonly Report[]>, rounds: number, traces: number, cores: number): void {
  const ours = results.get('stepscope') ?? [];
  console.log(`\n${traces} traces, K = 4, temperature 0.95, top-p 0.95, ${cores} cores, median of ${rounds} interleaved rounds\n`);
  for (const [id, theirs] of results) {
    if (id === 'stepscope') continue;
    console.log(`| | ${ours[0]?.name} | ${theirs[0]?.name} | ours / theirs (range) |\n|---|---|---|---|`);
    for (const measure of MEASURES) {
      const rate = (report: Report | undefined) => report?.rates[measure] ?? NaN;
      const ratios = ours.map((report, round) => rate(report) / rate(theirs[round]));
      const cell = (list: readonly Report[]) => median(list.map(rate)).toFixed(measure.includes('traces') ? 2 : 0);
      console.log(`| ${measure} | ${cell(ours)} | ${cell(theirs)} | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) |`);
    }
    console.log(`| tokens written in the job | ${median(ours.map(({ tokens }) => tokens))} | ${median(theirs.map(({ tokens }) => tokens))} | |\n`);
  }
}
