import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openCheckpoint } from '../../src/models/convert/checkpoint.ts';
import { floatToHalf } from '../../src/models/convert/half.ts';

/**
 * Writes a Llama checkpoint of this project as GGUF (version 3) with Q8_0 weights, for measuring against llama.cpp on the
 * same weights. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 */
export async function writeGguf(source: string, target: string): Promise<void> {
  const config = JSON.parse(await readFile(path.join(source, 'config.json'), 'utf8')) as Readonly<Record<string, number>>;
  const tokenizer = JSON.parse(await readFile(path.join(source, 'tokenizer.json'), 'utf8')) as TokenizerFile;
  const checkpoint = await openCheckpoint(source);
  const tensors: Tensor[] = [];
  for (const { from, to, kind } of tensorPlan(config['num_hidden_layers'] ?? 0)) {
    const entry = checkpoint.tensors.get(from);
    if (entry === undefined) throw new Error(`${source} has no ${from}`);
    let values = await checkpoint.read(from);
    const [rows = 1, columns = rows] = entry.shape;
    if (kind === 'query' || kind === 'key') values = interleaveRotary(values, columns, config[kind === 'query' ? 'num_attention_heads' : 'num_key_value_heads'] ?? 1, config['head_dim'] ?? 1);
    tensors.push(kind === 'norm' ? { name: to, dims: [rows], type: F32, data: Buffer.from(values.buffer) } : { name: to, dims: [columns, rows], type: Q8_0, data: quantizeQ8(values) });
  }
  await checkpoint.close();
  const file = await open(target, 'w');
  await file.write(header(metadata(config, tokenizer), tensors));
  for (const { data } of tensors) {
    await file.write(data);
    await file.write(Buffer.alloc(padding(data.length)));
  }
  await file.close();
}

interface TokenizerFile {
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: readonly (string | readonly [string, string])[] };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

interface Tensor {
  readonly name: string;
  /** Fastest dimension first. */
  readonly dims: readonly number[];
  readonly type: number;
  readonly data: Buffer;
}

const F32 = 0;
const Q8_0 = 8;
const ALIGNMENT = 32;

function tensorPlan(layers: number): readonly { readonly from: string; readonly to: string; readonly kind: 'norm' | 'matrix' | 'query' | 'key' }[] {
  const list: { from: string; to: string; kind: 'norm' | 'matrix' | 'query' | 'key' }[] = [
    { from: 'model.embed_tokens.weight', to: 'token_embd.weight', kind: 'matrix' },
    { from: 'model.norm.weight', to: 'output_norm.weight', kind: 'norm' },
  ];
  const parts = [
    ['input_layernorm', 'attn_norm', 'norm'],
    ['post_attention_layernorm', 'ffn_norm', 'norm'],
    ['self_attn.q_proj', 'attn_q', 'query'],
    ['self_attn.k_proj', 'attn_k', 'key'],
    ['self_attn.v_proj', 'attn_v', 'matrix'],
    ['self_attn.o_proj', 'attn_output', 'matrix'],
    ['mlp.gate_proj', 'ffn_gate', 'matrix'],
    ['mlp.up_proj', 'ffn_up', 'matrix'],
    ['mlp.down_proj', 'ffn_down', 'matrix'],
  ] as const;
  for (let layer = 0; layer < layers; layer++) for (const [from, to, kind] of parts) list.push({ from: `model.layers.${layer}.${from}.weight`, to: `blk.${layer}.${to}.weight`, kind });
  return list;
}

/** llama.cpp rotates neighbouring pairs where Hugging Face rotates halves: the rows of each head are interleaved. */
function interleaveRotary(values: Float32Array, columns: number, heads: number, headDim: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < headDim / 2; i++) {
      for (const half of [0, 1]) {
        const from = (head * headDim + half * (headDim / 2) + i) * columns;
        out.set(values.subarray(from, from + columns), (head * headDim + 2 * i + half) * columns);
      }
    }
  }
  return out;
}

