import { onnx } from 'onnx-proto';
import { StepscopeError } from '../../../core/result.ts';
import { printable } from '../printable.ts';
import type { GraphFile, GraphValue } from './graph-file.ts';

export type IntegerType = 'int64' | 'int32';
export type FloatType = 'float32' | 'float16' | 'float64';

/** Keys or values of one layer: [rows, heads, positions, size] in and, one position a new token longer, out. */
export interface CacheTensor {
  readonly past: string;
  readonly present: string;
  readonly heads: number;
  readonly size: number;
}

/** How a foreign decoder graph wants its inputs, read from their names, types and shapes. */
export interface GraphLayout {
  readonly ids: IntegerType;
  /** undefined: the graph has no such input. */
  readonly mask: IntegerType | undefined;
  readonly positions: IntegerType | undefined;
  /** `use_cache_branch` of a merged decoder: false for a pass without a past. */
  readonly cacheSwitch: boolean;
  /** `num_logits_to_keep` or `logits_to_keep`: how many last positions get logits; as an array of one, or as a scalar. */
  readonly logitCount: { readonly name: string; readonly dims: readonly number[]; readonly type: IntegerType } | undefined;
  readonly cacheType: 'float32' | 'float16';
  /** Keys and values of each layer in turn; empty for a graph without a cache. */
  readonly cache: readonly CacheTensor[];
  /** A graph for exactly one row. */
  readonly oneRow: boolean;
  /** Size of the vocabulary, where the graph says it. */
  readonly vocabulary: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const TYPE_NAMES: Readonly<Record<number, string>> = { 1: 'float32', 6: 'int32', 7: 'int64', 9: 'bool', 10: 'float16', 11: 'float64', 16: 'bfloat16' };
const PAST = /^past_key_values\.(\d+)\.(key|value)$/;
const LOGIT_COUNTS = ['num_logits_to_keep', 'logits_to_keep'];

/** Inputs of graphs that are something else than a decoder of text, and what they are. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^encoder_hidden_states$|^encoder_attention_mask$|\.encoder\.(key|value)$|^decoder_input_ids$/, 'it is the decoder of an encoder-decoder model; only decoders that stand alone can be run'],
  [/^pixel_values$|^image_/, 'it reads images; only decoders of text can be run'],
  [/^input_features$|^input_values$|^audio_/, 'it reads sound; only decoders of text can be run'],
  [/^inputs_embeds$/, 'it takes embeddings instead of tokens, as a part of a larger model does; only whole decoders of text can be run'],
];

/**
 * The layout of a decoder graph. `config` helps where a cache shape has no numbers. Throws `model-invalid` with one sentence
 * that names what the graph has or lacks.
 */
export function readLayout(graph: GraphFile, config: Json, label: string): GraphLayout {
  const refuse = (what: string) => new StepscopeError('model-invalid', `${label} cannot be run: ${what}.`);
  for (const [pattern, what] of OTHER_KINDS) {
    const found = graph.inputs.find(({ name }) => pattern.test(name));
    if (found !== undefined) throw refuse(`it has an input ${printable(found.name)}: ${what}`);
  }
  const input = (name: string) => graph.inputs.find((value) => value.name === name);
  const ids = input('input_ids');
  if (ids === undefined) throw refuse(`it has no input input_ids (it has ${listed(graph.inputs)}), so it is no language model's decoder`);
  const logits = graph.outputs.find(({ name }) => name === 'logits');
  if (logits === undefined) throw refuse(`it gives no logits (it gives ${listed(graph.outputs)}); export it for text generation (optimum: --task text-generation-with-past)`);
  if (logits.shape.length !== 3) throw refuse(`its logits have ${logits.shape.length} dimensions instead of [batch, position, vocabulary], as those of a classifier do`);
  floatType(logits, refuse);
  const [batch, sequence] = ids.shape;
  if (typeof sequence === 'number') throw refuse(`it reads exactly ${sequence} tokens at a time; export it with a dynamic sequence length`);
  if (typeof batch === 'number' && batch !== 1) throw refuse(`it reads exactly ${batch} texts at a time; export it with a dynamic batch size`);
  const count = graph.inputs.find(({ name }) => LOGIT_COUNTS.includes(name));
  const cache = cacheTensors(graph, config, refuse);
  const known = new Set(['input_ids', 'attention_mask', 'position_ids', 'use_cache_branch', count?.name, ...cache.map(({ past }) => past)]);
  const foreign = graph.inputs.filter(({ name }) => !known.has(name));
  if (foreign.length > 0) throw refuse(`it needs ${listed(foreign)}, which Stepscope does not know`);
  const vocabulary = logits.shape[2];
  return {
    ids: integerType(ids, refuse),
    mask: twoDimensional(input('attention_mask'), refuse),
    positions: twoDimensional(input('position_ids'), refuse),
    cacheSwitch: input('use_cache_branch') !== undefined,
    logitCount: count === undefined ? undefined : { name: count.name, dims: count.shape.map(() => 1), type: integerType(count, refuse) },
    ...cacheTypeOf(graph, cache, refuse),
    cache,
    oneRow: batch === 1,
    vocabulary: typeof vocabulary === 'number' ? vocabulary : undefined,
  };
}

type Refuse = (what: string) => StepscopeError;

function cacheTensors(graph: GraphFile, config: Json, refuse: Refuse): CacheTensor[] {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const found = graph.inputs.flatMap((value) => {
    const match = PAST.exec(value.name);
    return match === null ? [] : [{ value, layer: Number(match[1]), kind: match[2] ?? '' }];
  });
  found.sort((a, b) => a.layer - b.layer || a.kind.localeCompare(b.kind));
  return found.map(({ value, layer, kind }) => {
    const present = `present.${layer}.${kind}`;
    if (!outputs.has(present)) throw refuse(`it takes ${value.name} and does not give ${present}`);
    if (value.shape.length !== 4) throw refuse(`${value.name} has ${value.shape.length} dimensions instead of [batch, heads, positions, size]`);
    const heads = sizeOf(value.shape[1]) ?? headsOf(config);
    const size = sizeOf(value.shape[3]) ?? headSizeOf(config);
    if (heads === undefined || size === undefined) throw refuse(`neither the graph nor config.json says how large ${value.name} is (num_key_value_heads, head_dim)`);
    return { past: value.name, present, heads, size };
  });
}

function sizeOf(dimension: unknown): number | undefined {
  return typeof dimension === 'number' && Number.isSafeInteger(dimension) && dimension > 0 ? dimension : undefined;
}

function headsOf(config: Json): number | undefined {
  return sizeOf(config['num_key_value_heads']) ?? sizeOf(config['num_attention_heads']) ?? sizeOf(config['n_head']);
}

function headSizeOf(config: Json): number | undefined {
  const heads = sizeOf(config['num_attention_heads']) ?? sizeOf(config['n_head']);
  const width = sizeOf(config['hidden_size']) ?? sizeOf(config['n_embd']);
  return sizeOf(config['head_dim']) ?? (heads === undefined || width === undefined ? undefined : sizeOf(width / heads));
}

function cacheTypeOf(graph: GraphFile, cache: readonly CacheTensor[], refuse: Refuse): Pick<GraphLayout, 'cacheType'> {
  const types = new Set(graph.inputs.filter(({ name }) => cache.some(({ past }) => past === name)).map((value) => floatType(value, refuse)));
  const [type = 'float32', other] = types;
  if (other !== undefined || type === 'float64') throw refuse(`its cache is ${[...types].join(' and ')}; float32 or float16 can be run`);
  return { cacheType: type };
}

function floatType(value: GraphValue, refuse: Refuse): FloatType {
  const type = TYPE_NAMES[value.type];
  if (type === 'float32' || type === 'float16' || type === 'float64') return type;
  throw refuse(`${value.name} is ${type ?? typeName(value.type)}; float32 and float16 can be run`);
}

function integerType(value: GraphValue, refuse: Refuse): IntegerType {
  const type = TYPE_NAMES[value.type];
  if (type === 'int64' || type === 'int32') return type;
  throw refuse(`${value.name} is ${type ?? typeName(value.type)} instead of int64`);
}

function twoDimensional(value: GraphValue | undefined, refuse: Refuse): IntegerType | undefined {
  if (value === undefined) return undefined;
  if (value.shape.length !== 2) throw refuse(`${value.name} has ${value.shape.length} dimensions instead of [batch, position]`);
  return integerType(value, refuse);
}

function typeName(type: number): string {
  const names: Readonly<Record<number, string | undefined>> = onnx.TensorProto.DataType;
  return names[type]?.toLowerCase() ?? `type ${type}`;
}

function listed(values: readonly GraphValue[]): string {
  const names = values.map(({ name }) => printable(name));
  return names.length === 0 ? 'none' : names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}
