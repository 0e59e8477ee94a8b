import { InferenceSession, Tensor } from 'onnxruntime-node';
import { StepscopeError } from '../../../core/result.ts';
import { halfToFloat } from '../../convert/safetensors.ts';
import { sessionOptions, type SessionSettings } from '../graph-runner.ts';
import { firstLine } from '../printable.ts';
import type { Cache, CacheData } from './cache.ts';
import type { GraphLayout, IntegerType } from './layout.ts';

/** One pass: rows of equally many new tokens, on top of a cache of as many rows (without a cache: of all tokens so far). */
export interface ForeignPass {
  readonly ids: readonly (readonly number[])[];
  /** Position of each row's first new token in its text. */
  readonly positions: readonly number[];
  readonly past: Cache;
  /** [rows, past + new]: 1 where the row has a token, its new ones included. All ones where absent. */
  readonly mask?: Uint8Array;
}

export interface ForeignOutput {
  /** For each row the logits after its last token, [vocabulary]. They share memory: copy what is kept. */
  readonly logits: readonly Float32Array[];
  /** The cache with the new tokens; the past itself for a graph without a cache. */
  readonly cache: Cache;
}

export interface ForeignSession {
  readonly layout: GraphLayout;
  forward(pass: ForeignPass): Promise<ForeignOutput>;
  release(): Promise<void>;
}

/** Opens a foreign graph. `announce` hears before each pass how many tokens it has. Throws `model-invalid` with what onnxruntime says. */
export async function openForeignSession(file: string, layout: GraphLayout, settings: SessionSettings, announce: (tokens: number) => void): Promise<ForeignSession> {
  const session = await createSession(file, settings);
  const outputs = ['logits', ...layout.cache.map(({ present }) => present)];
  return {
    layout,
    async forward(pass) {
      announce(pass.ids.length * (pass.ids[0]?.length ?? 0));
      const result = await session.run(feedsOf(layout, pass), outputs).catch((error: unknown) => {
        throw new StepscopeError('engine-failed', `${file} failed to run: onnxruntime says "${firstLine(error)}"; use another graph of the same model, or export it again.`);
      });
      const logits = result['logits'];
      if (logits === undefined) throw new StepscopeError('engine-failed', `${file} gave no logits: export it again.`);
      return { logits: lastLogits(logits), cache: presentOf(layout, pass, result) };
    },
    release: () => session.release(),
  };
}

async function createSession(file: string, settings: SessionSettings): Promise<InferenceSession> {
  const options = sessionOptions(settings);
  try {
    return await InferenceSession.create(file, options);
  } catch (error) {
    // Some fusions of onnxruntime fail on published fp16 graphs, which run without them.
    return InferenceSession.create(file, { ...options, graphOptimizationLevel: 'basic' }).catch(() => {
      throw new StepscopeError('model-invalid', `${file} cannot be loaded: onnxruntime says "${firstLine(error)}"; download it and its data files again, or use another graph of the same model.`);
    });
  }
}

/** What a graph of this layout is fed with. */
export function feedsOf(layout: GraphLayout, { ids, positions, past, mask }: ForeignPass): Record<string, Tensor> {
  const rows = ids.length;
  const fresh = ids[0]?.length ?? 0;
  const total = past.positions + fresh;
  const feeds: Record<string, Tensor> = { input_ids: integers(layout.ids, ids.flat(), [rows, fresh]) };
  if (layout.mask !== undefined) feeds['attention_mask'] = integers(layout.mask, mask ?? new Uint8Array(rows * total).fill(1), [rows, total]);
  if (layout.positions !== undefined) {
    const list = positions.flatMap((first) => Array.from({ length: fresh }, (_, i) => first + i));
    feeds['position_ids'] = integers(layout.positions, list, [rows, fresh]);
  }
  if (layout.cacheSwitch) feeds['use_cache_branch'] = new Tensor('bool', Uint8Array.of(past.positions > 0 ? 1 : 0), [1]);
  const { logitCount } = layout;
  if (logitCount !== undefined) feeds[logitCount.name] = integers(logitCount.type, [1], logitCount.dims);
  layout.cache.forEach(({ past: name, heads, size }, index) => {
    const data = past.data[index] ?? new Float32Array(0);
    const dims = [rows, heads, past.positions, size];
    feeds[name] = data instanceof Uint16Array ? new Tensor('float16', data, dims) : new Tensor('float32', data, dims);
  });
  return feeds;
}

export function integers(type: IntegerType, values: ArrayLike<number>, dims: readonly number[]): Tensor {
  if (type === 'int32') return new Tensor('int32', Int32Array.from(values), dims);
  const data = new BigInt64Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = BigInt(values[i] ?? 0);
  return new Tensor('int64', data, dims);
}

/** The cache that a pass gave. */
export function presentOf(layout: GraphLayout, { ids, past }: ForeignPass, result: InferenceSession.OnnxValueMapType): Cache {
  if (layout.cache.length === 0) return past;
  let positions = 0;
  const data = layout.cache.map(({ present }): CacheData => {
    const tensor = result[present];
    if (tensor === undefined) throw new StepscopeError('engine-failed', `The graph gave no ${present}: export it again.`);
    positions = tensor.dims[2] ?? 0;
    return layout.cacheType === 'float16' ? words(tensor) : (tensor.data as Float32Array);
  });
  return { rows: ids.length, positions, data };
}

/** float16 data as 16-bit words, whether or not this JavaScript has a type of its own for it. */
function words({ data }: Tensor): Uint16Array {
  const view = data as Uint16Array;
  return new Uint16Array(view.buffer, view.byteOffset, view.length);
}

/** Logits of the last position of each row, of [rows, positions, vocabulary]. */
export function lastLogits(logits: Tensor): Float32Array[] {
  const [rows = 0, positions = 0] = logits.dims;
  return Array.from({ length: rows }, (_, row) => logitsAt(logits, (row + 1) * positions - 1));
}

/** Logits of one of all positions, row by row. */
export function logitsAt(logits: Tensor, index: number): Float32Array {
  const vocabulary = logits.dims[2] ?? 0;
  const [start, end] = [index * vocabulary, (index + 1) * vocabulary];
  if (logits.data instanceof Float32Array) return logits.data.subarray(start, end);
  if (logits.data instanceof Float64Array) return Float32Array.from(logits.data.subarray(start, end));
  return fromHalf(words(logits).subarray(start, end));
}

let halves: Float32Array | undefined;

function fromHalf(data: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, word) => halfToFloat(word));
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = halves[data[i] ?? 0] ?? 0;
  return out;
}
