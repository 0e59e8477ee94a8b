import { writeFile } from 'node:fs/promises';
import { onnx } from 'onnx-proto';
import { TYPES, type ElementType, type OnnxData, type TensorData, type TensorSlot } from './onnx-data.ts';

/** A dimension: a number, or the name of a dynamic one. */
export type Dimension = number | string;

/** Marks a number as a float attribute; plain numbers become int attributes, text a string attribute. */
export interface FloatAttribute {
  readonly float: number;
}
type AttributeValue = number | string | readonly number[] | FloatAttribute;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The name of a value in the graph. */
export type Value = string;

/** Operators of onnxruntime that the standard does not have. */
export const CONTRIB = 'com.microsoft';

/** Collects the nodes of one graph, whose initialisers lie in an OnnxData. */
export interface OnnxWriter {
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  output(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  /** A tensor that is in memory as a whole. */
  initializer(name: string, type: ElementType, shape: readonly number[], data: TensorData): Promise<Value>;
  /** Room for a tensor that comes in pieces; undefined where another graph over the same data has written it. */
  slot(name: string, type: ElementType, shape: readonly number[]): TensorSlot | undefined;
  /** A small int64 constant, shared between equal uses. */
  ints(...values: readonly number[]): Value;
  /** A scalar float constant, shared between equal uses. */
  scalar(value: number): Value;
  /** A node with one output, which is given a fresh name. */
  node(operator: string, inputs: readonly Value[], attributes?: Attributes, domain?: string): Value;
  /** A node with several outputs. */
  nodes(operator: string, inputs: readonly Value[], outputs: number, attributes?: Attributes, domain?: string): Value[];
  /** Gives a value the name of a graph output. */
  name(value: Value, name: string): Value;
  /** Writes the protobuf. */
  finish(file: string, metadata: Readonly<Record<string, string>>): Promise<void>;
}

const OPSET = 21;
const IR_VERSION = 10;

export function createOnnxWriter(data: OnnxData): OnnxWriter {
  const graph = { nodes: [] as onnx.INodeProto[], inputs: [] as onnx.IValueInfoProto[], outputs: [] as onnx.IValueInfoProto[] };
  /** Initialisers of this graph by name. */
  const tensors = new Map<string, onnx.ITensorProto>();
  const constant = (name: string, type: ElementType, dims: number[], values: BigInt64Array | Float32Array): Value => {
    if (!tensors.has(name)) tensors.set(name, { name, dims, dataType: TYPES[type], rawData: new Uint8Array(values.buffer) });
    return name;
  };

  const writer: OnnxWriter = {
    input(name, type, shape) {
      graph.inputs.push(valueInfo(name, type, shape));
      return name;
    },
    output(name, type, shape) {
      graph.outputs.push(valueInfo(name, type, shape));
      return name;
    },
    async initializer(name, type, shape, values) {
      await writer.slot(name, type, shape)?.append(values);
      return name;
    },
    slot(name, type, shape) {
      const slot = data.tensor(name) === undefined ? data.reserve(name, type, shape) : undefined;
      tensors.set(name, data.tensor(name) ?? {});
      return slot;
    },
    ints: (...values) => constant(`ints_${values.join('_')}`, 'int64', [values.length], BigInt64Array.from(values, BigInt)),
    scalar: (value) => constant(`scalar_${value}`, 'float', [], Float32Array.of(value)),
    node: (operator, inputs, attributes, domain) => writer.nodes(operator, inputs, 1, attributes, domain)[0] ?? '',
    nodes(operator, inputs, outputs, attributes = {}, domain = '') {
      const id = `${operator}_${graph.nodes.length}`;
      const names = Array.from({ length: outputs }, (_, index) => (outputs === 1 ? id : `${id}.${index}`));
      graph.nodes.push({ name: id, opType: operator, domain, input: [...inputs], output: names, attribute: Object.entries(attributes).map(attribute) });
      return names;
    },
    name(value, name) {
      graph.nodes.push({ name, opType: 'Identity', domain: '', input: [value], output: [name], attribute: [] });
      return name;
    },
    async finish(file, metadata) {
      const model = onnx.ModelProto.create({
        irVersion: IR_VERSION,
        producerName: 'stepscope',
        opsetImport: [{ domain: '', version: OPSET }, { domain: CONTRIB, version: 1 }],
        metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
        graph: { name: 'stepscope', node: graph.nodes, initializer: [...tensors.values()], input: graph.inputs, output: graph.outputs },
      });
      await writeFile(file, onnx.ModelProto.encode(model).finish());
    },
  };
  return writer;
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: TYPES[type], shape: { dim } } } };
}

function attribute([name, value]: [string, AttributeValue]): onnx.IAttributeProto {
  const types = onnx.AttributeProto.AttributeType;
  if (typeof value === 'number') return { name, type: types.INT, i: value };
  if (typeof value === 'string') return { name, type: types.STRING, s: Buffer.from(value) };
  if ('float' in value) return { name, type: types.FLOAT, f: value.float };
  return { name, type: types.INTS, ints: [...value] };
}
