import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../../src/core/random.ts';

const CONFIG = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  vocab_size: 8192,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  rope_theta: 10000,
  rms_norm_eps: 1e-6,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
  eos_token_id: 2,
};

/** Tensor shapes by Hugging Face name. */
function shapes(vocabulary: number): Record<string, readonly number[]> {
  const { hidden_size: hidden, intermediate_size: inner, head_dim: head } = CONFIG;
  const all: Record<string, readonly number[]> = { 'model.embed_tokens.weight': [vocabulary, hidden], 'model.norm.weight': [hidden] };
  for (let layer = 0; layer < CONFIG.num_hidden_layers; layer++) {
    const add = (name: string, shape: readonly number[]) => (all[`model.layers.${layer}.${name}.weight`] = shape);
    add('input_layernorm', [hidden]);
    add('post_attention_layernorm', [hidden]);
    add('self_attn.q_proj', [CONFIG.num_attention_heads * head, hidden]);
    add('self_attn.k_proj', [CONFIG.num_key_value_heads * head, hidden]);
    add('self_attn.v_proj', [CONFIG.num_key_value_heads * head, hidden]);
    add('self_attn.o_proj', [hidden, CONFIG.num_attention_heads * head]);
    add('mlp.gate_proj', [inner, hidden]);
    add('mlp.up_proj', [inner, hidden]);
    add('mlp.down_proj', [hidden, inner]);
  }
  return all;
}

/** Writes a random Llama checkpoint of at most 1 MB with the given tokenizer: real in every way but what it says. */
export function writeTinyCheckpoint(folder: string, tokenizerFile: string, vocabulary = CONFIG.vocab_size): void {
  mkdirSync(folder, { recursive: true });
  const random = createRandom(1, 0);
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, shape] of Object.entries(shapes(vocabulary))) {
    const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => (shape.length === 1 ? 1 : (random() - 0.5) * 0.2));
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    parts.push(Buffer.from(data.buffer));
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path.join(folder, 'model.safetensors'), Buffer.concat([length, json, ...parts]));
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ ...CONFIG, vocab_size: vocabulary }));
  copyFileSync(tokenizerFile, path.join(folder, 'tokenizer.json'));
}
