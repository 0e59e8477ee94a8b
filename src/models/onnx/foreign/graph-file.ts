import { open } from 'node:fs/promises';
import { onnx } from 'onnx-proto';
import { StepscopeError } from '../../../core/result.ts';
import { protobufFile, type ProtobufFile } from './protobuf-file.ts';

/** An input or output. A dimension without a fixed size is its name, or ''. */
export interface GraphValue {
  readonly name: string;
  /** onnx.TensorProto.DataType; 0 where it is no tensor. */
  readonly type: number;
  readonly shape: readonly (number | string)[];
}

/** What an ONNX file says of itself, read without its weights. */
export interface GraphFile {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly operators: ReadonlySet<string>;
  /** Files beside the graph that hold its weights, as the graph names them. */
  readonly dataFiles: readonly string[];
  /** Weights in matrices, counted: quantised ones by what they stand for. Tables of cosines and the like are among them. */
  readonly parameters: number;
  /** How most of the weights are stored, for example `4-bit`. */
  readonly weights: string;
}

interface Tensor {
  readonly name: string;
  readonly type: number;
  readonly count: number;
  readonly rank: number;
  readonly location: string | undefined;
}

/** Field numbers of onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const TENSOR = { dims: 1, type: 2, name: 8, external: 13 } as const;
/** A node is a few hundred bytes, unless it carries a table or a subgraph. */
const LARGEST_NODE = 64 << 20;

/**
 * Reads inputs, outputs, operators and the list of weights of an ONNX file. Throws StepscopeError `model-missing` or
 * `model-invalid` with one sentence where there is no such file, or it is cut off.
 */
export async function readGraphFile(file: string): Promise<GraphFile> {
  const handle = await open(file, 'r').catch(() => {
    throw new StepscopeError('model-missing', `${file} cannot be opened: download it again.`);
  });
  try {
    const source = await protobufFile(handle);
    for await (const field of source.fields(0, source.size)) {
      if (field.number === MODEL_GRAPH) return await readGraph(source, field.start, field.end);
    }
    throw new RangeError('no graph');
  } catch (error) {
    if (error instanceof StepscopeError) throw error;
    throw new StepscopeError('model-invalid', `${file} is no whole ONNX graph (it ends or breaks off at ${error instanceof Error ? error.message : String(error)}): download it again.`);
  } finally {
    await handle.close();
  }
}

async function readGraph(source: ProtobufFile, start: number, end: number): Promise<GraphFile> {
  const tensors: Tensor[] = [];
  const nodes: onnx.INodeProto[] = [];
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  for await (const field of source.fields(start, end)) {
    const bytes = () => source.bytes(field.start, field.end);
    if (field.number === GRAPH.node && field.end - field.start <= LARGEST_NODE) nodes.push(onnx.NodeProto.decode(await bytes()));
    else if (field.number === GRAPH.initializer) tensors.push(await readTensor(source, field.start, field.end));
    else if (field.number === GRAPH.input) inputs.push(graphValue(onnx.ValueInfoProto.decode(await bytes())));
    else if (field.number === GRAPH.output) outputs.push(graphValue(onnx.ValueInfoProto.decode(await bytes())));
  }
  const weightNames = new Set(tensors.map(({ name }) => name));
  const operators = new Set<string>();
  collectOperators(nodes, operators);
  return {
    // Graphs of before 2019 list their weights among the inputs.
    inputs: inputs.filter(({ name }) => !weightNames.has(name)),
    outputs,
    operators,
    dataFiles: [...new Set(tensors.flatMap(({ location }) => location ?? []))].sort(),
    ...countWeights(tensors, nodes),
  };
}

async function readTensor(source: ProtobufFile, start: number, end: number): Promise<Tensor> {
  let [name, type, location] = ['', 0, undefined as string | undefined];
  const dims: number[] = [];
  for await (const field of source.fields(start, end)) {
    const message = () => source.bytes(field.start, field.end);
    if (field.number === TENSOR.dims && field.start === field.end) dims.push(field.value);
    else if (field.number === TENSOR.dims) dims.push(...packed(await message()));
    else if (field.number === TENSOR.type) type = field.value;
    else if (field.number === TENSOR.name) name = new TextDecoder().decode(await message());
    else if (field.number === TENSOR.external) {
      const { key, value } = onnx.StringStringEntryProto.decode(await message());
      if (key === 'location') location = value;
    }
  }
  return { name, type, rank: dims.length, count: dims.reduce((product, size) => product * size, 1), location };
}

/** The numbers of a packed field. */
function* packed(bytes: Uint8Array): Generator<number> {
  let [value, shift] = [0, 0];
  for (const byte of bytes) {
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte >= 128) continue;
    yield value;
    [value, shift] = [0, 0];
  }
}

function graphValue({ name, type }: onnx.IValueInfoProto): GraphValue {
  const tensor = type?.tensorType;
  const shape = (tensor?.shape?.dim ?? []).map((dim) => (dim.dimParam ? dim.dimParam : Number(dim.dimValue ?? 0) > 0 ? Number(dim.dimValue) : ''));
  return { name: name ?? '', type: tensor?.elemType ?? 0, shape };
}

/** Merged decoders keep both of their ways in the branches of an If. */
function collectOperators(nodes: readonly onnx.INodeProto[], into: Set<string>): void {
  for (const { opType, attribute } of nodes) {
    into.add(opType ?? '');
    for (const { g } of attribute ?? []) collectOperators(g?.node ?? [], into);
  }
}

/** Elements a byte of the types that weights come in; the other types hold shapes and indices. */
const STORED: Readonly<Record<number, string>> = { 1: 'fp32', 2: '8-bit', 3: '8-bit', 10: 'fp16', 11: 'fp64', 16: 'bf16', 21: '4-bit', 22: '4-bit' };

function countWeights(tensors: readonly Tensor[], nodes: readonly onnx.INodeProto[]): Pick<GraphFile, 'parameters' | 'weights'> {
  const bitsOf = new Map<string, number>();
  const helpers = new Set<string>();
  for (const { opType, input, attribute } of nodes) {
    if (opType !== 'MatMulNBits' && opType !== 'GatherBlockQuantized') continue;
    const bits = Number(attribute?.find(({ name }) => name === 'bits')?.i ?? 4);
    bitsOf.set(input?.[opType === 'MatMulNBits' ? 1 : 0] ?? '', bits);
    for (const name of input?.slice(2) ?? []) helpers.add(name);
  }
  const counts = new Map<string, number>();
  let parameters = 0;
  for (const { name, type, count, rank } of tensors) {
    const stored = STORED[type];
    if (stored === undefined || rank < 2 || helpers.has(name)) continue;
    // Two 4-bit weights share a byte where the type is a byte; the 4-bit types count them one by one.
    const bits = type === 2 || type === 3 ? (bitsOf.get(name) ?? 8) : undefined;
    const weights = bits === undefined ? count : (count * 8) / bits;
    const kind = bits === undefined ? stored : `${bits}-bit`;
    parameters += weights;
    counts.set(kind, (counts.get(kind) ?? 0) + weights);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return { parameters, weights: most?.[0] ?? 'unknown weights' };
}
