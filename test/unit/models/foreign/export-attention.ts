import type { DecoderSpec } from '../../../../src/models/convert/architecture.ts';
import { CONTRIB, type OnnxWriter, type Value } from '../../../../src/models/convert/onnx-writer.ts';
import type { ExportLayout } from './export.ts';

export interface AttentionContext {
  readonly writer: OnnxWriter;
  readonly spec: DecoderSpec;
  readonly layout: ExportLayout;
  /** [context, headDim / 2] */
  readonly cos: Value;
  readonly sin: Value;
  /** What all layers of the kind use, computed by the first. */
  readonly shared: Map<string, Value>;
  /** Keys that a token of a sliding layer sees, itself included. */
  readonly window: number | undefined;
}

const INT32 = 6;
const FLOAT = 1;
const FLOAT16 = 10;
const BOOL = 9;

function once(shared: Map<string, Value>, key: string, make: () => Value): Value {
  const value = shared.get(key) ?? make();
  shared.set(key, value);
  return value;
}

/** Length of an axis, [1]. */
function lengthOf(writer: OnnxWriter, value: Value, axis: number): Value {
  return writer.node('Slice', [writer.node('Shape', [value]), writer.ints(axis), writer.ints(axis + 1)]);
}

/** As onnx-community's builder: row lengths are the sums of attention_mask; the operator keeps the cache. */
export function groupQueryAttention({ writer, spec, layout, cos, sin, shared, window }: AttentionContext, query: Value, key: Value, value: Value, layer: number): Value {
  const lengths = once(shared, 'lengths', () => {
    const sums = writer.node('ReduceSum', ['attention_mask', writer.ints(1)], { keepdims: 1 });
    return writer.node('Cast', [writer.node('Sub', [sums, writer.ints(1)])], { to: INT32 });
  });
  const total = once(shared, 'total', () => {
    const length = writer.node('Gather', [writer.node('Shape', ['attention_mask']), writer.node('Squeeze', [writer.ints(1)])]);
    return writer.node('Cast', [length], { to: INT32 });
  });
  const rotate = (x: Value) => (layout.positions ? writer.node('RotaryEmbedding', [x, 'position_ids', cos, sin], {}, CONTRIB) : x);
  const past = layout.cache ? ['key', 'value'].map((part) => widened(writer, layout, `past_key_values.${layer}.${part}`)) : ['', ''];
  const inputs = [rotate(query), rotate(key), value, ...past, lengths, total, ...(layout.positions ? [] : [cos, sin])];
  const attributes = { num_heads: spec.heads, kv_num_heads: spec.kvHeads, do_rotary: layout.positions ? 0 : 1, scale: { float: spec.attentionScale }, ...(window === undefined ? {} : { local_window_size: window }) };
  const [out = '', presentKey = '', presentValue = ''] = writer.nodes('GroupQueryAttention', inputs, 3, attributes, CONTRIB);
  if (layout.cache) {
    writer.name(narrowed(writer, layout, presentKey), `present.${layer}.key`);
    writer.name(narrowed(writer, layout, presentValue), `present.${layer}.value`);
  }
  return out;
}

/** As a traced model: rotation by halves, keys and values repeated for their groups, an additive mask, softmax. */
export function plainAttention(context: AttentionContext, query: Value, key: Value, value: Value, layer: number): Value {
  const { writer, spec, layout } = context;
  const { heads, kvHeads, headDim } = spec;
  const split = (x: Value, count: number) => writer.node('Transpose', [writer.node('Reshape', [x, writer.ints(0, -1, count, headDim)])], { perm: [0, 2, 1, 3] });
  const q = rotateHalves(context, split(query, heads));
  const keys = withPast(writer, layout, rotateHalves(context, split(key, kvHeads)), layer, 'key');
  const values = withPast(writer, layout, split(value, kvHeads), layer, 'value');
  const repeat = (x: Value) => {
    const spread = writer.node('Expand', [writer.node('Unsqueeze', [x, writer.ints(2)]), writer.ints(1, 1, heads / kvHeads, 1, 1)]);
    return writer.node('Reshape', [spread, writer.ints(0, heads, -1, headDim)]);
  };
  const narrow = (x: Value) => (layout.softmax === undefined ? x : writer.node('Cast', [x], { to: FLOAT16 }));
  const product = writer.node('MatMul', [narrow(writer.node('Mul', [q, writer.scalar(spec.attentionScale)])), narrow(writer.node('Transpose', [repeat(keys)], { perm: [0, 1, 3, 2] }))]);
  const scores = writer.node('Add', [product, additiveMask(context)]);
  const out = writer.node('MatMul', [softmax(writer, layout, scores), narrow(repeat(values))]);
  const joined = writer.node('Reshape', [writer.node('Transpose', [out], { perm: [0, 2, 1, 3] }), writer.ints(0, -1, heads * headDim)]);
  return layout.softmax === undefined ? joined : writer.node('Cast', [joined], { to: FLOAT });
}

