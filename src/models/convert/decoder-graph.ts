import type { DecoderSpec } from './architecture.ts';
import type { OnnxWriter, Value } from './onnx-writer.ts';
import { embeddingAndHead, linear, type WeightPlan } from './weights.ts';

/** Reads one tensor by its Hugging Face name, as row-major float32. */
export type ReadTensor = (name: string) => Promise<Float32Array>;

/** The layout of inputs and outputs below. A change of it is a new version: the engine refuses what it does not know. */
export const GRAPH_VERSION = 'segments-1';

const CONTRIB = 'com.microsoft';

/**
 * Builds the decoder as a graph whose KV cache belongs to the caller. R tokens ("rows") go in at once; each attends to
 * three segments, joined before the softmax:
 *
 *   trunk  past_k.i, past_v.i  [n, kvHeads, headDim]     shared by all rows (prompts; a prefix tree laid out flat)
 *   own    own_k.i, own_v.i    [m, R, kvHeads, headDim]  one column a row, in lock step (each sample's continuation)
 *   self   the R rows themselves
 *
 * Who sees whom is said by additive masks: mask_trunk [R|1, 1, n|1], mask_own [R|1, 1, m|1], mask_self [R, 1, R].
 * Outputs: `logits` [1, q, vocabulary] for the q positions asked for in `rows`, and `kv_new`
 * [2 * layers, R, kvHeads * headDim], the new rows' keys and values in turn, for the caller to append.
 *
 * Why not GroupQueryAttention with a cache input: onnxruntime-node copies each fetched output, so a cache that travels
 * costs 2 ms a token at 512 tokens of context. Passed as views and never fetched, it costs nothing.
 * A segment of length zero kills FusedMatMul's process, so n and m are at least 1 (one masked row).
 */
