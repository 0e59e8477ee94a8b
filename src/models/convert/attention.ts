import type { GraphContext } from './graph-context.ts';
import { readNorm, normalize } from './norms.ts';
import { CONTRIB, type OnnxWriter, type Value } from './onnx-writer.ts';
import { rotate, type RotaryTables } from './rotary.ts';

/** The additive masks of one layer, one a segment. */
export interface LayerMasks {
  readonly trunk: Value;
  readonly own: Value;
  readonly self: Value;
}

export interface AttentionOutput {
  /** [1, R, heads * headDim], heads in their original order. */
  readonly attended: Value;
  /** The rows' new keys and values, [1, R, kvHeads * headDim] each. */
  readonly keys: Value;
  readonly values: Value;
}

/** Attention of one layer over the three segments, from the fused projections. */
export async function attention(graph: GraphContext, qkv: Value, tables: RotaryTables, masks: LayerMasks, layer: number): Promise<AttentionOutput> {
  const { writer, spec, groups, shapes } = graph;
  const { heads, kvHeads, headDim } = spec;
  const width = kvHeads * headDim;
  const [qk = '', v = ''] = writer.nodes('Split', [qkv, writer.ints((heads + kvHeads) * headDim, width)], 2, { axis: 2 });
  const rotated = rotate(graph, spec.queryKeyNorm ? await normalizeHeads(graph, qk, layer) : qk, heads + kvHeads, tables);
  const [q = '', k = ''] = writer.nodes('Split', [rotated, writer.ints(heads * headDim, width)], 2, { axis: 2 });

  const perHead = writer.ints(-1, kvHeads, headDim);
  const product = { transBatchA: 1, transBatchB: 1, transB: 1, alpha: { float: spec.attentionScale } };
  const multiply = (a: Value, b: Value, attributes = {}) => writer.node('FusedMatMul', [a, b], attributes, CONTRIB);
  const masked = (scores: Value, mask: Value) => writer.node('Add', [scores, mask]);

  const queries = writer.node('Reshape', [q, perHead]);
  const newKeys = writer.node('Reshape', [k, perHead]);
  const newValues = writer.node('Reshape', [v, perHead]);
  const trunkScores = writer.node('Reshape', [multiply(queries, `past_k.${layer}`, product), shapes.scores]);
  const selfScores = writer.node('Reshape', [multiply(queries, newKeys, product), shapes.scores]);

  const ownQueries = writer.node('Reshape', [swapLeading(writer, writer.node('Reshape', [q, writer.ints(-1, groups, kvHeads, headDim)])), writer.ints(groups, -1, headDim)]);
  const ownKeys = writer.node('Reshape', [`own_k.${layer}`, shapes.ownKeys]);
  const ownScores = swapLeading(writer, writer.node('Reshape', [multiply(ownQueries, ownKeys, product), shapes.ownScores]));

  const scores = [masked(trunkScores, masks.trunk), masked(ownScores, masks.own), masked(selfScores, masks.self)];
  const probabilities = writer.node('Softmax', [writer.node('Concat', scores, { axis: -1 })], { axis: -1 });
  graph.taps?.attention(probabilities);
  const [pTrunk = '', pOwn = '', pSelf = ''] = writer.nodes('Split', [probabilities, graph.segments], 3, { axis: -1 });

  const fromTrunk = multiply(writer.node('Reshape', [pTrunk, shapes.trunkProbabilities]), `past_v.${layer}`, { transBatchB: 1 });
  const fromSelf = multiply(writer.node('Reshape', [pSelf, shapes.selfProbabilities]), newValues, { transBatchB: 1 });
  const shared = writer.node('Reshape', [writer.node('Add', [fromTrunk, fromSelf]), shapes.scores]);
  const ownProbabilities = writer.node('Reshape', [swapLeading(writer, pOwn), shapes.ownProbabilities]);
  const fromOwn = multiply(ownProbabilities, writer.node('Reshape', [`own_v.${layer}`, shapes.ownKeys]), { transBatchB: 1 });

  // Both are [R, kvHeads, groups, headDim] once the trunk's leading axes are swapped: heads in their original order.
  const flat = writer.ints(1, -1, heads * headDim);
  const attended = writer.node('Add', [writer.node('Reshape', [swapLeading(writer, shared), flat]), writer.node('Reshape', [fromOwn, flat])]);
  return { attended, keys: k, values: v };
}

/** [a, b, c, d] -> [b, a, c, d] */
function swapLeading(writer: OnnxWriter, value: Value): Value {
  return writer.node('Transpose', [value], { perm: [1, 0, 2, 3] });
}

/**
 * RMS norm of each head of qk [1, R, (heads + kvHeads) * headDim]. Queries and keys have weights of their own, so the
 * norm runs once without a weight and one product applies both.
 */
async function normalizeHeads(graph: GraphContext, qk: Value, layer: number): Promise<Value> {
  const { writer, spec } = graph;
  const { heads, kvHeads, headDim } = spec;
  const id = `qk_norm_${layer}`;
  const slot = writer.slot(id, 'float', [heads + kvHeads, headDim]);
  if (slot !== undefined) {
    const weight = (part: 'q' | 'k') => readNorm(graph, `model.layers.${layer}.self_attn.${part}_norm.weight`, headDim);
    const [query, key] = [await weight('q'), await weight('k')];
    for (let head = 0; head < heads + kvHeads; head++) await slot.append(head < heads ? query : key);
  }
  const ones = await writer.initializer('head_ones', 'float', [headDim], new Float32Array(headDim).fill(1));
  const perHead = writer.node('Reshape', [qk, writer.ints(1, -1, heads + kvHeads, headDim)]);
  const scaled = writer.node('Mul', [normalize(graph, perHead, ones), id]);
  return writer.node('Reshape', [scaled, writer.ints(1, -1, (heads + kvHeads) * headDim)]);
}
