/** What reusing the prompt and batching the samples save when a step is verified with K = 8 analyses. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { VERDICT_READING, verifierPrompt } from '../../src/core/verifier/prompt.ts';
import type { GenerateRequest } from '../../src/core/model.ts';
import { stepTexts } from '../../src/core/trace/trace.ts';
import { openTraces } from '../../src/formats/open.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { loadRuntime, type Runtime } from '../../src/models/onnx/runtime.ts';
import { median } from './median.ts';

const K = 8;
const ROUNDS = 3;

type Way = 'separate' | 'batched' | 'whole trace';
/** How the samples of a trace are cut into batches: a batch shares its prompts, and its samples decode together. */
const WAYS: Readonly<Record<Way, (steps: readonly GenerateRequest[]) => readonly (readonly GenerateRequest[])[]>> = {
  separate: (steps) => steps.flatMap((step) => samples(step).map((sample) => [sample])),
  batched: (steps) => steps.map((step) => [step]),
  'whole trace': (steps) => [steps],
};

function samples(step: GenerateRequest): GenerateRequest[] {
  return Array.from({ length: K }, (_, i) => ({ ...step, n: 1, firstSample: i }));
}

interface Measured {
  readonly seconds: number;
  readonly tokens: number;
}

async function measure(runtime: Runtime, batches: readonly (readonly GenerateRequest[])[]): Promise<Measured> {
  let tokens = 0;
  const started = performance.now();
  for (const batch of batches) {
    await runtime.generate(batch, (event) => {
      if (event.type === 'sample') tokens += event.tokens;
    });
  }
  return { seconds: (performance.now() - started) / 1000, tokens };
}

function sampleRequests(): GenerateRequest[] {
  const file = path.resolve('media/samples/photos.md');
  const opened = openTraces('photos.md', readFileSync(file));
  const trace = opened.ok ? opened.value.trace(0) : opened;
  if (!trace.ok) throw new Error(trace.error.message);
  const steps = stepTexts(trace.value);
  return steps.map((_, step) => ({
    prompt: verifierPrompt(trace.value.problem, steps, step, 'reasoned'),
    n: K,
    maxNewTokens: 1000,
    temperature: 0.95,
    topP: 0.95,
    seed: 0,
    ...VERDICT_READING,
  }));
}

export async function benchVerifyStep(): Promise<void> {
  const runtime = await loadRuntime(bundledModelDirectory(path.resolve('.'), 'r-prm'));
  const steps = sampleRequests();
  const ways = Object.keys(WAYS) as Way[];
  const rounds: Record<Way, Measured>[] = [];
  // Rounds interleave the ways, so that a slow minute of the machine slows them all.
  for (let round = 0; round < ROUNDS; round++) {
    const results: Partial<Record<Way, Measured>> = {};
    for (const way of ways) results[way] = await measure(runtime, WAYS[way](steps));
    rounds.push(results as Record<Way, Measured>);
  }
  await runtime.release();
  console.log(`photos.md, ${steps.length} steps, K = ${K}, ${runtime.info.name} (${runtime.info.weights}), ${os.availableParallelism()} cores, median of ${ROUNDS} rounds\n`);
  console.log('| samples of a step | ms a step | tokens/s | time against the first |\n|---|---|---|---|');
  const labels: Readonly<Record<Way, string>> = {
    separate: 'one after another, each reads its prompt',
    batched: 'in one batch over one prompt',
    'whole trace': 'all steps and samples in one batch',
  };
  for (const way of ways) {
    const of = (pick: (measured: Measured, first: Measured) => number) => median(rounds.map((results) => pick(results[way], results.separate)));
    const ms = of(({ seconds }) => (1000 * seconds) / steps.length);
    const rate = of(({ seconds, tokens }) => tokens / seconds);
    console.log(`| ${labels[way]} | ${ms.toFixed(0)} | ${rate.toFixed(0)} | ${of((mine, first) => mine.seconds / first.seconds).toFixed(3)} |`);
  }
}
