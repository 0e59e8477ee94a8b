/**
 * What storing the weights in fewer bits costs, against fp32 on the same tokens: prints a Markdown table.
 *   npm run bench -- quantization
 * Teacher-forced on the reference continuations, so that one early difference does not count for every token after it.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { convertModel } from '../../src/models/convert/convert.ts';
import type { WeightPlan } from '../../src/models/convert/weights.ts';
import { loadRuntime, type Runtime } from '../../src/models/onnx/runtime.ts';
import { convertedSession, plainLogits } from '../unit/models/prompt-logits.ts';

const shared = path.resolve('../shared/models');
const PLANS: readonly WeightPlan[] = [
  { bits: 8, block: 32 },
  { bits: 8, block: 64 },
  { bits: 8, block: 128 },
  { bits: 8, block: 256 },
  { bits: 4, block: 16 },
  { bits: 4, block: 32 },
];

interface Text {
  readonly ids: readonly number[];
  /** Tokens before this belong to the prompt. */
  readonly from: number;
}

/** [ids.length - from, vocabulary]: the distribution at each position of the continuation. */
function allLogits(runtime: Runtime, { ids, from }: Text): Promise<Float32Array> {
  return plainLogits(runtime, ids, ids.slice(from - 1, -1).map((_, i) => from - 1 + i));
}

interface Loss {
  kl: number;
  top: number;
  tokens: number;
}

/** Adds KL(reference || other) and agreement of the most likely token over all rows. */
function compare(reference: Float32Array, other: Float32Array, vocabulary: number, loss: Loss): void {
  for (let start = 0; start < reference.length; start += vocabulary) {
    const p = logSoftmax(reference.subarray(start, start + vocabulary));
    const q = logSoftmax(other.subarray(start, start + vocabulary));
    let kl = 0;
    let bestP = 0;
    let bestQ = 0;
    for (let i = 0; i < vocabulary; i++) {
      kl += Math.exp(p[i] ?? 0) * ((p[i] ?? 0) - (q[i] ?? 0));
      if ((p[i] ?? 0) > (p[bestP] ?? 0)) bestP = i;
      if ((q[i] ?? 0) > (q[bestQ] ?? 0)) bestQ = i;
    }
    loss.kl += kl;
    loss.top += bestP === bestQ ? 1 : 0;
    loss.tokens++;
  }
}

function logSoftmax(logits: Float32Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
  return Float64Array.from(logits, (value) => value - top - Math.log(total));
}

async function texts(model: string): Promise<Text[]> {
  if (model === 'reasoner') {
    const rows = JSON.parse(readFileSync(path.join(shared, 'goldens/policy-goldens.json'), 'utf8')) as { input_ids: number[]; greedy_ids: number[] }[];
    return rows.map((row) => ({ ids: [...row.input_ids, ...row.greedy_ids], from: row.input_ids.length }));
  }
  const runtime = await loadRuntime(path.resolve('models/r-prm'));
  const rows = JSON.parse(readFileSync(path.join(shared, 'goldens/prm-goldens.json'), 'utf8')) as { input_ids: number[]; greedy_text: string }[];
  const list = rows.map((row) => ({ ids: [...row.input_ids, ...runtime.tokenizer.encode(row.greedy_text)], from: row.input_ids.length }));
  await runtime.release();
  return list;
}

export async function benchQuantization(): Promise<void> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-quantization-'));
  try {
    for (const model of ['r-prm', 'reasoner']) {
      const source = path.join(shared, model);
      const folder = path.join(work, model);
      const list = await texts(model);
      await convertModel(source, folder, { bits: 32, block: 32 });
      const exact = await loadRuntime(folder);
      const references: Float32Array[] = [];
      for (const text of list) references.push((await allLogits(exact, text)).slice());
      const vocabulary = convertedSession(exact).manifest.vocabulary;
      await exact.release();
      console.log(`\n${model}, ${list.length} reference texts\n\n| weights | MB | mean KL (nats a token) | same most likely token | tokens |\n|---|---|---|---|---|`);
      for (const plan of PLANS) {
        const manifest = await convertModel(source, folder, plan);
        const runtime = await loadRuntime(folder);
        const loss: Loss = { kl: 0, top: 0, tokens: 0 };
        for (const [i, text] of list.entries()) compare(references[i] ?? new Float32Array(), await allLogits(runtime, text), vocabulary, loss);
        await runtime.release();
        const megabytes = statSync(path.join(folder, 'model.onnx.data')).size / 1e6;
        console.log(`| ${manifest.weights} | ${megabytes.toFixed(1)} | ${(loss.kl / loss.tokens).toExponential(2)} | ${((100 * loss.top) / loss.tokens).toFixed(2)}% | ${loss.tokens} |`);
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
