import { StepscopeError } from '../../core/result.ts';

/** What the graph needs to know of a decoder, in units of elements. */
export interface DecoderSpec {
  readonly architecture: 'llama';
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  /** Longest sequence, in tokens. */
  readonly context: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  readonly tiedHead: boolean;
  /** Tokens that end a generation. */
  readonly endTokens: readonly number[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a Hugging Face config.json. Throws StepscopeError `model-invalid` with one sentence for an
 * architecture or a setting that the graph does not have, rather than convert it wrongly.
 */
export function readDecoderSpec(config: Json, file: string): DecoderSpec {
  const refuse = (what: string) => new StepscopeError('model-invalid', `${file}: ${what}`);
  const architecture = config['model_type'];
  if (architecture !== 'llama') throw refuse(`model_type ${JSON.stringify(architecture)} cannot be converted; supported: llama.`);
  const count = (key: string, fallback?: number): number => {
    const value = config[key] ?? fallback;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw refuse(`${key} is missing or no positive integer.`);
    return value;
  };
  const real = (key: string, fallback: number): number => {
    const value = config[key] ?? fallback;
    if (typeof value !== 'number' || !(value > 0)) throw refuse(`${key} is no positive number.`);
    return value;
  };
  if (config['attention_bias'] === true || config['mlp_bias'] === true) throw refuse('attention_bias and mlp_bias are not supported for llama.');
  if ((config['hidden_act'] ?? 'silu') !== 'silu') throw refuse(`hidden_act ${JSON.stringify(config['hidden_act'])} is not supported; supported: silu.`);
  const heads = count('num_attention_heads');
  const kvHeads = count('num_key_value_heads', heads);
  const hidden = count('hidden_size');
  const headDim = count('head_dim', hidden / heads);
  if (heads % kvHeads !== 0) throw refuse(`num_attention_heads (${heads}) is no multiple of num_key_value_heads (${kvHeads}).`);
  if (headDim % 2 !== 0) throw refuse(`head_dim (${headDim}) is odd.`);
  return {
    architecture,
    hidden,
    layers: count('num_hidden_layers'),
    heads,
    kvHeads,
    headDim,
    feedForward: count('intermediate_size'),
    vocabulary: count('vocab_size'),
    context: count('max_position_embeddings'),
    normEpsilon: real('rms_norm_eps', 1e-6),
    ropeTheta: ropeTheta(config, real, refuse),
    tiedHead: config['tie_word_embeddings'] === true,
    endTokens: endTokens(config['eos_token_id'], refuse),
  };
}

/** Current configs keep the base in rope_parameters, older ones at the top level. */
function ropeTheta(config: Json, real: (key: string, fallback: number) => number, refuse: (what: string) => StepscopeError): number {
  const parameters = (config['rope_parameters'] ?? config['rope_scaling']) as Json | null | undefined;
  const type = parameters?.['rope_type'] ?? parameters?.['type'] ?? 'default';
  if (type !== 'default') throw refuse(`RoPE type ${JSON.stringify(type)} is not supported; supported: default.`);
  const nested = parameters?.['rope_theta'];
  return typeof nested === 'number' ? nested : real('rope_theta', 10_000);
}

function endTokens(value: unknown, refuse: (what: string) => StepscopeError): number[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((id) => Number.isSafeInteger(id) && (id as number) >= 0)) throw refuse('eos_token_id is missing: a generation could not end.');
  return list as number[];
}
