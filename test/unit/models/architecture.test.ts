import assert from 'node:assert/strict';
import { StepscopeError } from '../../../src/core/result.ts';
import { readDecoderSpec } from '../../../src/models/convert/architecture.ts';

const BASE = {
  model_type: 'llama',
  vocab_size: 512,
  hidden_size: 64,
  intermediate_size: 160,
  num_hidden_layers: 12,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 8192,
  eos_token_id: 2,
};
const read = (changes: object, generation = {}) => readDecoderSpec({ ...BASE, ...changes }, 'config.json', generation);
const all = Array.from({ length: 12 }, (_, layer) => layer);

describe('architecture settings', () => {
  it('takes the rotary base from where each generation of configs keeps it', () => {
    const step = (changes: object) => read(changes).rotary.full.frequencies[1];
    const expected = Math.fround(500_000 ** (-2 / 16));
    assert.equal(step({ rope_theta: 500_000 }), expected);
    assert.equal(step({ rope_parameters: { rope_type: 'default', rope_theta: 500_000 } }), expected);
    assert.equal(step({ rope_theta: 500_000, rope_scaling: { type: 'linear', factor: 4 } }), Math.fround(500_000 ** (-2 / 16) / 4));
  });

  it('slows only the slow frequencies of Llama 3, by the factor', () => {
    const scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 };
    const plain = read({}).rotary.full.frequencies;
    const scaled = read({ rope_theta: 10_000, rope_scaling: scaling }).rotary.full.frequencies;
    assert.equal(scaled[0], plain[0]);
    assert.equal(scaled[7], Math.fround(10_000 ** (-14 / 16) / 8));
  });

  it('gives Gemma 3 two rotary bases and its layers by name or by the older pattern', () => {
    const gemma = { model_type: 'gemma3_text', hidden_activation: 'gelu_pytorch_tanh', sliding_window: 512, query_pre_attn_scalar: 256, head_dim: 32 };
    const older = read({ ...gemma, rope_theta: 1_000_000, rope_local_base_freq: 10_000, rope_scaling: { rope_type: 'linear', factor: 8 }, sliding_window_pattern: 6 });
    assert.deepEqual(older.window, { size: 512, layers: all.filter((layer) => layer !== 5 && layer !== 11) });
    const newer = read({
      ...gemma,
      layer_types: all.map((layer) => (layer % 6 === 5 ? 'full_attention' : 'sliding_attention')),
      rope_parameters: { full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1_000_000 }, sliding_attention: { rope_type: 'default', rope_theta: 10_000 } },
    });
    assert.deepEqual(newer.window, older.window);
    assert.deepEqual(newer.rotary, older.rotary);
    assert.notDeepEqual(older.rotary.full, older.rotary.sliding);
    assert.equal(older.attentionScale, 1 / 16);
    assert.equal(older.tiedHead, true);
    assert.equal(read({ ...gemma, final_logit_softcapping: 30 }).logitSoftcap, 30);
  });

  it('knows which layers have a window', () => {
    assert.deepEqual(read({ model_type: 'mistral', sliding_window: 4096 }).window, { size: 4096, layers: all });
    assert.equal(read({ model_type: 'mistral', sliding_window: 8192 }).window, undefined, 'as long as the context');
    assert.equal(read({ model_type: 'mistral', sliding_window: null }).window, undefined);
    assert.equal(read({ model_type: 'qwen2', sliding_window: 1024, max_window_layers: 4 }).window, undefined, 'off by default');
    assert.equal(read({ model_type: 'qwen2', sliding_window: 1024, use_sliding_window: false, max_window_layers: 4 }).window, undefined);
    assert.deepEqual(read({ model_type: 'qwen2', sliding_window: 1024, use_sliding_window: true, max_window_layers: 10 }).window?.layers, [10, 11]);
    assert.deepEqual(read({ model_type: 'phi3', sliding_window: 2047 }).window?.layers.length, 12);
  });

  it('prefers the end tokens of generation_config.json', () => {
    assert.deepEqual(read({}, { eos_token_id: [7, 9] }).endTokens, [7, 9]);
    assert.deepEqual(read({}).endTokens, [2]);
  });

  const refused: readonly (readonly [string, object, RegExp])[] = [
    ['another architecture', { model_type: 'mixtral' }, /model_type "mixtral" cannot be converted; supported: llama, mistral, qwen2, qwen3, phi3, gemma3_text/],
    ['a name of Object.prototype', { model_type: 'toString' }, /model_type "toString"/],
    ['an activation', { hidden_act: 'relu' }, /hidden_act "relu"/],
    ['mlp_bias', { mlp_bias: true }, /mlp_bias/],
    ['attention softcap', { attn_logit_softcapping: 50 }, /attn_logit_softcapping/],
    ['bidirectional attention', { use_bidirectional_attention: true }, /use_bidirectional_attention/],
    ['a quantised checkpoint', { quantization_config: { bits: 4 } }, /quantization_config/],
    ['a RoPE type', { rope_scaling: { type: 'longrope', factor: 4 } }, /RoPE type "longrope"/],
    ['a RoPE type without its factor', { rope_scaling: { rope_type: 'llama3' } }, /RoPE type "llama3": factor is missing/],
    ['an odd number of rotated dimensions', { partial_rotary_factor: 0.2 }, /partial_rotary_factor rotates 3 of 16/],
    ['an odd head', { head_dim: 15 }, /head_dim \(15\) is odd/],
    ['heads that do not divide', { num_key_value_heads: 3 }, /num_attention_heads \(4\) is no multiple/],
    ['unknown layer types', { sliding_window: 8, layer_types: all.map(() => 'linear_attention') }, /layer_types/],
    ['too few layer types', { sliding_window: 8, layer_types: ['full_attention'] }, /layer_types/],
    ['no end token', { eos_token_id: null }, /eos_token_id is missing/],
    ['a missing size', { hidden_size: undefined }, /hidden_size is missing/],
  ];
  for (const [what, changes, message] of refused) {
    it(`refuses ${what} with one sentence that names the setting`, () => {
      assert.throws(() => read(changes), (error: unknown) => error instanceof StepscopeError && message.test(error.message) && error.message.startsWith('config.json: ') && !error.message.includes('\n'));
    });
  }
});
