import type { Dataflow, FlowNode, Value } from './dataflow.ts';
import { residualStream, type ResidualStep } from './residual-stream.ts';

/** Where the attention of a layer is computed. */
export type AttentionPlace =
  /** A softmax over scores that a product with the values follows. */
  | { readonly kind: 'softmax'; readonly node: FlowNode }
  /** One operator for all of it. */
  | { readonly kind: 'fused'; readonly node: FlowNode };

export interface DecoderLayer {
  readonly attention: AttentionPlace;
  /** What the activation of the feed-forward part is given; undefined where there is none, or several. */
  readonly gate: Value | undefined;
  /** The residual stream after the layer. */
  readonly after: Value;
}

/** A decoder as it was recognised in a foreign graph. */
export interface DecoderLayers {
  readonly layers: readonly DecoderLayer[];
  /** The residual stream before the first layer. */
  readonly embedded: Value;
  /** See ResidualStream. */
  readonly last: FlowNode;
}

/** Weights times something, as the many operators for it are called. */
const PRODUCTS = ['MatMul', 'FusedMatMul', 'MatMulNBits', 'Gemm', 'MatMulInteger', 'DynamicQuantizeMatMul', 'MatMulIntegerToFloat'];
/** What may lie between the softmax and the product with the values. */
const AFTER_SOFTMAX = ['Cast', 'Identity', 'Dropout'];
/** Activations, and what the longer ones are made of. */
const BENDS = ['Sigmoid', 'Tanh', 'Erf', 'Relu', 'Gelu', 'FastGelu', 'QuickGelu', 'Silu', 'Swish', 'HardSwish', 'Elu', 'LeakyRelu', 'Softplus', 'Mish'];
const BY_ELEMENT = [...BENDS, 'Mul', 'Add', 'Sub', 'Div', 'Pow', 'Neg', 'Cast', 'Identity'];

/**
 * The layers of a decoder: a step of the residual stream that attends begins one. Returns a sentence's part about what is
 * missing where the graph is no such decoder. `expected`: layers that its cache, or its configuration, says it has.
 */
export function decoderLayers(flow: Dataflow, expected: number): DecoderLayers | string {
  const stream = residualStream(flow, 'input_ids', 'logits');
  const [first] = stream?.steps ?? [];
  if (stream === undefined || first === undefined) return 'a residual stream';
  const groups: { readonly attention: AttentionPlace; readonly steps: ResidualStep[] }[] = [];
  for (const step of stream.steps) {
    const found = step.between.flatMap((node) => attentionAt(flow, node) ?? []);
    if (found.length > 1) return 'its layers: one of them attends twice';
    const [attention] = found;
    if (attention !== undefined) groups.push({ attention, steps: [step] });
    else groups.at(-1)?.steps.push(step);
  }
  if (groups.length !== expected) return `the attention of its layers: ${groups.length} of ${expected} were found`;
  const elementwise = createElementwise(flow);
  const layers = groups.map(({ attention, steps }, index): DecoderLayer => {
    const gates = new Set(steps.flatMap(({ between }) => between).flatMap((node) => gateOf(flow, elementwise, node) ?? []));
    const after = groups[index + 1]?.steps[0]?.before ?? steps.at(-1)?.after ?? '';
    return { attention, gate: gates.size === 1 ? [...gates][0] : undefined, after };
  });
  return { layers, embedded: groups[0]?.steps[0]?.before ?? first.before, last: stream.last };
}

function attentionAt(flow: Dataflow, node: FlowNode): AttentionPlace | undefined {
  if (node.operator === 'GroupQueryAttention') return { kind: 'fused', node };
  if (node.operator !== 'Softmax') return undefined;
  return multipliesValues(flow, node.outputs[0] ?? '') ? { kind: 'softmax', node } : undefined;
}

function multipliesValues(flow: Dataflow, probabilities: Value): boolean {
  return flow.consumers(probabilities).some((node) => {
    if (AFTER_SOFTMAX.includes(node.operator)) return multipliesValues(flow, node.outputs[0] ?? '');
    return (node.operator === 'MatMul' || node.operator === 'FusedMatMul') && node.inputs[0] === probabilities && !flow.isConstant(node.inputs[1] ?? '');
  });
}

/** The gate of a product `activation(gate) * up` that goes on to weights. */
function gateOf(flow: Dataflow, elementwise: (value: Value) => Elementwise, node: FlowNode): Value | undefined {
  if (node.operator !== 'Mul' || !goesToWeights(flow, node.outputs[0] ?? '')) return undefined;
  const [a, b] = node.inputs.map(elementwise);
  if (a === undefined || b === undefined || a.source === undefined || b.source === undefined || a.source === b.source || a.bends === b.bends) return undefined;
  return a.bends ? a.source : b.source;
}

function goesToWeights(flow: Dataflow, value: Value): boolean {
  return flow.consumers(value).some((node) => {
    if (PRODUCTS.includes(node.operator)) return node.inputs.slice(1).some((input) => isWeight(flow, input));
    return ['Cast', 'Identity', 'Reshape', 'DynamicQuantizeLinear'].includes(node.operator) && goesToWeights(flow, node.outputs[0] ?? '');
  });
}

/** Weights as they are, or on the way from how they are stored. */
function isWeight(flow: Dataflow, value: Value): boolean {
  if (flow.isConstant(value)) return true;
  const producer = flow.producer(value);
  return producer !== undefined && ['Cast', 'Identity', 'DequantizeLinear', 'Transpose'].includes(producer.operator) && isWeight(flow, producer.inputs[0] ?? '');
}

interface Elementwise {
  /** The one value that it is computed from, element by element; undefined for a number that is the same in every run. */
  readonly source: Value | undefined;
  /** Whether there is an activation, or a part of one, on the way. */
  readonly bends: boolean;
}

function createElementwise(flow: Dataflow): (value: Value) => Elementwise {
  const known = new Map<Value, Elementwise>();
  const find = (value: Value): Elementwise => {
    const itself = { source: value, bends: false };
    if (flow.isNumber(value)) return { source: undefined, bends: false };
    const producer = flow.producer(value);
    if (producer === undefined || !BY_ELEMENT.includes(producer.operator)) return itself;
    const parts = producer.inputs.filter((input) => input !== '').map(elementwise);
    const [source, other] = new Set(parts.flatMap((part) => part.source ?? []));
    if (other !== undefined) return itself;
    return { source, bends: source !== undefined && (BENDS.includes(producer.operator) || parts.some(({ bends }) => bends)) };
  };
  function elementwise(value: Value): Elementwise {
    const found = known.get(value) ?? find(value);
    known.set(value, found);
    return found;
  }
  return elementwise;
}
