import { StepscopeError } from '../../core/result.ts';
import { createConfigReader, type ConfigReader, type Json } from './config-reader.ts';
import { readRotary, type RotarySpec } from './rotary-settings.ts';

/** model_type of a Hugging Face config.json, and what sets the family apart from Llama. */
const FAMILIES = {
  llama: {},
  mistral: {},
  qwen2: { qkvBias: true },
  qwen3: { queryKeyNorm: true },
  phi3: { fusedProjections: true },
  gemma3_text: { queryKeyNorm: true, normOffset: 1, sandwichNorms: true, scaledEmbedding: true, tiedByDefault: true },
} as const satisfies Readonly<Record<string, FamilyTraits>>;

export type Architecture = keyof typeof FAMILIES;

interface FamilyTraits {
  readonly qkvBias?: boolean;
  readonly queryKeyNorm?: boolean;
  readonly fusedProjections?: boolean;
  readonly normOffset?: number;
  readonly sandwichNorms?: boolean;
  readonly scaledEmbedding?: boolean;
  readonly tiedByDefault?: boolean;
}

/** What the graph needs to know of a decoder, in units of elements. */
export interface DecoderSpec {
  readonly architecture: Architecture;
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
  /** Added to each norm's weight: Gemma stores w for a norm that multiplies by 1 + w. */
  readonly normOffset: number;
  /** Norms after attention and after the feed-forward part, before each is added (Gemma 3). */
  readonly sandwichNorms: boolean;
  /** RMS norm of each head's query and key before the rotary embedding (Qwen 3, Gemma 3). */
  readonly queryKeyNorm: boolean;
  /** Biases of the query, key and value projections; of the attention's output projection. */
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  /** One stored tensor for q, k, v and one for gate, up (Phi 3). */
  readonly fusedProjections: boolean;
  readonly activation: 'silu' | 'gelu-tanh';
  /** Multiplies query-key products. */
  readonly attentionScale: number;
  /** Multiplies token embeddings; 1 for all but Gemma. */
  readonly embeddingScale: number;
  /** Logits become cap * tanh(logits / cap). */
  readonly logitSoftcap: number | undefined;
  /** Sliding-window attention: a row sees itself and the `size` - 1 positions before it, in these layers. */
  readonly window: { readonly size: number; readonly layers: readonly number[] } | undefined;
  /** Rotary embedding of full layers, and of sliding ones. */
  readonly rotary: { readonly full: RotarySpec; readonly sliding: RotarySpec };
  readonly tiedHead: boolean;
  /** Tokens that end a generation. */
  readonly endTokens: readonly number[];
}

/**
 * Reads a Hugging Face config.json. Throws StepscopeError `model-invalid` with one sentence for an
 * architecture or a setting that the graph does not have, rather than convert it wrongly.
 */
export function readDecoderSpec(config: Json, file: string, generation: Json = {}): DecoderSpec {
  const refuse = (what: string) => new StepscopeError('model-invalid', `${file}: ${what}`);
  const architecture = readArchitecture(config, refuse);
  const traits: FamilyTraits = FAMILIES[architecture];
  const read = createConfigReader(config, refuse);
  refuseUnsupported(config, refuse);
  const heads = read.count('num_attention_heads');
  const kvHeads = read.count('num_key_value_heads', heads);
  const hidden = read.count('hidden_size');
  const headDim = read.count('head_dim', hidden / heads);
  const layers = read.count('num_hidden_layers');
  const context = read.count('max_position_embeddings');
  if (heads % kvHeads !== 0) throw refuse(`num_attention_heads (${heads}) is no multiple of num_key_value_heads (${kvHeads}).`);
  if (headDim % 2 !== 0) throw refuse(`head_dim (${headDim}) is odd.`);
  const attentionBias = config['attention_bias'] === true;
  return {
    architecture,
    hidden,
    layers,
    heads,
    kvHeads,
    headDim,
    feedForward: read.count('intermediate_size'),
    vocabulary: read.count('vocab_size'),
    context,
    normEpsilon: read.real('rms_norm_eps', 1e-6),
    normOffset: traits.normOffset ?? 0,
    sandwichNorms: traits.sandwichNorms ?? false,
    queryKeyNorm: traits.queryKeyNorm ?? false,
    qkvBias: traits.qkvBias === true || attentionBias,
    outputBias: attentionBias,
    fusedProjections: traits.fusedProjections ?? false,
    activation: readActivation(config, refuse),
    attentionScale: read.real('query_pre_attn_scalar', headDim) ** -0.5,
    embeddingScale: traits.scaledEmbedding === true ? Math.sqrt(hidden) : 1,
    logitSoftcap: config['final_logit_softcapping'] == null ? undefined : read.real('final_logit_softcapping'),
    window: readWindow(config, read, architecture, layers, context),
    rotary: readRotary(config, read, headDim),
    tiedHead: config['tie_word_embeddings'] === undefined ? traits.tiedByDefault === true : config['tie_word_embeddings'] === true,
    endTokens: endTokens(generation['eos_token_id'] ?? config['eos_token_id'], refuse),
  };
}

