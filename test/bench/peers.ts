/**
 * The engine against others on the same weights, in one run of interleaved rounds; prints ratios (ours / theirs).
 *   npm run bench -- peers
 * Needs the reference checkpoints and data beside the checkout, and installs the peer the first time.
 */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { verifierPrompt, VERDICT_MARKER, VERDICTS } from '../../src/core/verifier/prompt.ts';
import type { GenerateRequest } from '../../src/core/model.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { loadRuntime } from '../../src/models/onnx/runtime.ts';
import { installLlamaCpp } from '../numbers/llama-cpp.ts';
import { convertToGguf } from './gguf.ts';
import { openLlama } from './peer-llama.ts';

/** All steps of one trace. */
export interface PeerJob {
  readonly prompts: readonly string[];
  readonly k: number;
  /** Longest analysis in tokens. */
  readonly limit: number;
}

/** An engine under measurement. Rates are tokens a second. */
export interface Peer {
  readonly name: string;
  prefill(prompt: string): Promise<number>;
  /** `batch` samples of one prompt, after the prompt was read. */
  decode(prompt: string, batch: number, limit: number): Promise<number>;
  /** Generates k analyses of every step of every trace; returns the tokens made. */
  job(traces: readonly PeerJob[]): Promise<number>;
  close(): Promise<void>;
}

const CHECKPOINT = path.resolve('../shared/models/r-prm');
const DATA = path.resolve('../shared/data/synthetic/step-errors.jsonl');
const ROUNDS = 3;
const TRACES = 20;
const K = 4;
const LIMIT = 400;
const BATCHES = [1, 8, 32];

async function openOurs(): Promise<Peer> {
  const runtime = await loadRuntime(bundledModelDirectory(path.resolve('.'), 'r-prm'));
  const request = (prompt: string, n: number, limit: number): GenerateRequest => ({
    prompt,
    n,
    maxNewTokens: limit,
    temperature: 0.95,
    topP: 0.95,
    seed: 0,
    stop: VERDICTS.map((verdict) => VERDICT_MARKER + verdict),
    readout: { after: VERDICT_MARKER, candidates: VERDICTS },
  });
  const run = async (requests: readonly GenerateRequest[]) => {
    let tokens = 0;
    let first = 0;
    await runtime.generate(requests, (event) => {
      if (first === 0) first = performance.now();
      if (event.type === 'sample') tokens += event.tokens;
    });
    return { tokens, first };
  };
  return {
    name: `stepscope, ${runtime.info.weights}`,
    async prefill(prompt) {
      const started = performance.now();
      const [reading] = await runtime.probabilities([prompt], VERDICTS);
      return (reading?.ok === true ? reading.tokens : NaN) / ((performance.now() - started) / 1000);
    },
    async decode(prompt, batch, limit) {
      const { tokens, first } = await run([request(prompt, batch, limit)]);
      return tokens / ((performance.now() - first) / 1000);
    },
    async job(traces) {
      const batches = traces.map(({ prompts, k, limit }) => prompts.map((prompt) => request(prompt, k, limit)));
      let tokens = 0;
      for (const batch of batches) tokens += (await run(batch)).tokens;
      return tokens;
    },
    close: () => runtime.release(),
  };
}

/** Tokens a second, or for the job seconds, by measure. */
type Measures = Readonly<Record<string, number>>;

async function measure(peer: Peer, traces: readonly PeerJob[], long: string): Promise<Measures> {
  const prompt = traces[0]?.prompts.at(-1) ?? '';
  const measures: Record<string, number> = { prefill: await peer.prefill(long) };
  for (const batch of BATCHES) measures[`decode ${batch}`] = await peer.decode(prompt, batch, LIMIT);
  const started = performance.now();
  const tokens = await peer.job(traces);
  const seconds = (performance.now() - started) / 1000;
  return { ...measures, 'job, tokens/s': tokens / seconds, 'job, traces/s': traces.length / seconds };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function readTraces(): PeerJob[] {
  const rows = readFileSync(DATA, 'utf8').trim().split('\n').slice(0, TRACES).map((line) => JSON.parse(line) as { problem: string; steps: string[] });
  return rows.map(({ problem, steps }) => ({ prompts: steps.map((_, step) => verifierPrompt(problem, steps, step, 'reasoned')), k: K, limit: LIMIT }));
}

export async function benchPeers(): Promise<void> {
  if (!existsSync(CHECKPOINT) || !existsSync(DATA)) throw new Error(`This bench needs ${CHECKPOINT} and ${DATA}.`);
  const packages = await installLlamaCpp();
  const gguf = path.join(packages, 'r-prm-q8_0.gguf');
  if (!existsSync(gguf)) await convertToGguf(CHECKPOINT, gguf, 'q8_0');
  const threads = os.availableParallelism();
  const traces = readTraces();
  const long = traces.flatMap(({ prompts }) => prompts.slice(-1)).sort((a, b) => b.length - a.length)[0] ?? '';
  const results = new Map<string, Measures[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const open of [openOurs, () => openLlama(packages, gguf, threads)]) {
      const peer = await open();
      const measured = await measure(peer, traces, long);
      results.set(peer.name, [...(results.get(peer.name) ?? []), measured]);
      await peer.close();
    }
  }
  print(results, threads);
}

function print(results: ReadonlyMap<string, readonly Measures[]>, threads: number): void {
  const [first, ...others] = [...results];
  if (first === undefined) return;
  const [ours, mine] = first;
  console.log(`\n${TRACES} traces, K = ${K}, temperature 0.95, ${threads} threads, median of ${ROUNDS} interleaved rounds (range of the ratios)\n`);
  for (const [name, theirs] of others) {
    console.log(`| tokens a second | ${ours} | ${name} | ours / theirs |\n|---|---|---|---|`);
    for (const key of Object.keys(mine[0] ?? {})) {
      const ratios = mine.map((round, i) => (round[key] ?? NaN) / (theirs[i]?.[key] ?? NaN));
      const cell = (list: readonly Measures[]) => median(list.map((round) => round[key] ?? NaN)).toFixed(key.includes('traces') ? 2 : 0);
      console.log(`| ${key} | ${cell(mine)} | ${cell(theirs)} | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}) |`);
    }
  }
}
