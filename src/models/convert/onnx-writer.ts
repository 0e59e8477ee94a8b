import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { onnx } from 'onnx-proto';

/** onnx.TensorProto.DataType */
const TYPES = { float: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
export type ElementType = keyof typeof TYPES;

/** A dimension: a number, or the name of a dynamic one. */
export type Dimension = number | string;

/** Marks a number as a float attribute; plain numbers become int attributes. */
export interface FloatAttribute {
  readonly float: number;
}
type AttributeValue = number | readonly number[] | FloatAttribute;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Large initialisers start at page boundaries, so that onnxruntime can map them instead of copying. */
const ALIGNMENT = 4096;

/** The name of a value in the graph. */
export type Value = string;

/**
 * Writes an ONNX model as a small protobuf plus one external data file, tensor by tensor: the weights are never all in
 * memory, and there is no 2 GB limit.
 */
export interface OnnxWriter {
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  output(name: string, type: ElementType, shape: readonly Dimension[]): Value;
  /** Large tensors go to the data file at once; their bytes are not kept. */
  initializer(name: string, type: ElementType, shape: readonly number[], data: Float32Array | Uint8Array): Promise<Value>;
  /** A small int64 constant, shared between equal uses. */
  ints(...values: readonly number[]): Value;
  /** A node with one output, which is given a fresh name. */
  node(operator: string, inputs: readonly Value[], attributes?: Attributes, domain?: string): Value;
  /** A node with several outputs. */
  nodes(operator: string, inputs: readonly Value[], outputs: number, attributes?: Attributes, domain?: string): Value[];
  /** Gives a value the name of a graph output. */
  name(value: Value, name: string): Value;
  /** Writes the protobuf. Returns the bytes of the data file. */
  finish(metadata: Readonly<Record<string, string>>): Promise<number>;
  /** Closes the data file without finishing. */
  abandon(): Promise<void>;
}

const OPSET = 21;
const IR_VERSION = 10;

export async function createOnnxWriter(file: string): Promise<OnnxWriter> {
  const dataFile = `${file}.data`;
  const handle: FileHandle = await open(dataFile, 'w');
  const graph = { nodes: [] as onnx.INodeProto[], tensors: [] as onnx.ITensorProto[], inputs: [] as onnx.IValueInfoProto[], outputs: [] as onnx.IValueInfoProto[] };
  const constants = new Map<string, Value>();
  let position = 0;

  const writer: OnnxWriter = {
    input(name, type, shape) {
      graph.inputs.push(valueInfo(name, type, shape));
      return name;
    },
    output(name, type, shape) {
      graph.outputs.push(valueInfo(name, type, shape));
      return name;
    },
    async initializer(name, type, shape, data) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const dims = [...shape];
      if (bytes.length < ALIGNMENT) {
        graph.tensors.push({ name, dims, dataType: TYPES[type], rawData: Uint8Array.from(bytes) });
        return name;
      }
      position = Math.ceil(position / ALIGNMENT) * ALIGNMENT;
      await handle.write(bytes, 0, bytes.length, position);
      graph.tensors.push({ name, dims, dataType: TYPES[type], ...external(path.basename(dataFile), position, bytes.length) });
      position += bytes.length;
      return name;
    },
    ints(...values) {
      const key = values.join(',');
      const known = constants.get(key);
      if (known !== undefined) return known;
      const name = `ints_${constants.size}`;
      graph.tensors.push({ name, dims: [values.length], dataType: TYPES.int64, rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) });
      constants.set(key, name);
      return name;
    },
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
    async finish(metadata) {
      await handle.close();
      const model = onnx.ModelProto.create({
        irVersion: IR_VERSION,
        producerName: 'stepscope',
        opsetImport: [{ domain: '', version: OPSET }, { domain: 'com.microsoft', version: 1 }],
        metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
        graph: { name: 'stepscope', node: graph.nodes, initializer: graph.tensors, input: graph.inputs, output: graph.outputs },
      });
      const out = await open(file, 'w');
      await out.write(onnx.ModelProto.encode(model).finish());
      await out.close();
      return position;
    },
    abandon: () => handle.close(),
  };
  return writer;
}

function external(location: string, offset: number, length: number): Pick<onnx.ITensorProto, 'dataLocation' | 'externalData'> {
  const entries = { location, offset: String(offset), length: String(length) };
  return {
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: TYPES[type], shape: { dim } } } };
}

function attribute([name, value]: [string, AttributeValue]): onnx.IAttributeProto {
  const types = onnx.AttributeProto.AttributeType;
  if (typeof value === 'number') return { name, type: types.INT, i: value };
  if ('float' in value) return { name, type: types.FLOAT, f: value.float };
  return { name, type: types.INTS, ints: [...value] };
}
