import { open } from 'node:fs/promises';
import { onnx } from 'onnx-proto';
import { StepscopeError } from '../../../core/result.ts';
import { firstLine } from '../printable.ts';
import { countWeights, type WeightCount } from './count-weights.ts';
import { protobufFile, type ProtobufFile } from './protobuf-file.ts';
import { readStoredTensor, type StoredTensor } from './stored-tensor.ts';

/** An input or output. A dimension without a fixed size is its name, or ''. */
export interface GraphValue {
  readonly name: string;
  /** onnx.TensorProto.DataType; 0 where it is no tensor. */
  readonly type: number;
  readonly shape: readonly (number | string)[];
}

/** What an ONNX file says of itself, read without its weights. */
export interface GraphFile extends WeightCount {
  /** Without weights that are listed among the inputs. */
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly operators: ReadonlySet<string>;
  readonly nodes: readonly onnx.INodeProto[];
  readonly tensors: readonly StoredTensor[];
  /** Files beside the graph that hold its weights, as the graph names them. */
  readonly dataFiles: readonly string[];
  readonly header: GraphHeader;
}

/** What the model says around its graph. */
export interface GraphHeader {
  readonly irVersion: number;
  readonly opsets: readonly onnx.IOperatorSetIdProto[];
  /** Functions of its own: operators that are graphs. */
  readonly functions: number;
}

/** Field numbers of onnx.proto. */
const MODEL = { irVersion: 1, graph: 7, opset: 8, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparse: 15 } as const;
/** A node is a few hundred bytes, unless it carries a table or a subgraph. */
const LARGEST_NODE = 64 << 20;
const LARGEST_VALUE = 1 << 16;
const DEEPEST = 16;

/**
 * Reads inputs, outputs, nodes and the list of weights of an ONNX file. Throws StepscopeError `model-missing` or
 * `model-invalid` with one sentence, `remedy` its end, where there is no such file, or it is cut off or damaged.
 */
export async function readGraphFile(file: string, remedy = 'download it again'): Promise<GraphFile> {
  const handle = await open(file, 'r').catch(() => {
    throw new StepscopeError('model-missing', `${file} cannot be opened: ${remedy}.`);
  });
  try {
    return await readModel(await protobufFile(handle));
  } catch (error) {
    throw new StepscopeError('model-invalid', `${file} is no whole ONNX graph (it ends or breaks off at ${firstLine(error)}): ${remedy}.`);
  } finally {
    await handle.close();
  }
}

async function readModel(source: ProtobufFile): Promise<GraphFile> {
  let graph: Omit<GraphFile, 'header'> | undefined;
  let [irVersion, functions] = [0, 0];
  const opsets: onnx.IOperatorSetIdProto[] = [];
  for await (const field of source.fields(0, source.size)) {
    if (field.number === MODEL.irVersion) irVersion = field.value;
    else if (field.number === MODEL.functions) functions++;
    else if (field.number === MODEL.opset) opsets.push(onnx.OperatorSetIdProto.decode(await limited(source, field, LARGEST_VALUE)));
    else if (field.number === MODEL.graph) {
      // Protobuf would merge them.
      if (graph !== undefined) throw new RangeError('a second graph');
      graph = await readGraph(source, field.start, field.end);
    }
  }
  if (graph === undefined) throw new RangeError('no graph');
  return { ...graph, header: { irVersion, opsets, functions } };
}

async function readGraph(source: ProtobufFile, start: number, end: number): Promise<Omit<GraphFile, 'header'>> {
  const tensors: StoredTensor[] = [];
  const nodes: onnx.INodeProto[] = [];
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  for await (const field of source.fields(start, end)) {
    if (field.number === GRAPH.node) nodes.push(onnx.NodeProto.decode(await limited(source, field, LARGEST_NODE)));
    else if (field.number === GRAPH.initializer) tensors.push(await readStoredTensor(source, field.start, field.end));
    else if (field.number === GRAPH.input) inputs.push(graphValue(onnx.ValueInfoProto.decode(await limited(source, field, LARGEST_VALUE))));
    else if (field.number === GRAPH.output) outputs.push(graphValue(onnx.ValueInfoProto.decode(await limited(source, field, LARGEST_VALUE))));
    else if (field.number === GRAPH.sparse) throw new RangeError('sparse weights, which cannot be read');
  }
  const weightNames = new Set(tensors.map(({ name }) => name));
  return {
    // Graphs of before 2019 list their weights among the inputs.
    inputs: inputs.filter(({ name }) => !weightNames.has(name)),
    outputs,
    operators: new Set([...everyNode(nodes)].map(({ opType }) => opType ?? '')),
    nodes,
    tensors,
    dataFiles: [...new Set(tensors.flatMap(({ external }) => external?.location ?? []))].sort(),
    ...countWeights(tensors, nodes),
  };
}

function limited(source: ProtobufFile, { number, start, end }: { readonly number: number; readonly start: number; readonly end: number }, most: number): Promise<Uint8Array> {
  if (end - start > most) throw new RangeError(`field ${number} of ${end - start} bytes`);
  return source.bytes(start, end);
}

function graphValue({ name, type }: onnx.IValueInfoProto): GraphValue {
  const tensor = type?.tensorType;
  const shape = (tensor?.shape?.dim ?? []).map((dim) => (dim.dimParam ? dim.dimParam : Number(dim.dimValue ?? 0) > 0 ? Number(dim.dimValue) : ''));
  return { name: name ?? '', type: tensor?.elemType ?? 0, shape };
}

/** The graphs in a node's attributes: the branches of an If. */
export function branchesOf({ attribute }: onnx.INodeProto): onnx.IGraphProto[] {
  return (attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]);
}

/** Nodes and those of their branches: merged decoders keep both of their ways in the branches of an If. */
export function* everyNode(nodes: readonly onnx.INodeProto[], depth = 0): Generator<onnx.INodeProto> {
  if (depth > DEEPEST) throw new RangeError('branches in branches');
  for (const node of nodes) {
    yield node;
    for (const branch of branchesOf(node)) yield* everyNode(branch.node ?? [], depth + 1);
  }
}
