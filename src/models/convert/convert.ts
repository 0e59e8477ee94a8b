import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../../core/is-record.ts';
import { StepscopeError } from '../../core/result.ts';
import { CHAT_FILES } from '../chat/chat-template.ts';
import { INSPECT_FILE, MANIFEST_FILE, type ModelManifest } from '../manifest.ts';
import { readDecoderSpec, type DecoderSpec } from './architecture.ts';
import { openCheckpoint } from './checkpoint.ts';
import { buildDecoderGraph, GRAPH_VERSION } from './decoder-graph.ts';
import { createOnnxData } from './onnx-data.ts';
import { createOnnxWriter } from './onnx-writer.ts';
import { checkFreeSpace, outputBytes } from './output-size.ts';
import type { Checkpoint } from './safetensors.ts';
import { describeWeights, type WeightPlan } from './weights.ts';

export interface ConvertProgress {
  readonly tensor: string;
  readonly done: number;
  readonly total: number;
}

/** A checkpoint that remembers which tensors were read. */
interface ObservedCheckpoint extends Checkpoint {
  readonly readTensors: ReadonlySet<string>;
}

const TOKENIZER_CONFIG = 'tokenizer_config.json';
const COPIED = ['config.json', 'tokenizer.json', 'generation_config.json', ...CHAT_FILES.filter((name) => name !== TOKENIZER_CONFIG)];

/**
 * Converts a Hugging Face folder (config.json, safetensors in one file or in shards, tokenizer.json) into a model folder
 * that the engine loads. Weights pass through memory a few megabytes at a time. Everything is written under a temporary
 * name and renamed at the end, so that a failed or aborted conversion leaves nothing behind; a converted model that was at
 * `target` is replaced, any other folder refused. Throws StepscopeError with one sentence; its reason is `aborted` once
 * the signal fires.
 */
export async function convertModel(source: string, target: string, plan: WeightPlan, onProgress?: (progress: ConvertProgress) => void, signal?: AbortSignal): Promise<ModelManifest> {
  const configFile = path.join(source, 'config.json');
  const generation = await readJson(path.join(source, 'generation_config.json')).catch(() => ({}));
  const spec = readDecoderSpec(await readJson(configFile), configFile, generation);
  await checkTarget(target);
  await stat(path.join(source, 'tokenizer.json')).catch(() => {
    throw new StepscopeError('model-missing', `${source} has no tokenizer.json: a model needs its tokenizer.`);
  });
  const tokenizerConfig = await readTokenizerConfig(source);
  const checkpoint = await openCheckpoint(source);
  const work = `${target}.partial-${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    await checkFreeSpace(work, outputBytes(checkpoint, spec, plan));
    const parameters = await writeGraph(observed(checkpoint, onProgress, signal), spec, plan, work);
    for (const name of COPIED) await copyFile(path.join(source, name), path.join(work, name)).catch(() => undefined);
    if (tokenizerConfig !== undefined) await writeFile(path.join(work, TOKENIZER_CONFIG), `${JSON.stringify(tokenizerConfig, null, 2)}\n`);
    const manifest = await describe(spec, plan, parameters, work);
    await writeFile(path.join(work, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    throwIfAborted(signal);
    await rm(target, { recursive: true, force: true });
    await rename(work, target);
    return manifest;
  } finally {
    await checkpoint.close();
    await rm(work, { recursive: true, force: true });
  }
}

/** Writes the graphs and the weights that they share. Returns the number of weights. */
async function writeGraph(checkpoint: ObservedCheckpoint, spec: DecoderSpec, plan: WeightPlan, folder: string): Promise<number> {
  const data = await createOnnxData(path.join(folder, 'model.onnx.data'));
  try {
    for (const [kind, file] of [['plain', 'model.onnx'], ['inspect', INSPECT_FILE]] as const) {
      const writer = createOnnxWriter(data);
      await buildDecoderGraph({ writer, plan, checkpoint }, spec, kind);
      await writer.finish(path.join(folder, file), { 'stepscope.graph': GRAPH_VERSION, 'stepscope.weights': describeWeights(plan) });
    }
  } finally {
    await data.close();
  }
  const sizes = [...checkpoint.readTensors].map((name) => (checkpoint.tensors.get(name)?.shape ?? []).reduce((product, size) => product * size, 1));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The checkpoint, reporting each tensor when it is first read; every read stops once the signal fires. */
function observed(checkpoint: Checkpoint, onProgress: ((progress: ConvertProgress) => void) | undefined, signal: AbortSignal | undefined): ObservedCheckpoint {
  const seen = new Set<string>();
  const note = (tensor: string) => {
    throwIfAborted(signal);
    if (seen.has(tensor)) return;
    seen.add(tensor);
    onProgress?.({ tensor, done: seen.size, total: checkpoint.tensors.size });
  };
  return {
    ...checkpoint,
    readTensors: seen,
    async read(name) {
      note(name);
      return checkpoint.read(name);
    },
    async readRows(name, from, rows, columns) {
      note(name);
      return checkpoint.readRows(name, from, rows, columns);
    },
  };
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new StepscopeError('aborted', 'The conversion was cancelled; nothing was left behind.');
}

/** Replacing a folder deletes it: only an empty one or an older conversion may go. */
async function checkTarget(target: string): Promise<void> {
  const names = await readdir(target).catch((error: unknown): string[] => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new StepscopeError('model-invalid', `${target} is no folder that can be written: choose another one for the converted model.`);
  });
  if (names.length > 0 && !names.includes(MANIFEST_FILE)) {
    throw new StepscopeError('model-invalid', `${target} holds other files than a converted model, and would be replaced: choose a new or an empty folder.`);
  }
}

async function describe(spec: DecoderSpec, plan: WeightPlan, parameters: number, folder: string): Promise<ModelManifest> {
  return {
    graph: GRAPH_VERSION,
    weights: describeWeights(plan),
    parameters,
    layers: spec.layers,
    kvHeads: spec.kvHeads,
    headDim: spec.headDim,
    vocabulary: spec.vocabulary,
    context: spec.context,
    ...(spec.window === undefined ? {} : { window: spec.window.size }),
    endTokens: spec.endTokens,
    inspect: { heads: spec.heads, hidden: spec.hidden, feedForward: spec.feedForward, slidingLayers: spec.window?.layers ?? [] },
    files: await fileRecords(folder),
  };
}

/** tokenizer_config.json without the list of added tokens, often a megabyte, which tokenizer.json has too; undefined where there is none. */
async function readTokenizerConfig(folder: string): Promise<Record<string, unknown> | undefined> {
  const file = path.join(folder, TOKENIZER_CONFIG);
  if (!(await stat(file).then((info) => info.isFile(), () => false))) return undefined;
  return Object.fromEntries(Object.entries(await readJson(file)).filter(([name]) => name !== 'added_tokens_decoder'));
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new StepscopeError('model-missing', `${file} cannot be read: point to a Hugging Face model folder.`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // falls through to the one sentence below
  }
  throw new StepscopeError('model-invalid', `${file} is no JSON object: download it again.`);
}

/** Size and SHA-256 of what the engine reads, so that a truncated or altered file is found at load. */
async function fileRecords(folder: string): Promise<ModelManifest['files']> {
  const records: Record<string, { bytes: number; sha256: string }> = {};
  const present = new Set(await readdir(folder));
  for (const name of ['model.onnx', INSPECT_FILE, 'model.onnx.data', 'tokenizer.json', ...CHAT_FILES].filter((name) => present.has(name))) {
    const file = path.join(folder, name);
    records[name] = { bytes: (await stat(file)).size, sha256: await sha256(file) };
  }
  return records;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
