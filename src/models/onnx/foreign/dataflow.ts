import type { onnx } from 'onnx-proto';
import { integer } from './check-node.ts';
import type { Constants } from './constants.ts';
import type { GraphFile } from './graph-file.ts';

/** The name of a value in a graph. */
export type Value = string;

/** A node of the main graph, at its place in the order. */
export interface FlowNode {
  readonly index: number;
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly node: onnx.INodeProto;
}

/** A graph as what flows from where to where. */
export interface Dataflow {
  readonly nodes: readonly FlowNode[];
  /** undefined for inputs and weights. */
  producer(value: Value): FlowNode | undefined;
  consumers(value: Value): readonly FlowNode[];
  /** A weight or another number that is the same in every run. */
  isConstant(value: Value): boolean;
  /** One number, the same in every run. */
  isNumber(value: Value): boolean;
  /** onnx.TensorProto.DataType of what a value holds; float where nothing says it. */
  type(value: Value): number;
}

export const FLOAT = 1;
export const FLOAT16 = 10;

/** Operators whose result has the type of another input than the first. */
const TYPE_FROM: Readonly<Record<string, number>> = { Where: 1, DequantizeLinear: 1, GatherBlockQuantized: 2 };
const FIXED_TYPE: Readonly<Record<string, number>> = { DynamicQuantizeLinear: FLOAT, MatMulInteger: 6, ConvInteger: 6, Shape: 7, Range: 7 };
const FURTHEST = 10_000;

/** Throws a RangeError where a value is used before it is made, or made twice: no graph that can be followed. */
export function dataflow(nodes: readonly onnx.INodeProto[], { inputs, tensors }: Pick<GraphFile, 'inputs' | 'tensors'>, constants: Constants): Dataflow {
  const list = nodes.map((node, index): FlowNode => ({ index, operator: node.opType ?? '', inputs: node.input ?? [], outputs: node.output ?? [], node }));
  const producers = new Map<Value, FlowNode>();
  const consumers = new Map<Value, FlowNode[]>();
  const types = new Map<Value, number>([...inputs, ...tensors].map(({ name, type }) => [name, type]));
  const weights = new Set(tensors.map(({ name }) => name));
  for (const node of list) {
    for (const value of new Set(node.inputs)) {
      const known = consumers.get(value);
      if (known === undefined) consumers.set(value, [node]);
      else known.push(node);
    }
    for (const value of node.outputs) {
      if (value === '') continue;
      if (producers.has(value) || consumers.get(value)?.some(({ index }) => index <= node.index) === true) throw new RangeError(`value ${value}`);
      producers.set(value, node);
    }
  }
  const isConstant = (value: Value) => weights.has(value) || producers.get(value)?.operator === 'Constant';

  function type(value: Value): number {
    let at = value;
    for (let step = 0; step < FURTHEST; step++) {
      const known = types.get(at);
      if (known !== undefined) return known;
      const producer = producers.get(at);
      if (producer === undefined) return FLOAT;
      const { operator, inputs: from, node } = producer;
      const stated = operator === 'Cast' ? integer(node, 'to') : node.attribute?.find(({ t }) => t)?.t?.dataType;
      if (stated !== undefined && stated !== null) return stated;
      const fixed = FIXED_TYPE[operator];
      if (fixed !== undefined) return fixed;
      at = from[TYPE_FROM[operator] ?? 0] ?? '';
    }
    return FLOAT;
  }

  return {
    nodes: list,
    producer: (value) => producers.get(value),
    consumers: (value) => (value === '' ? [] : (consumers.get(value) ?? [])),
    isConstant,
    isNumber: (value) => isConstant(value) && constants.get(value)?.length === 1,
    type,
  };
}
