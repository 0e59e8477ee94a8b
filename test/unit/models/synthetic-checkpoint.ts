import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Sizes of a made-up Phi 3 checkpoint: its fused projections are the largest tensors such a model has. */
export interface SyntheticSizes {
  readonly hidden: number;
  readonly feedForward: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

const HALF_BYTES = 2;

function tensorsOf({ hidden, feedForward, layers, heads, kvHeads, vocabulary }: SyntheticSizes): Tensor[] {
  const headDim = hidden / heads;
  const layer = (index: number): Tensor[] =>
    Object.entries({
      'input_layernorm.weight': [hidden],
      'self_attn.qkv_proj.weight': [(heads + 2 * kvHeads) * headDim, hidden],
      'self_attn.o_proj.weight': [hidden, hidden],
      'post_attention_layernorm.weight': [hidden],
      'mlp.gate_up_proj.weight': [2 * feedForward, hidden],
      'mlp.down_proj.weight': [hidden, feedForward],
    }).map(([name, shape]) => ({ name: `model.layers.${index}.${name}`, shape }));
  return [
    { name: 'model.embed_tokens.weight', shape: [vocabulary, hidden] },
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
    { name: 'model.norm.weight', shape: [hidden] },
    { name: 'lm_head.weight', shape: [vocabulary, hidden] },
  ];
}

/**
 * Writes a sharded binary16 checkpoint of which only the last numbers of each tensor are not zero: the files are sparse, so
 * that gigabytes of it are cheap. Returns the sizes in bytes.
 */
export function writeSyntheticCheckpoint(folder: string, sizes: SyntheticSizes, shards: number): { readonly total: number; readonly largest: number } {
  mkdirSync(folder, { recursive: true });
  const tensors = tensorsOf(sizes);
  const perShard = Math.ceil(tensors.length / shards);
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard++) {
    const name = `model-${String(shard + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
    const part = tensors.slice(shard * perShard, (shard + 1) * perShard);
    for (const tensor of part) weightMap[tensor.name] = name;
    writeShard(path.join(folder, name), part);
  }
  writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }));
  writeFileSync(path.join(folder, 'tokenizer.json'), '{}');
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(configOf(sizes)));
  const bytes = tensors.map(bytesOf);
  return { total: bytes.reduce((sum, size) => sum + size, 0), largest: Math.max(...bytes) };
}

/** The last numbers of every tensor, as binary16: 1, -2, 0.5, 3. */
export const TAIL = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x4200);

function writeShard(file: string, tensors: readonly Tensor[]): void {
  const header: Record<string, object> = {};
  let end = 0;
  for (const tensor of tensors) {
    header[tensor.name] = { dtype: 'F16', shape: tensor.shape, data_offsets: [end, end + bytesOf(tensor)] };
    end += bytesOf(tensor);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const base = 8 + json.length;
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, Buffer.concat([length, json]));
  ftruncateSync(descriptor, base + end);
  let at = base;
  for (const tensor of tensors) {
    at += bytesOf(tensor);
    writeSync(descriptor, new Uint8Array(TAIL.buffer), 0, TAIL.byteLength, at - TAIL.byteLength);
  }
  closeSync(descriptor);
}

function bytesOf({ shape }: Tensor): number {
  return shape.reduce((product, size) => product * size, HALF_BYTES);
}

function configOf(sizes: SyntheticSizes): object {
  return {
    model_type: 'phi3',
    vocab_size: sizes.vocabulary,
    hidden_size: sizes.hidden,
    intermediate_size: sizes.feedForward,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    num_key_value_heads: sizes.kvHeads,
    max_position_embeddings: 4096,
    eos_token_id: 0,
  };
}
