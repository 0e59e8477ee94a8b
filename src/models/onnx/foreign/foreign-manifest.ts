import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../../../core/is-record.ts';
import { StepscopeError } from '../../../core/result.ts';
import { FOREIGN_GRAPH, type ModelManifest } from '../../manifest.ts';
import type { GraphPlace } from './find-graph.ts';
import type { GraphFile } from './graph-file.ts';
import type { GraphLayout } from './layout.ts';

export type Json = Readonly<Record<string, unknown>>;

const CONTEXT_KEYS = ['max_position_embeddings', 'n_positions', 'max_sequence_length', 'max_seq_len', 'n_ctx', 'seq_length'];
/** Above this (bytes, all files together) only the ends of the files go into the digest. */
const FULLY_HASHED_BYTES = 1e9;
const HASHED_END = 1 << 20;

/** Reads a JSON object of a model folder; undefined where there is no such file. Throws `model-invalid` where it is none. */
export async function readJson(file: string): Promise<Json | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // falls through to the one sentence below
  }
  throw new StepscopeError('model-invalid', `${file} is no JSON object: download it again.`);
}

/** Makes the manifest that a converted model would have. Throws StepscopeError with one sentence that names what is missing. */
export async function foreignManifest(place: GraphPlace, graph: GraphFile, layout: GraphLayout, config: Json): Promise<ModelManifest> {
  const refuse = (what: string) => new StepscopeError('model-invalid', `${path.join(place.folder, 'config.json')} ${what}.`);
  const text = (config['text_config'] ?? {}) as Json;
  const number = (key: string) => [config[key], text[key]].find((value): value is number => Number.isSafeInteger(value) && (value as number) > 0);
  const vocabulary = layout.vocabulary ?? number('vocab_size');
  if (vocabulary === undefined) throw refuse('has no vocab_size, and the graph does not say it either: use the config.json that came with the model');
  const context = CONTEXT_KEYS.map(number).find((value) => value !== undefined);
  if (context === undefined) throw refuse(`does not say how long a text may be (${CONTEXT_KEYS.slice(0, 3).join(', ')}): use the config.json that came with the model`);
  return {
    graph: FOREIGN_GRAPH,
    weights: `${graph.weights} (${place.label})`,
    parameters: aboutRight(graph.parameters),
    // A graph without a cache still needs room for one pass; its layers are not counted.
    layers: Math.max(1, layout.cache.length / 2),
    kvHeads: Math.max(1, ...layout.cache.map(({ heads }) => heads)),
    headDim: Math.max(1, ...layout.cache.map(({ size }) => size)),
    vocabulary,
    context,
    endTokens: await endTokens(place.folder, config),
    files: await fileRecords(place, graph.dataFiles),
  };
}

/** Two digits: tables are counted as weights, and a weight that is used twice may be stored twice. */
function aboutRight(parameters: number): number {
  return Math.max(1, Number(parameters.toPrecision(2)));
}

/** From generation_config.json and config.json; where neither has one, the tokenizer's. Empty where nothing says it. */
async function endTokens(folder: string, config: Json): Promise<number[]> {
  const generation = (await readJson(path.join(folder, 'generation_config.json'))) ?? {};
  const ids = [generation['eos_token_id'], config['eos_token_id']].flat().filter((id): id is number => Number.isSafeInteger(id) && (id as number) >= 0);
  if (ids.length > 0) return [...new Set(ids)];
  const token = (await readJson(path.join(folder, 'tokenizer_config.json')))?.['eos_token'];
  const content = typeof token === 'object' && token !== null ? (token as Json)['content'] : token;
  if (typeof content !== 'string') return [];
  const added = (await readJson(path.join(folder, 'tokenizer.json')))?.['added_tokens'];
  const found = Array.isArray(added) ? (added as Json[]).find((entry) => entry['content'] === content)?.['id'] : undefined;
  return typeof found === 'number' ? [found] : [];
}

/**
 * Size and SHA-256 of the graph, its data files and the tokenizer. Of models of more than 1 GB the digest is over the size
 * and the first and the last megabyte of each file, since reading all of it would double the time to load.
 */
async function fileRecords({ folder, file }: GraphPlace, dataFiles: readonly string[]): Promise<ModelManifest['files']> {
  const sizes = new Map<string, number>();
  for (const name of [file, ...dataFiles.map((data) => path.join(path.dirname(file), data)), path.join(folder, 'tokenizer.json')]) {
    const info = await stat(name).catch(() => undefined);
    if (info?.isFile() !== true) throw new StepscopeError('model-missing', `${name} is missing: copy the tokenizer.json of the model there.`);
    sizes.set(name, info.size);
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const records: Record<string, { bytes: number; sha256: string }> = {};
  for (const [name, bytes] of sizes) {
    const sha256 = total < FULLY_HASHED_BYTES ? await digest(name) : await digestOfEnds(name, bytes);
    records[path.relative(folder, name).split(path.sep).join('/')] = { bytes, sha256 };
  }
  return records;
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function digestOfEnds(file: string, bytes: number): Promise<string> {
  const hash = createHash('sha256').update(`${bytes}\n`);
  const handle = await open(file, 'r');
  try {
    for (const start of [0, Math.max(0, bytes - HASHED_END)]) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HASHED_END), 0, HASHED_END, start);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