type Refuse = (what: string) => StepscopeError;

function readArchitecture(config: Json, refuse: Refuse): Architecture {
  const type = config['model_type'];
  if (typeof type !== 'string' || !Object.hasOwn(FAMILIES, type)) {
    throw refuse(`model_type ${JSON.stringify(type)} cannot be converted; supported: ${Object.keys(FAMILIES).join(', ')}.`);
  }
  return type as Architecture;
}

/** Settings that would change the numbers and that the graph does not have. */
function refuseUnsupported(config: Json, refuse: Refuse): void {
  if (config['mlp_bias'] === true) throw refuse('mlp_bias is not supported.');
  if (config['use_bidirectional_attention'] === true) throw refuse('use_bidirectional_attention is not supported: the graph is a causal decoder.');
  if (config['attn_logit_softcapping'] != null) throw refuse('attn_logit_softcapping is not supported.');
  if (config['quantization_config'] != null) throw refuse('quantization_config is not supported: convert the checkpoint in 16 or 32 bits that it was made from.');
}

function readActivation(config: Json, refuse: Refuse): DecoderSpec['activation'] {
  const name = config['hidden_activation'] ?? config['hidden_act'] ?? 'silu';
  if (name === 'silu') return 'silu';
  if (name === 'gelu_pytorch_tanh') return 'gelu-tanh';
  throw refuse(`hidden_act ${JSON.stringify(name)} is not supported; supported: silu, gelu_pytorch_tanh.`);
}

/** Current configs name each layer's kind in layer_types; older ones give a rule by family. */
function readWindow(config: Json, read: ConfigReader, architecture: Architecture, layers: number, context: number): DecoderSpec['window'] {
  if (config['sliding_window'] == null || config['use_sliding_window'] === false) return undefined;
  const size = read.count('sliding_window');
  const sliding = layerRule(config, read, architecture, layers);
  const list = Array.from({ length: layers }, (_, layer) => layer).filter(sliding);
  // A window that holds the whole context hides nothing.
  return size >= context || list.length === 0 ? undefined : { size, layers: list };
}

function layerRule(config: Json, read: ConfigReader, architecture: Architecture, layers: number): (layer: number) => boolean {
  const types = config['layer_types'];
  if (types != null) {
    const known = ['sliding_attention', 'full_attention'];
    if (!Array.isArray(types) || types.length !== layers || !types.every((type) => known.includes(type as string))) {
      throw read.refuse(`layer_types is not one of ${known.join(', ')} for each of the ${layers} layers.`);
    }
    return (layer) => types[layer] === 'sliding_attention';
  }
  switch (architecture) {
    case 'gemma3_text': {
      const pattern = read.count('sliding_window_pattern', read.count('_sliding_window_pattern', 6));
      return (layer) => (layer + 1) % pattern !== 0;
    }
    case 'qwen2':
    case 'qwen3': {
      // Off unless it is asked for, and then from this layer on.
      const from = config['use_sliding_window'] === true ? read.real('max_window_layers', layers) : layers;
      return (layer) => layer >= from;
    }
    case 'llama':
      return () => false;
    case 'mistral':
    case 'phi3':
      return () => true;
  }
}

function endTokens(value: unknown, refuse: Refuse): number[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((id) => Number.isSafeInteger(id) && (id as number) >= 0)) throw refuse('eos_token_id is missing: a generation could not end.');
  return list as number[];
}