export async function buildDecoderGraph(writer: OnnxWriter, spec: DecoderSpec, plan: WeightPlan, read: ReadTensor, onTensor: (name: string) => void): Promise<void> {
  const tensor = async (name: string) => {
    onTensor(name);
    return read(name);
  };
  const graph = createContext(writer, spec);
  const { hidden, kvHeads, headDim, layers } = spec;
  const embedding = await embeddingAndHead(
    writer,
    plan,
    await tensor('model.embed_tokens.weight'),
    spec.tiedHead ? undefined : await tensor('lm_head.weight'),
    spec.vocabulary,
    hidden,
  );
  const tables = await rotaryTables(writer, spec);
  const norm = async (name: string, id: string) => writer.initializer(id, 'float', [hidden], await tensor(name));

  let residual = embedding.embed('input_ids');
  let x = writer.node('SimplifiedLayerNormalization', [residual, await norm('model.layers.0.input_layernorm.weight', 'norm_in_0')], {
    axis: -1,
    epsilon: { float: spec.normEpsilon },
    stash_type: 1,
  });
  const keysAndValues: Value[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}.`;
    const qkv = await queryKeyValue(writer, spec, plan, x, layer, (name) => tensor(prefix + name));
    const attended = attention(graph, qkv, tables, layer, keysAndValues);
    const projected = await linear(writer, plan, attended, `o_${layer}`, await tensor(`${prefix}self_attn.o_proj.weight`), hidden, spec.heads * headDim);
    [x, residual] = addAndNormalize(graph, projected, residual, await norm(`${prefix}post_attention_layernorm.weight`, `norm_post_${layer}`));
    const fed = await feedForward(writer, spec, plan, x, layer, (name) => tensor(prefix + name));
    const next = layer + 1 === layers ? 'model.norm.weight' : `model.layers.${layer + 1}.input_layernorm.weight`;
    [x, residual] = addAndNormalize(graph, fed, residual, await norm(next, `norm_in_${layer + 1}`));
  }
  writer.name(writer.node('Concat', keysAndValues, { axis: 0 }), 'kv_new');
  writer.output('kv_new', 'float', [2 * layers, 'R', kvHeads * headDim]);
  writer.input('rows', 'int64', ['q']);
  writer.name(embedding.head(writer.node('Gather', [x, 'rows'], { axis: 1 })), 'logits');
  writer.output('logits', 'float', [1, 'q', spec.vocabulary]);
}

interface GraphContext {
  readonly writer: OnnxWriter;
  readonly spec: DecoderSpec;
  readonly groups: number;
  /** Lengths of the three segments, for splitting the softmax again. */
  readonly segments: Value;
  /** Shapes that depend on the run: int64 tensors computed once for all layers. */
  readonly shapes: {
    /** [kvHeads, R, groups, -1] */ readonly scores: Value;
    /** [R * kvHeads, groups, m] <-> own segment, batched by row and head */ readonly ownKeys: Value;
    /** [R, kvHeads, groups, m] */ readonly ownScores: Value;
    /** [R * kvHeads, groups, m] */ readonly ownProbabilities: Value;
    /** [kvHeads, R * groups, n] and [kvHeads, R * groups, R] */ readonly trunkProbabilities: Value;
    readonly selfProbabilities: Value;
  };
}

function createContext(writer: OnnxWriter, spec: DecoderSpec): GraphContext {
  const { kvHeads, headDim } = spec;
  const groups = spec.heads / kvHeads;
  writer.input('input_ids', 'int64', [1, 'R']);
  writer.input('position_ids', 'int64', [1, 'R']);
  writer.input('mask_trunk', 'float', ['R_trunk', 1, 'n_mask']);
  writer.input('mask_own', 'float', ['R_own', 1, 'm_mask']);
  writer.input('mask_self', 'float', ['R', 1, 'R']);
  for (let layer = 0; layer < spec.layers; layer++) {
    for (const part of ['k', 'v']) {
      writer.input(`past_${part}.${layer}`, 'float', ['n', kvHeads, headDim]);
      writer.input(`own_${part}.${layer}`, 'float', ['m', 'R', kvHeads, headDim]);
    }
  }
  const length = (value: Value, axis: number) => writer.node('Slice', [writer.node('Shape', [value]), writer.ints(axis), writer.ints(axis + 1)]);
  const n = length('past_k.0', 0);
  const m = length('own_k.0', 0);
  const rows = length('input_ids', 1);
  const shape = (...parts: Value[]) => writer.node('Concat', parts, { axis: 0 });
  const rowsTimes = (factor: number) => writer.node('Mul', [rows, writer.ints(factor)]);
  return {
    writer,
    spec,
    groups,
    segments: shape(n, m, rows),
    shapes: {
      scores: shape(writer.ints(kvHeads), rows, writer.ints(groups, -1)),
      ownKeys: shape(m, rowsTimes(kvHeads), writer.ints(headDim)),
      ownScores: shape(rows, writer.ints(kvHeads, groups), m),
      ownProbabilities: shape(rowsTimes(kvHeads), writer.ints(groups), m),
      trunkProbabilities: shape(writer.ints(kvHeads), rowsTimes(groups), n),
      selfProbabilities: shape(writer.ints(kvHeads), rowsTimes(groups), rows),
    },
  };
}

/** Residual add, then RMS norm: returns [normalised, sum]. */
function addAndNormalize({ writer, spec }: GraphContext, x: Value, residual: Value, weight: Value): [Value, Value] {
  const outputs = writer.nodes('SkipSimplifiedLayerNormalization', [x, residual, weight], 4, { epsilon: { float: spec.normEpsilon } }, CONTRIB);
  return [outputs[0] ?? '', outputs[3] ?? ''];
}

/** cos and sin [context, headDim / 2], angles rounded to float32 as the reference library does. */
async function rotaryTables(writer: OnnxWriter, spec: DecoderSpec): Promise<[Value, Value]> {
  const half = spec.headDim / 2;
  const cos = new Float32Array(spec.context * half);
  const sin = new Float32Array(spec.context * half);
  for (let i = 0; i < half; i++) {
    const frequency = Math.fround(spec.ropeTheta ** ((-2 * i) / spec.headDim));
    for (let position = 0; position < spec.context; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return [await writer.initializer('cos', 'float', [spec.context, half], cos), await writer.initializer('sin', 'float', [spec.context, half], sin)];
}

/**
 * One fused projection. The query heads are stored group-major (all first heads of each KV head, then all second ones),
 * so that a plain reshape lines every group up with its KV head and keys need not be repeated.
 */
async function queryKeyValue(writer: OnnxWriter, spec: DecoderSpec, plan: WeightPlan, x: Value, layer: number, read: ReadTensor): Promise<Value> {
  const { hidden, heads, kvHeads, headDim } = spec;
  const groups = heads / kvHeads;
  const size = headDim * hidden;
  const weight = new Float32Array((heads + 2 * kvHeads) * size);
  const query = await read('self_attn.q_proj.weight');
  for (let head = 0; head < heads; head++) {
    const to = (head % groups) * kvHeads + Math.floor(head / groups);
    weight.set(query.subarray(head * size, (head + 1) * size), to * size);
  }
  weight.set(await read('self_attn.k_proj.weight'), heads * size);
  weight.set(await read('self_attn.v_proj.weight'), (heads + kvHeads) * size);
  return linear(writer, plan, x, `qkv_${layer}`, weight, (heads + 2 * kvHeads) * headDim, hidden);
}

/** Returns [1, R, heads * headDim]; appends the layer's new keys and values to `keysAndValues`. */
function attention(graph: GraphContext, qkv: Value, [cos, sin]: [Value, Value], layer: number, keysAndValues: Value[]): Value {
  const { writer, spec, groups, shapes } = graph;
  const { heads, kvHeads, headDim } = spec;
  const width = kvHeads * headDim;
  const [qk = '', v = ''] = writer.nodes('Split', [qkv, writer.ints((heads + kvHeads) * headDim, width)], 2, { axis: 2 });
  const rotated = writer.node('RotaryEmbedding', [qk, 'position_ids', cos, sin], {}, CONTRIB);
  const [q = '', k = ''] = writer.nodes('Split', [rotated, writer.ints(heads * headDim, width)], 2, { axis: 2 });
  keysAndValues.push(k, v);

  const perHead = writer.ints(-1, kvHeads, headDim);
  const product = { transBatchA: 1, transBatchB: 1, transB: 1, alpha: { float: 1 / Math.sqrt(headDim) } };
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

  const scores = [masked(trunkScores, 'mask_trunk'), masked(ownScores, 'mask_own'), masked(selfScores, 'mask_self')];
  const probabilities = writer.node('Softmax', [writer.node('Concat', scores, { axis: -1 })], { axis: -1 });
  const [pTrunk = '', pOwn = '', pSelf = ''] = writer.nodes('Split', [probabilities, graph.segments], 3, { axis: -1 });

  const fromTrunk = multiply(writer.node('Reshape', [pTrunk, shapes.trunkProbabilities]), `past_v.${layer}`, { transBatchB: 1 });
  const fromSelf = multiply(writer.node('Reshape', [pSelf, shapes.selfProbabilities]), newValues, { transBatchB: 1 });
  const shared = writer.node('Reshape', [writer.node('Add', [fromTrunk, fromSelf]), shapes.scores]);
  const ownProbabilities = writer.node('Reshape', [swapLeading(writer, pOwn), shapes.ownProbabilities]);
  const fromOwn = multiply(ownProbabilities, writer.node('Reshape', [`own_v.${layer}`, shapes.ownKeys]), { transBatchB: 1 });

  // Both are [R, kvHeads, groups, headDim] once the trunk's leading axes are swapped: heads in their original order.
  const flat = writer.ints(1, -1, heads * headDim);
  return writer.node('Add', [writer.node('Reshape', [swapLeading(writer, shared), flat]), writer.node('Reshape', [fromOwn, flat])]);
}

/** [a, b, c, d] -> [b, a, c, d] */
function swapLeading(writer: OnnxWriter, value: Value): Value {
  return writer.node('Transpose', [value], { perm: [1, 0, 2, 3] });
}

/** SwiGLU: down(silu(gate(x)) * up(x)). QuickGelu with alpha 1 is silu in one node. */
async function feedForward(writer: OnnxWriter, spec: DecoderSpec, plan: WeightPlan, x: Value, layer: number, read: ReadTensor): Promise<Value> {
  const { hidden, feedForward: inner } = spec;
  const weight = new Float32Array(2 * inner * hidden);
  weight.set(await read('mlp.gate_proj.weight'));
  weight.set(await read('mlp.up_proj.weight'), inner * hidden);
  const both = await linear(writer, plan, x, `gate_up_${layer}`, weight, 2 * inner, hidden);
  const [gate = '', up = ''] = writer.nodes('Split', [both], 2, { axis: -1, num_outputs: 2 });
  const activated = writer.node('Mul', [writer.node('QuickGelu', [gate], { alpha: { float: 1 } }, CONTRIB), up]);
  return linear(writer, plan, activated, `down_${layer}`, await read('mlp.down_proj.weight'), hidden, inner);
}
