import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { VERDICT_MARKER, VERDICTS } from '../../src/core/verifier/prompt.ts';
import { testPackages } from '../numbers/llama-cpp.ts';
import { createExporter } from '../unit/models/foreign/export.ts';
import { CHECKPOINT, LIMIT, SAMPLES, SAMPLING, secondsSince, type Peer } from './peer.ts';

/** Apache-2.0. Not a dependency: only this bench needs it. */
const PACKAGE = '@huggingface/transformers@4.3.1';

/** What is used of transformers.js here. */
interface Tensor {
  readonly dims: readonly number[];
  tolist(): (bigint | number)[][];
}
interface Encoded {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
}
interface Tokenizer {
  (texts: readonly string[], options: { padding: true; add_special_tokens: false }): Encoded;
  padding_side: string;
  decode(ids: readonly number[]): string;
  encode(text: string, options: { add_special_tokens: false }): readonly number[];
}
interface Model {
  generate(options: Encoded & Record<string, unknown>): Promise<Tensor>;
  dispose(): Promise<unknown>;
}
interface Module {
  readonly env: { localModelPath: string; allowRemoteModels: boolean };
  readonly AutoTokenizer: { from_pretrained(name: string): Promise<Tokenizer> };
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<Model> };
  readonly StoppingCriteria: new () => object;
}

/**
 * transformers.js on the verifier as an fp32 ONNX in onnx-community's layout; the samples of a step are one batch. That was
 * the fastest of what was tried: a whole trace as one left-padded batch runs on to its longest row, and the graph with plain
 * attention, which such a batch needs, is slower (0.087 traces/s as one batch, 0.090 by step, 0.104 fused and by step).
 * It samples with the temperature and its own top-k of 50: it has no nucleus.
 */
export async function openTransformers(threads: number): Promise<Peer> {
  const { installOnce, npm } = await testPackages();
  const { folder } = await installOnce('transformers-js', async (making) => {
    await npm(['install', '--prefix', making, '--no-package-lock', PACKAGE], { cwd: making });
  });
  await exportOnce(path.join(folder, 'r-prm'));
  const { env, AutoTokenizer, AutoModelForCausalLM, StoppingCriteria } = (await import(pathToFileURL(path.join(folder, 'node_modules/@huggingface/transformers/dist/transformers.node.mjs')).href)) as Module;
  env.localModelPath = folder;
  env.allowRemoteModels = false;
  const tokenizer = await AutoTokenizer.from_pretrained('r-prm');
  tokenizer.padding_side = 'left';
  const model = await AutoModelForCausalLM.from_pretrained('r-prm', { dtype: 'fp32', device: 'cpu', session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 } });
  const verdictTokens = new Set(VERDICTS.map((verdict) => tokenizer.encode(verdict, { add_special_tokens: false })[0]));
  const ended = (ids: readonly number[]) => verdictTokens.has(ids.at(-1)) && VERDICTS.some((verdict) => tokenizer.decode(ids.slice(-16)).endsWith(VERDICT_MARKER + verdict));

  /** Counts the tokens of each row up to its end; what the batch pads after it is not work that was asked for. */
  class Verdicts extends StoppingCriteria {
    readonly lengths = new Map<number, number>();
    private steps = 0;
    _call(rows: readonly (readonly (number | bigint)[])[]): boolean[] {
      this.steps++;
      rows.forEach((row, index) => {
        if (!this.lengths.has(index) && ended(row.slice(-16).map(Number))) this.lengths.set(index, this.steps);
      });
      return rows.map((_, index) => this.lengths.has(index));
    }
  }
  const sampled = { do_sample: true, temperature: SAMPLING.temperature };
  const generate = (texts: readonly string[], more: object) => model.generate({ ...tokenizer(texts, { padding: true, add_special_tokens: false }), ...sampled, ...more });

  return {
    name: `transformers.js, fp32, ${threads} threads`,
    async prefill(prompt) {
      const started = performance.now();
      await generate([prompt], { max_new_tokens: 1 });
      return tokenizer.encode(prompt, { add_special_tokens: false }).length / secondsSince(started);
    },
    async decode(prompt, rows, limit) {
      const texts = Array.from({ length: rows }, () => prompt);
      const before = performance.now();
      await generate(texts, { max_new_tokens: 1 });
      const prefill = secondsSince(before);
      const started = performance.now();
      await generate(texts, { max_new_tokens: limit, min_new_tokens: limit });
      return (rows * (limit - 1)) / (secondsSince(started) - prefill);
    },
    async job(traces) {
      let sum = 0;
      for (const prompt of traces.flat()) {
        const texts = Array.from({ length: SAMPLES }, () => prompt);
        const verdicts = new Verdicts();
        const out = await generate(texts, { max_new_tokens: LIMIT, stopping_criteria: [verdicts] });
        const read = tokenizer(texts, { padding: true, add_special_tokens: false }).input_ids.dims[1] ?? 0;
        const made = (out.dims[1] ?? 0) - read;
        sum += texts.reduce((total, _, index) => total + (verdicts.lengths.get(index) ?? made), 0);
      }
      return sum;
    },
    close: async () => {
      await model.dispose();
    },
  };
}

/** The checkpoint in the folder layout that transformers.js reads. */
async function exportOnce(target: string): Promise<void> {
  if (existsSync(target)) return;
  const work = `${target}.${process.pid}.tmp`;
  mkdirSync(path.join(work, 'onnx'), { recursive: true });
  try {
    const exporter = await createExporter(CHECKPOINT, work);
    const graph = await exporter.graph({ attention: 'gqa', positions: true, cache: true });
    await exporter.close();
    renameSync(path.join(work, graph), path.join(work, 'onnx/model.onnx'));
    renameSync(path.join(work, 'weights.onnx_data'), path.join(work, 'onnx/weights.onnx_data'));
    for (const file of ['config.json', 'tokenizer.json']) copyFileSync(path.join(CHECKPOINT, file), path.join(work, file));
    writeFileSync(path.join(work, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'Qwen2Tokenizer', pad_token: '<|endoftext|>' }));
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
}