function softmax(writer: OnnxWriter, layout: ExportLayout, scores: Value): Value {
  if (layout.softmax !== 'cast') return writer.node('Softmax', [scores], { axis: -1 });
  const probabilities = writer.node('Softmax', [writer.node('Cast', [scores], { to: FLOAT })], { axis: -1 });
  return writer.node('Cast', [probabilities], { to: FLOAT16 });
}

function withPast(writer: OnnxWriter, layout: ExportLayout, fresh: Value, layer: number, part: string): Value {
  if (!layout.cache) return fresh;
  const all = writer.node('Concat', [widened(writer, layout, `past_key_values.${layer}.${part}`), fresh], { axis: 2 });
  writer.name(narrowed(writer, layout, all), `present.${layer}.${part}`);
  return all;
}

/** x [batch, heads, sequence, headDim], rotated by position_ids or by its index. */
function rotateHalves({ writer, layout, cos, sin, shared }: AttentionContext, x: Value): Value {
  const positions = layout.positions ? 'position_ids' : once(shared, 'positions', () => writer.node('Unsqueeze', [indices({ writer, shared }), writer.ints(0)]));
  const table = (name: Value) => once(shared, name, () => writer.node('Unsqueeze', [writer.node('Gather', [name, positions]), writer.ints(1)]));
  const [low = '', high = ''] = writer.nodes('Split', [x], 2, { axis: -1, num_outputs: 2 });
  const times = (half: Value, factors: Value) => writer.node('Mul', [half, factors]);
  const left = writer.node('Sub', [times(low, table(cos)), times(high, table(sin))]);
  const right = writer.node('Add', [times(high, table(cos)), times(low, table(sin))]);
  return writer.node('Concat', [left, right], { axis: -1 });
}

/** Index of each new token among all, [sequence]. */
function indices({ writer, shared }: Pick<AttentionContext, 'writer' | 'shared'>): Value {
  return once(shared, 'indices', () => {
    const total = lengthOf(writer, 'attention_mask', 1);
    const past = writer.node('Sub', [total, lengthOf(writer, 'input_ids', 1)]);
    const scalar = (value: Value) => writer.node('Squeeze', [value]);
    return writer.node('Range', [scalar(past), scalar(total), scalar(writer.ints(1))]);
  });
}

/** [batch, 1, sequence, total]: 0 where a token sees a key, a very low number where it does not. */
function additiveMask({ writer, shared, layout, window }: AttentionContext): Value {
  return once(shared, 'mask', () => {
    const total = writer.node('Squeeze', [lengthOf(writer, 'attention_mask', 1)]);
    const keys = writer.node('Range', [writer.node('Squeeze', [writer.ints(0)]), total, writer.node('Squeeze', [writer.ints(1)])]);
    const own = writer.node('Unsqueeze', [indices({ writer, shared }), writer.ints(1)]);
    const causal = writer.node('LessOrEqual', [keys, own]);
    const near = window === undefined ? causal : writer.node('And', [causal, writer.node('Less', [writer.node('Sub', [own, keys]), writer.ints(window)])]);
    const given = writer.node('Unsqueeze', [writer.node('Cast', ['attention_mask'], { to: BOOL }), writer.ints(1, 2)]);
    const visible = writer.node('And', [writer.node('Unsqueeze', [near, writer.ints(0, 1)]), given]);
    // The lowest numbers of the two types.
    if (layout.softmax === undefined) return writer.node('Where', [visible, writer.scalar(0), writer.scalar(-3e38)]);
    return writer.node('Cast', [writer.node('Where', [visible, writer.scalar(0), writer.scalar(-65504)])], { to: FLOAT16 });
  });
}

function widened(writer: OnnxWriter, layout: ExportLayout, value: Value): Value {
  return layout.half === true ? writer.node('Cast', [value], { to: FLOAT }) : value;
}

function narrowed(writer: OnnxWriter, layout: ExportLayout, value: Value): Value {
  return layout.half === true ? writer.node('Cast', [value], { to: FLOAT16 }) : value;
}
