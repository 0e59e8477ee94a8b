import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../core/is-record.ts';
import type { ModelCapabilities } from '../core/model.ts';
import { StepscopeError } from '../core/result.ts';
import { CHAT_FILES } from './chat/chat-template.ts';

/** Beside model.onnx in every converted model folder. */
export const MANIFEST_FILE = 'stepscope.json';

/** Beside it where the model can be inspected: the same weights in a graph with more inputs and outputs. */
export const INSPECT_FILE = 'inspect.onnx';

/** `graph` of a model that another exporter made; its manifest is made in memory. */
export const FOREIGN_GRAPH = 'foreign';

/** What the engine must know before it opens the graph. */
export interface ModelManifest {
  /** Version of the graph's inputs and outputs. */
  readonly graph: string;
  /** How the weights are stored, for people. */
  readonly weights: string;
  readonly parameters: number;
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
  /** Longest sequence, in tokens. */
  readonly context: number;
  /** Positions that a row of a sliding-window layer sees, itself included; absent where no layer has a window. */
  readonly window?: number;
  readonly endTokens: readonly number[];
  /** See ModelInfo.demonstration. */
  readonly demonstration?: string;
  /** Of the inspection graph; absent in models that were converted without it. */
  readonly inspect?: InspectManifest;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** Sizes of the inspection graph's inputs and outputs, in elements. */
export interface InspectManifest {
  readonly heads: number;
  readonly hidden: number;
  readonly feedForward: number;
  /** Layers whose attention is limited to the window. */
  readonly slidingLayers: readonly number[];
}

/**
 * Reads and checks the manifest of a model folder: every file it names is there with the size and the digest it had
 * when it was written. Throws StepscopeError `model-missing` or `model-invalid` with one sentence.
 */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const file = path.join(folder, MANIFEST_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new StepscopeError('model-missing', `${folder} holds no converted model (${MANIFEST_FILE} is missing): run "stepscope convert" on the checkpoint, or point to a folder that it made or to an ONNX export of a text decoder.`);
  }
  const manifest = parseManifest(text);
  if (manifest === undefined) throw new StepscopeError('model-invalid', `${file} is damaged: convert the model again.`);
  for (const [name, record] of Object.entries(manifest.files)) await checkFile(path.join(folder, name), record);
  return manifest;
}

/** The manifest alone, for lists of models: no file is checked. Undefined where there is none that can be read. */
export async function peekManifest(folder: string): Promise<ModelManifest | undefined> {
  const text = await readFile(path.join(folder, MANIFEST_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseManifest(text);
}

/** What a converted model can do, by its manifest: masks always, the rest with an inspection graph. */
export function capabilitiesOf({ inspect }: ModelManifest): ModelCapabilities {
  const inspected = inspect !== undefined;
  return { probabilities: true, masks: true, attention: inspected, gates: inspected, hidden: inspected };
}

/**
 * The identity of a model: its graph, weights and tokenizer, independent of where it lies. The chat template has an identity
 * of its own (see templateHash), which counts only where it is used.
 */
export function manifestHash(manifest: ModelManifest): string {
  const chat: readonly string[] = CHAT_FILES;
  const parts = Object.entries(manifest.files).filter(([name]) => !chat.includes(name)).map(([name, record]) => `${name} ${record.sha256}`);
  return createHash('sha256').update(parts.sort().join('\n')).digest('hex');
}

async function checkFile(file: string, record: { readonly bytes: number; readonly sha256: string }): Promise<void> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined) throw new StepscopeError('model-missing', `${file} is missing: restore it or convert the model again.`);
  if (info.size !== record.bytes) {
    throw new StepscopeError('model-invalid', `${file} has ${info.size} bytes where ${record.bytes} belong: it was truncated or replaced; restore it or convert the model again.`);
  }
  // A changed weight would give plausible, wrong numbers. Large checkpoints are not read twice for it.
  if (record.bytes > MAX_HASHED_BYTES) return;
  const digest = createHash('sha256').update(await readFile(file)).digest('hex');
  if (digest !== record.sha256) throw new StepscopeError('model-invalid', `${file} is not the file that was converted (its SHA-256 differs): restore it or convert the model again.`);
}

const MAX_HASHED_BYTES = 256 * 2 ** 20;

function parseManifest(text: string): ModelManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const manifest = value as Partial<Record<keyof ModelManifest, unknown>>;
  const counts = [manifest.parameters, manifest.layers, manifest.kvHeads, manifest.headDim, manifest.vocabulary, manifest.context];
  if (!counts.every((count) => Number.isSafeInteger(count) && (count as number) > 0)) return undefined;
  if (manifest.window !== undefined && !(Number.isSafeInteger(manifest.window) && (manifest.window as number) > 0)) return undefined;
  if (manifest.demonstration !== undefined && typeof manifest.demonstration !== 'string') return undefined;
  if (typeof manifest.graph !== 'string' || typeof manifest.weights !== 'string') return undefined;
  if (!Array.isArray(manifest.endTokens) || !manifest.endTokens.every(Number.isSafeInteger)) return undefined;
  if (!isFileRecords(manifest.files)) return undefined;
  if (manifest.inspect !== undefined && !isInspectManifest(manifest.inspect)) return undefined;
  return manifest as ModelManifest;
}

function isInspectManifest(value: unknown): value is InspectManifest {
  if (!isRecord(value)) return false;
  const { heads, hidden, feedForward, slidingLayers } = value;
  const sizes = [heads, hidden, feedForward].every((size) => Number.isSafeInteger(size) && (size as number) > 0);
  return sizes && Array.isArray(slidingLayers) && slidingLayers.every(Number.isSafeInteger);
}

function isFileRecords(value: unknown): value is ModelManifest['files'] {
  if (!isRecord(value)) return false;
  return Object.entries(value).every(([name, record]) => {
    if (name !== path.basename(name) || !isRecord(record)) return false;
    const { bytes, sha256 } = record;
    return Number.isSafeInteger(bytes) && typeof sha256 === 'string';
  });
}
