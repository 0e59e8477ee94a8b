import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../../core/is-record.ts';
import { StepscopeError } from '../../core/result.ts';
import { missingTensor, openSafetensors, type Checkpoint, type TensorEntry } from './safetensors.ts';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * Opens the weights of a Hugging Face folder: the shards that model.safetensors.index.json names, or model.safetensors.
 * Throws StepscopeError `model-missing` or `model-invalid` with one sentence.
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const indexFile = path.join(folder, INDEX);
  const text = await readFile(indexFile, 'utf8').catch(() => undefined);
  return text === undefined ? openSafetensors(path.join(folder, SINGLE)) : openShards(folder, readIndex(indexFile, text));
}

/** Tensor name -> file name. */
function readIndex(file: string, text: string): ReadonlyMap<string, string> {
  const invalid = (what: string) => new StepscopeError('model-invalid', `${file} ${what}: download it again.`);
  let map: unknown;
  try {
    map = (JSON.parse(text) as { weight_map?: unknown } | null)?.weight_map;
  } catch {
    throw invalid('is not JSON');
  }
  if (!isRecord(map)) throw invalid('has no weight_map');
  const entries = Object.entries(map);
  for (const [tensor, shard] of entries) {
    // A path that leads out of the folder is nothing that a checkpoint needs.
    if (typeof shard !== 'string' || shard !== path.basename(shard)) throw invalid(`names no file of this folder for ${tensor}`);
  }
  return new Map(entries as [string, string][]);
}

async function openShards(folder: string, shardOf: ReadonlyMap<string, string>): Promise<Checkpoint> {
  const shards = new Map<string, Checkpoint>();
  const close = async () => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const name of new Set(shardOf.values())) shards.set(name, await openSafetensors(path.join(folder, name)));
    const tensors = new Map<string, TensorEntry>();
    for (const [tensor, name] of shardOf) {
      const entry = shards.get(name)?.tensors.get(tensor);
      if (entry === undefined) throw new StepscopeError('model-invalid', `${path.join(folder, name)} lacks tensor ${tensor}, which ${INDEX} places there: download both again.`);
      tensors.set(tensor, entry);
    }
    const shard = (tensor: string) => {
      const found = shards.get(shardOf.get(tensor) ?? '');
      if (found === undefined) throw missingTensor(folder, tensor);
      return found;
    };
    return {
      source: folder,
      tensors,
      read: async (tensor) => shard(tensor).read(tensor),
      readRows: async (tensor, from, rows, columns) => shard(tensor).readRows(tensor, from, rows, columns),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
