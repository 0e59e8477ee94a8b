import { FLOAT, type Dataflow, type FlowNode, type Value } from './dataflow.ts';
import type { AttentionPlace, DecoderLayers } from './decoder-layers.ts';
import { residualOf, SKIP_NORMS, SKIP_SUM } from './residual-stream.ts';
import { TAPS, type Tap } from './tap-names.ts';
import { attribute, setAt, type GraphEdit } from './tap-nodes.ts';

/** GroupQueryAttention: the place of its additive mask, that of its probabilities, and which of them it is to give. */
const GQA = { bias: 10, probabilities: 3, which: 'qk_output', afterSoftmax: 2 } as const;
/** ReduceSum has its axes as an input from this version of the operators on. */
const AXES_AS_INPUT = 13;
const INT64 = 7;

/** Adds the mask of a layer to its scores, and taps the probabilities: [texts, heads, t, s]. */
export function tapAttention(edit: GraphEdit, flow: Dataflow, { kind, node }: AttentionPlace, layer: number, taps: readonly Tap[]): Value | undefined {
  const probabilities = kind === 'softmax' ? openSoftmax(edit, flow, node, layer, taps) : openFused(edit, flow, node, layer, taps);
  if (!taps.includes('attention')) return undefined;
  const rows = edit.add('Gather', [probabilities, TAPS.rows], { axis: -2 });
  return edit.add('MatMul', [rows, TAPS.spans]);
}

/** The softmax over float32 whatever its scores are: what onnxruntime does for 16-bit ones, with the result as it comes. */
function openSoftmax(edit: GraphEdit, flow: Dataflow, node: FlowNode, layer: number, taps: readonly Tap[]): Value {
  const changed = edit.change(node);
  const [scores = '', result = ''] = [node.inputs[0], node.outputs[0]];
  const type = flow.type(scores);
  edit.at('before', node);
  const wide = edit.cast(scores, type, FLOAT);
  changed.input = [taps.includes('masks') ? edit.add('Add', [wide, TAPS.mask(layer)]) : wide];
  edit.at('after', node);
  if (type === FLOAT) return result;
  const probabilities = `${TAPS.attention}.${layer}`;
  changed.output = [probabilities];
  renamed(edit, flow, result, edit.cast(probabilities, FLOAT, type));
  return probabilities;
}

function openFused(edit: GraphEdit, flow: Dataflow, node: FlowNode, layer: number, taps: readonly Tap[]): Value {
  const changed = edit.change(node);
  const type = flow.type(node.inputs[0] ?? '');
  if (taps.includes('masks')) {
    edit.at('before', node);
    const mask = edit.cast(TAPS.mask(layer), FLOAT, type);
    const given = node.inputs[GQA.bias] ?? '';
    setAt(changed.input, GQA.bias, given === '' ? mask : edit.add('Add', [mask, given]));
  }
  if (!taps.includes('attention')) return '';
  const probabilities = `${TAPS.attention}.${layer}`;
  setAt(changed.output, GQA.probabilities, probabilities);
  changed.attribute = [...changed.attribute.filter(({ name }) => name !== GQA.which), attribute([GQA.which, GQA.afterSoftmax])];
  edit.at('after', node);
  return edit.cast(probabilities, type, FLOAT);
}

/** How many of a gate's numbers are positive: [texts, t]. */
export function tapGate(edit: GraphEdit, flow: Dataflow, gate: Value, opset: number): Value {
  const producer = flow.producer(gate);
  edit.at(producer === undefined ? 'end' : 'after', producer);
  const rows = edit.cast(edit.add('Gather', [gate, TAPS.rows], { axis: -2 }), flow.type(gate), FLOAT);
  const positive = edit.add('Cast', [edit.add('Greater', [rows, edit.constant('zero', FLOAT, Float32Array.of(0), [])])], { to: FLOAT });
  if (opset < AXES_AS_INPUT) return edit.add('ReduceSum', [positive], { axes: [-1], keepdims: 0 });
  return edit.add('ReduceSum', [positive, edit.constant('last', INT64, BigInt64Array.of(-1n), [1])], { keepdims: 0 });
}

/**
 * Taps the residual stream before the first layer and after each, [layers + 1, t, width], and makes the rest of the graph,
 * the final norm and the head, compute from those of them that are asked for. Returns the tapped states.
 */
export function tapStream(edit: GraphEdit, flow: Dataflow, { layers, embedded, last }: DecoderLayers): Value {
  const sums = new Map(flow.nodes.filter(({ operator }) => SKIP_NORMS.includes(operator)).map((node) => [residualOf(node), node]));
  const type = flow.type(last.inputs[0] ?? '');
  const tapped = [embedded, ...layers.map(({ after }) => after)].map((value) => {
    const producer = sums.get(value) ?? flow.producer(value);
    if (producer !== undefined && sums.has(value)) setAt(edit.change(producer).output, SKIP_SUM, value);
    edit.at(producer === undefined ? 'end' : 'after', producer);
    return edit.cast(edit.add('Gather', [value, TAPS.rows], { axis: -2 }), type, FLOAT);
  });
  edit.at('after', last);
  const states = edit.add('Concat', tapped, { axis: 0 });
  const flat = edit.add('Reshape', [states, edit.constant('flat', INT64, BigInt64Array.of(1n, -1n, 0n), [3])]);
  const chosen = edit.add('Gather', [flat, TAPS.states], { axis: 1 });
  const asked = edit.cast(chosen, FLOAT, type);
  if (SKIP_NORMS.includes(last.operator)) renamed(edit, flow, last.outputs[0] ?? '', normAlone(edit, last, asked));
  renamed(edit, flow, residualOf(last), asked);
  return states;
}

/** The norm of a fused sum, of its sum alone: with a second term of zeros, and without a third. */
function normAlone(edit: GraphEdit, last: FlowNode, sum: Value): Value {
  const weights = last.inputs.slice(2, last.operator === 'SkipLayerNormalization' ? 4 : 3);
  return edit.addLike(last, [sum, edit.add('Sub', [sum, sum]), ...weights]);
}

/** Whoever used one value uses another. */
function renamed(edit: GraphEdit, flow: Dataflow, from: Value, to: Value): void {
  for (const node of flow.consumers(from)) {
    const changed = edit.change(node);
    changed.input = changed.input.map((value) => (value === from ? to : value));
  }
}
