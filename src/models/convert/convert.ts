import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { StepscopeError } from '../../core/result.ts';
import { MANIFEST_FILE, type ModelManifest } from '../manifest.ts';
import { readDecoderSpec } from './architecture.ts';
import { buildDecoderGraph, GRAPH_VERSION } from './decoder-graph.ts';
import { createOnnxWriter } from './onnx-writer.ts';
import { openSafetensors } from './safetensors.ts';
import { describeWeights, type WeightPlan } from './weights.ts';

export interface ConvertProgress {
  readonly tensor: string;
  readonly done: number;
  readonly total: number;
}

const COPIED = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];

/**
 * Converts a Hugging Face folder (config.json, model.safetensors, tokenizer.json) of the Llama architecture into a model
 * folder that the engine loads. Everything is written under a temporary name and renamed at the end, so that a failed or
 * aborted conversion leaves nothing behind. Throws StepscopeError with one sentence.
 */
export async function convertModel(source: string, target: string, plan: WeightPlan, onProgress?: (progress: ConvertProgress) => void, signal?: AbortSignal): Promise<ModelManifest> {
  const configFile = path.join(source, 'config.json');
  const config = await readJson(configFile);
  const spec = readDecoderSpec(config, configFile);
  const checkpoint = await openSafetensors(path.join(source, 'model.safetensors'));
  const work = `${target}.partial-${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    const writer = await createOnnxWriter(path.join(work, 'model.onnx'));
    let done = 0;
    const total = checkpoint.tensors.size;
    let parameters = 0;
    try {
      await buildDecoderGraph(writer, spec, plan, (name) => checkpoint.read(name), (tensor) => {
        signal?.throwIfAborted();
        parameters += (checkpoint.tensors.get(tensor)?.shape ?? []).reduce((product, size) => product * size, 1);
        onProgress?.({ tensor, done: ++done, total });
      });
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    await writer.finish({ 'stepscope.graph': GRAPH_VERSION, 'stepscope.weights': describeWeights(plan) });
    for (const name of COPIED) await copyFile(path.join(source, name), path.join(work, name)).catch(() => undefined);
    const manifest: ModelManifest = {
      graph: GRAPH_VERSION,
      weights: describeWeights(plan),
      parameters,
      layers: spec.layers,
      kvHeads: spec.kvHeads,
      headDim: spec.headDim,
      vocabulary: spec.vocabulary,
      context: spec.context,
      endTokens: spec.endTokens,
      files: await fileRecords(work),
    };
    await writeFile(path.join(work, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(work, target);
    return manifest;
  } finally {
    await checkpoint.close();
    await rm(work, { recursive: true, force: true });
  }
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
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // falls through to the one sentence below
  }
  throw new StepscopeError('model-invalid', `${file} is no JSON object: download it again.`);
}

/** Size and SHA-256 of what the engine reads, so that a truncated or altered file is found at load. */
async function fileRecords(folder: string): Promise<ModelManifest['files']> {
  const records: Record<string, { bytes: number; sha256: string }> = {};
  for (const name of ['model.onnx', 'model.onnx.data', 'tokenizer.json']) {
    const file = path.join(folder, name);
    const info = await stat(file).catch(() => undefined);
    if (info === undefined) throw new StepscopeError('model-missing', `The source folder has no ${name}: a model needs its tokenizer.`);
    records[name] = { bytes: info.size, sha256: await sha256(file) };
  }
  return records;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
