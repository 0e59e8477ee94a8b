import type { DecoderSpec } from './architecture.ts';
import { attention, type LayerMasks } from './attention.ts';
import { feedForward } from './feed-forward.ts';
import { createGraphContext, type GraphContext } from './graph-context.ts';
import { wholeTensor } from './matrix.ts';
import { addAndNormalize, normalize, normWeight } from './norms.ts';
import type { OnnxWriter, Value } from './onnx-writer.ts';
import { outputProjection, queryKeyValue } from './projections.ts';
import { rotaryTables, type RotaryTables } from './rotary.ts';
import { embeddingAndHead, type WeightContext } from './weights.ts';

/** The layout of inputs and outputs below. A change of it is a new version: the engine refuses what it does not know. */
export const GRAPH_VERSION = 'segments-1';

/**
 * `inspect` has the inputs and outputs of Taps in addition. A graph of its own over the same weights (90 kB more on disk),
 * since onnxruntime computes every output, asked for or not: over nine interleaved rounds with nothing tapped but one row,
 * a token alone took 1.10 times as long, eight at once 1.18 times, a prefill of 256 tokens 1.08 times (reasoner, 8-bit,
 * 2 cores; bench forward-passes). So the graph that generates stays as it is.
 */
export type GraphKind = 'plain' | 'inspect';

/**
 * Builds the decoder as a graph whose KV cache belongs to the caller. R tokens ("rows") go in at once; each attends to
 * three segments, joined before the softmax:
 *
 *   trunk  past_k.i, past_v.i  [n, kvHeads, headDim]     shared by all rows (prompts; a prefix tree laid out flat)
 *   own    own_k.i, own_v.i    [m, R, kvHeads, headDim]  one column a row, in lock step (each sample's continuation)
 *   self   the R rows themselves
 *
 * Who sees whom is said by additive masks: mask_trunk [R|1, 1, n|1], mask_own [R|1, 1, m|1], mask_self [R, 1, R].
 * Models with sliding-window layers have a second set for those, window_trunk, window_own, window_self: the graph knows
 * no positions of keys, so the caller, who does, narrows the masks.
 * Outputs: `logits` [1, q, vocabulary] for the q positions asked for in `rows`, and `kv_new`
 * [2 * layers, R, kvHeads * headDim], the new rows' keys and values in turn, for the caller to append.
 *
 * Why not GroupQueryAttention with a cache input: onnxruntime-node copies each fetched output, so a cache that travels
 * costs 2 ms a token at 512 tokens of context. Passed as views and never fetched, it costs nothing.
 * A segment of length zero kills FusedMatMul's process, so n and m are at least 1 (one masked row).
 */
export async function buildDecoderGraph(weights: WeightContext, spec: DecoderSpec, kind: GraphKind): Promise<void> {
  const graph = createGraphContext(weights, spec, kind === 'inspect');
  const { writer, taps } = graph;
  const { hidden, layers, kvHeads, headDim } = spec;
  const head = spec.tiedHead ? undefined : wholeTensor('lm_head.weight', spec.vocabulary, hidden);
  const embedding = await embeddingAndHead(graph, wholeTensor('model.embed_tokens.weight', spec.vocabulary, hidden), head);
  const kinds = await layerKinds(graph);

  const embedded = embedding.embed('input_ids');
  let residual = spec.embeddingScale === 1 ? embedded : writer.node('Mul', [embedded, writer.scalar(spec.embeddingScale)]);
  let x = normalize(graph, residual, await normWeight(graph, 'model.layers.0.input_layernorm.weight', hidden));
  const keysAndValues: Value[] = [];
  taps?.hidden(residual);
  for (let layer = 0; layer < layers; layer++) {
    const norm = async (name: string) => normWeight(graph, `model.layers.${layer}.${name}.weight`, hidden);
    const { tables, masks } = kinds(layer);
    const { attended, keys, values } = await attention(graph, await queryKeyValue(graph, x, layer), tables, masks, layer);
    keysAndValues.push(keys, values);
    let change = await outputProjection(graph, attended, layer);
    if (spec.sandwichNorms) change = normalize(graph, change, await norm('post_attention_layernorm'));
    [x, residual] = addAndNormalize(graph, change, residual, await norm(spec.sandwichNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'));
    change = await feedForward(graph, x, layer);
    if (spec.sandwichNorms) change = normalize(graph, change, await norm('post_feedforward_layernorm'));
    const next = layer + 1 === layers ? 'model.norm.weight' : `model.layers.${layer + 1}.input_layernorm.weight`;
    [x, residual] = addAndNormalize(graph, change, residual, await normWeight(graph, next, hidden));
    taps?.hidden(residual);
  }
  writer.name(writer.node('Concat', keysAndValues, { axis: 0 }), 'kv_new');
  writer.output('kv_new', 'float', [2 * layers, 'R', kvHeads * headDim]);
  const asked = taps === undefined ? writer.node('Gather', [x, writer.input('rows', 'int64', ['q'])], { axis: 1 }) : normalize(graph, taps.finish(), 'model.norm.weight');
  writer.name(softcap(graph, embedding.head(asked)), 'logits');
  writer.output('logits', 'float', [1, 'q', spec.vocabulary]);
}

/** Declares the masks, writes the rotary tables, and says which of them a layer uses. */
async function layerKinds(graph: GraphContext): Promise<(layer: number) => { readonly tables: RotaryTables; readonly masks: LayerMasks }> {
  const { writer, spec, taps } = graph;
  const { window } = spec;
  const isSliding = (layer: number) => window?.layers.includes(layer) === true;
  const full = await rotaryTables(graph, spec.rotary.full, '');
  const sliding = window === undefined || spec.rotary.sliding === spec.rotary.full ? full : await rotaryTables(graph, spec.rotary.sliding, '_sliding');
  const masksOf = taps?.masks ?? sharedMasks(writer, isSliding, window !== undefined);
  return (layer) => ({ tables: isSliding(layer) ? sliding : full, masks: masksOf(layer) });
}

function sharedMasks(writer: OnnxWriter, isSliding: (layer: number) => boolean, hasWindow: boolean): (layer: number) => LayerMasks {
  const full = maskInputs(writer, 'mask');
  const sliding = hasWindow ? maskInputs(writer, 'window') : full;
  return (layer) => (isSliding(layer) ? sliding : full);
}

function maskInputs(writer: OnnxWriter, prefix: string): LayerMasks {
  return {
    trunk: writer.input(`${prefix}_trunk`, 'float', [`R_${prefix}_trunk`, 1, `n_${prefix}`]),
    own: writer.input(`${prefix}_own`, 'float', [`R_${prefix}_own`, 1, `m_${prefix}`]),
    self: writer.input(`${prefix}_self`, 'float', ['R', 1, 'R']),
  };
}

function softcap({ writer, spec }: GraphContext, logits: Value): Value {
  if (spec.logitSoftcap === undefined) return logits;
  const cap = writer.scalar(spec.logitSoftcap);
  return writer.node('Mul', [writer.node('Tanh', [writer.node('Div', [logits, cap])]), cap]);
}
