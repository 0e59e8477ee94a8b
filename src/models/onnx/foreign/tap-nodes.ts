import { onnx } from 'onnx-proto';
import type { Dataflow, FlowNode, Value } from './dataflow.ts';

type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** A node that is changed or new. */
export interface EditedNode {
  input: Value[];
  output: Value[];
  attribute: onnx.IAttributeProto[];
}

/** A foreign graph that is being changed: its nodes, and new ones among them. */
export interface GraphEdit {
  /** A new node at the place that was last chosen; returns the name of its result. */
  add(operator: string, inputs: readonly Value[], attributes?: Attributes, domain?: string): Value;
  /** New nodes come right before or after a node of the graph; at its end until this is called. */
  at(place: 'before' | 'after' | 'end', node?: FlowNode): void;
  /** The node as it will be, to be changed. */
  change(node: FlowNode): EditedNode;
  /** A node like another one, over other inputs; returns the name of its first result. */
  addLike(node: FlowNode, inputs: readonly Value[]): Value;
  /** A value of one type as another, which may be the same. */
  cast(value: Value, from: number, to: number): Value;
  /** A value of this name: others one after the other, along their first axis. */
  join(name: Value, parts: readonly Value[]): void;
  /** A few numbers that are the same in every run. */
  constant(name: string, type: number, numbers: Float32Array | BigInt64Array, dims: readonly number[]): Value;
  result(): onnx.INodeProto[];
}

/** All new names begin with it. */
export const TAP_PREFIX = 'stepscope.';

export function editGraph(flow: Dataflow): GraphEdit {
  const edited = new Map<FlowNode, EditedNode & onnx.INodeProto>();
  const places = { before: new Map<FlowNode, onnx.INodeProto[]>(), after: new Map<FlowNode, onnx.INodeProto[]>() };
  const constants = new Map<Value, onnx.INodeProto>();
  const end: onnx.INodeProto[] = [];
  let here = end;
  let count = 0;

  const add = (operator: string, inputs: readonly Value[], attributes: Attributes = {}, domain = ''): Value => {
    const name = `${TAP_PREFIX}${operator}.${count++}`;
    here.push({ name, opType: operator, domain, input: [...inputs], output: [name], attribute: Object.entries(attributes).map(attribute) });
    return name;
  };

  return {
    add,
    at(place, node) {
      if (place === 'end' || node === undefined) here = end;
      else {
        here = places[place].get(node) ?? [];
        places[place].set(node, here);
      }
    },
    change(node) {
      const known = edited.get(node) ?? { ...node.node, input: [...node.inputs], output: [...node.outputs], attribute: [...(node.node.attribute ?? [])] };
      edited.set(node, known);
      return known;
    },
    addLike({ node, operator }, inputs) {
      const name = add(operator, inputs, {}, node.domain ?? '');
      here[here.length - 1] = { ...here.at(-1), attribute: node.attribute ?? [] };
      return name;
    },
    cast: (value, from, to) => (from === to ? value : add('Cast', [value], { to })),
    join: (name, parts) => void here.push({ name, opType: 'Concat', domain: '', input: [...parts], output: [name], attribute: [attribute(['axis', 0])] }),
    constant(name, type, numbers, dims) {
      const value = `${TAP_PREFIX}${name}`;
      const t = { dims: [...dims], dataType: type, rawData: new Uint8Array(numbers.buffer) };
      constants.set(value, { name: value, opType: 'Constant', domain: '', input: [], output: [value], attribute: [{ name: 'value', type: onnx.AttributeProto.AttributeType.TENSOR, t }] });
      return value;
    },
    result: () => {
      const nodes = flow.nodes.flatMap((node) => [...(places.before.get(node) ?? []), edited.get(node) ?? node.node, ...(places.after.get(node) ?? [])]);
      return [...constants.values(), ...nodes, ...end];
    },
  };
}

export function attribute([name, value]: readonly [string, number | readonly number[]]): onnx.IAttributeProto {
  const types = onnx.AttributeProto.AttributeType;
  return typeof value === 'number' ? { name, type: types.INT, i: value } : { name, type: types.INTS, ints: [...value] };
}

/** Gives a node an input or an output of a place that it may not have had. */
export function setAt(list: Value[], place: number, value: Value): void {
  while (list.length < place) list.push('');
  list[place] = value;
}
