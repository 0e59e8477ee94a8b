/** A Hugging Face folder of the Llama architecture as a GGUF file, for llama.cpp and what is built on it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readDecoderSpec, type DecoderSpec } from '../../src/models/convert/architecture.ts';
import { openSafetensors, type Checkpoint } from '../../src/models/convert/safetensors.ts';
import { writeGguf, type GgufTensor, type GgufType, type GgufValue } from './gguf-file.ts';

interface TokenizerFile {
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: readonly (string | readonly [string, string])[] };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** llama.cpp's kinds of tokens. */
const NORMAL = 1;
const CONTROL = 3;
const UNUSED = 5;

/** Writes `file` from config.json, tokenizer.json and model.safetensors. Norms stay float32. */
export async function convertToGguf(folder: string, file: string, type: Exclude<GgufType, 'f32'>): Promise<void> {
  const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const tokenizer = JSON.parse(await readFile(path.join(folder, 'tokenizer.json'), 'utf8')) as TokenizerFile;
  const spec = readDecoderSpec(config, path.join(folder, 'config.json'));
  const checkpoint = await openSafetensors(path.join(folder, 'model.safetensors'));
  try {
    await writeGguf(file, { ...architecture(spec, config, path.basename(folder), type), ...vocabulary(spec, tokenizer, config) }, tensors(spec, checkpoint, type));
  } finally {
    await checkpoint.close();
  }
}

const u32 = (value: number): GgufValue => ({ type: 'u32', value });
const f32 = (value: number): GgufValue => ({ type: 'f32', value });
const string = (value: string): GgufValue => ({ type: 'string', value });

function architecture(spec: DecoderSpec, config: Readonly<Record<string, unknown>>, name: string, type: GgufType): Record<string, GgufValue> {
  return {
    'general.architecture': string('llama'),
    'general.name': string(name),
    'general.file_type': u32(type === 'f16' ? 1 : 7),
    'llama.context_length': u32(spec.context),
    'llama.embedding_length': u32(spec.hidden),
    'llama.block_count': u32(spec.layers),
    'llama.feed_forward_length': u32(spec.feedForward),
    'llama.attention.head_count': u32(spec.heads),
    'llama.attention.head_count_kv': u32(spec.kvHeads),
    'llama.attention.key_length': u32(spec.headDim),
    'llama.attention.value_length': u32(spec.headDim),
    'llama.attention.layer_norm_rms_epsilon': f32(spec.normEpsilon),
    'llama.rope.dimension_count': u32(spec.headDim),
    'llama.rope.freq_base': f32(typeof config['rope_theta'] === 'number' ? config['rope_theta'] : 10_000),
    'llama.vocab_size': u32(spec.vocabulary),
  };
}

/** Byte-level BPE with Qwen2's way of cutting a text into words. */
function vocabulary(spec: DecoderSpec, tokenizer: TokenizerFile, config: Readonly<Record<string, unknown>>): Record<string, GgufValue> {
  const names = new Map(Object.entries(tokenizer.model.vocab).map(([token, id]) => [id, token]));
  const special = new Map(tokenizer.added_tokens.map(({ id, content }) => [id, content]));
  const ids = Array.from({ length: spec.vocabulary }, (_, id) => id);
  const padding = config['pad_token_id'];
  return {
    'tokenizer.ggml.model': string('gpt2'),
    'tokenizer.ggml.pre': string('qwen2'),
    'tokenizer.ggml.tokens': { type: 'strings', value: ids.map((id) => special.get(id) ?? names.get(id) ?? `[PAD${id}]`) },
    'tokenizer.ggml.token_type': { type: 'i32s', value: ids.map((id) => (special.has(id) ? CONTROL : names.has(id) ? NORMAL : UNUSED)) },
    'tokenizer.ggml.merges': { type: 'strings', value: tokenizer.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))) },
    'tokenizer.ggml.eos_token_id': u32(spec.endTokens[0] ?? 0),
    ...(typeof padding === 'number' ? { 'tokenizer.ggml.padding_token_id': u32(padding) } : {}),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
  };
}

function tensors(spec: DecoderSpec, checkpoint: Checkpoint, type: GgufType): GgufTensor[] {
  const { hidden, feedForward, heads, kvHeads, headDim } = spec;
  const matrix = (name: string, source: string, rows: number, columns: number, permuteHeads?: number): GgufTensor => ({
    name: `${name}.weight`,
    shape: [rows, columns],
    type,
    values: async () => {
      const values = await checkpoint.read(`${source}.weight`);
      return permuteHeads === undefined ? values : interleaveHalves(values, permuteHeads, headDim, columns);
    },
  });
  const norm = (name: string, source: string): GgufTensor => ({ name: `${name}.weight`, shape: [hidden], type: 'f32', values: () => checkpoint.read(`${source}.weight`) });
  const list = [matrix('token_embd', 'model.embed_tokens', spec.vocabulary, hidden), norm('output_norm', 'model.norm')];
  if (!spec.tiedHead) list.push(matrix('output', 'lm_head', spec.vocabulary, hidden));
  for (let layer = 0; layer < spec.layers; layer++) {
    const from = `model.layers.${layer}`;
    const to = `blk.${layer}`;
    list.push(
      norm(`${to}.attn_norm`, `${from}.input_layernorm`),
      norm(`${to}.ffn_norm`, `${from}.post_attention_layernorm`),
      matrix(`${to}.attn_q`, `${from}.self_attn.q_proj`, heads * headDim, hidden, heads),
      matrix(`${to}.attn_k`, `${from}.self_attn.k_proj`, kvHeads * headDim, hidden, kvHeads),
      matrix(`${to}.attn_v`, `${from}.self_attn.v_proj`, kvHeads * headDim, hidden),
      matrix(`${to}.attn_output`, `${from}.self_attn.o_proj`, hidden, heads * headDim),
      matrix(`${to}.ffn_gate`, `${from}.mlp.gate_proj`, feedForward, hidden),
      matrix(`${to}.ffn_up`, `${from}.mlp.up_proj`, feedForward, hidden),
      matrix(`${to}.ffn_down`, `${from}.mlp.down_proj`, hidden, feedForward),
    );
  }
  return list;
}

/** llama.cpp rotates neighbouring pairs of a head, Hugging Face pairs across its two halves: the rows change places. */
function interleaveHalves(values: Float32Array, heads: number, headDim: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < heads * headDim; row++) {
    const inHead = row % headDim;
    const source = row - inHead + (inHead % 2) * (headDim / 2) + (inHead >> 1);
    out.set(values.subarray(source * columns, (source + 1) * columns), row * columns);
  }
  return out;
}