/** Blocks of 32: a binary16 scale, then 32 signed bytes. */
function quantizeQ8(values: Float32Array): Buffer {
  const blocks = values.length / 32;
  const out = Buffer.alloc(blocks * 34);
  for (let block = 0; block < blocks; block++) {
    const part = values.subarray(block * 32, block * 32 + 32);
    const scale = part.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127;
    out.writeUInt16LE(floatToHalf(scale), block * 34);
    part.forEach((value, i) => out.writeInt8(scale === 0 ? 0 : Math.round(value / scale), block * 34 + 2 + i));
  }
  return out;
}

type Value = { readonly u32: number } | { readonly f32: number } | { readonly bool: boolean } | { readonly text: string } | { readonly texts: readonly string[] } | { readonly i32s: readonly number[] };

function metadata(config: Readonly<Record<string, number>>, tokenizer: TokenizerFile): Record<string, Value> {
  const of = (key: string) => config[key] ?? 0;
  const special = new Map(tokenizer.added_tokens.map(({ id, content }) => [id, content]));
  const plain = new Map(Object.entries(tokenizer.model.vocab).map(([token, id]) => [id, token]));
  const ids = Array.from({ length: of('vocab_size') }, (_, id) => id);
  return {
    'general.architecture': { text: 'llama' },
    'general.name': { text: 'r-prm' },
    'general.file_type': { u32: 7 },
    'general.alignment': { u32: ALIGNMENT },
    'llama.context_length': { u32: of('max_position_embeddings') },
    'llama.embedding_length': { u32: of('hidden_size') },
    'llama.block_count': { u32: of('num_hidden_layers') },
    'llama.feed_forward_length': { u32: of('intermediate_size') },
    'llama.attention.head_count': { u32: of('num_attention_heads') },
    'llama.attention.head_count_kv': { u32: of('num_key_value_heads') },
    'llama.attention.key_length': { u32: of('head_dim') },
    'llama.attention.value_length': { u32: of('head_dim') },
    'llama.attention.layer_norm_rms_epsilon': { f32: of('rms_norm_eps') },
    'llama.rope.dimension_count': { u32: of('head_dim') },
    'llama.rope.freq_base': { f32: of('rope_theta') },
    'llama.vocab_size': { u32: of('vocab_size') },
    'tokenizer.ggml.model': { text: 'gpt2' },
    'tokenizer.ggml.pre': { text: 'qwen2' },
    'tokenizer.ggml.tokens': { texts: ids.map((id) => special.get(id) ?? plain.get(id) ?? `[PAD${id}]`) },
    // 1 normal, 3 control, 5 unused
    'tokenizer.ggml.token_type': { i32s: ids.map((id) => (special.has(id) ? 3 : plain.has(id) ? 1 : 5)) },
    'tokenizer.ggml.merges': { texts: tokenizer.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))) },
    'tokenizer.ggml.eos_token_id': { u32: of('eos_token_id') },
    'tokenizer.ggml.padding_token_id': { u32: of('pad_token_id') },
    'tokenizer.ggml.add_bos_token': { bool: false },
  };
}

function header(values: Readonly<Record<string, Value>>, tensors: readonly Tensor[]): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(values).length)];
  for (const [key, value] of Object.entries(values)) parts.push(text(key), ...encode(value));
  let offset = 0;
  for (const { name, dims, type, data } of tensors) {
    parts.push(text(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset));
    offset += data.length + padding(data.length);
  }
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))]);
}

/** Type number and value. */
function encode(value: Value): Buffer[] {
  if ('u32' in value) return [u32(4), u32(value.u32)];
  if ('f32' in value) return [u32(6), Buffer.from(Float32Array.of(value.f32).buffer)];
  if ('bool' in value) return [u32(7), Buffer.from([value.bool ? 1 : 0])];
  if ('text' in value) return [u32(8), text(value.text)];
  if ('texts' in value) return [u32(9), u32(8), u64(value.texts.length), ...value.texts.map(text)];
  return [u32(9), u32(5), u64(value.i32s.length), Buffer.from(Int32Array.from(value.i32s).buffer)];
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}
