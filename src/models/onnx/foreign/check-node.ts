import { onnx } from 'onnx-proto';
import type { Constants } from './constants.ts';
import { branchesOf } from './graph-file.ts';
import { bytesOf, elementCount, type StoredTensor } from './stored-tensor.ts';

/** Numbers that an operator may make of nothing, whatever the size of the weights: a causal mask of 8192 positions. */
const ALWAYS_ALLOWED = 2 ** 26;
const MOST_HEADS = 1 << 12;

/** Operators whose size is told by an input of numbers, and which input. */
const SHAPED: Readonly<Record<string, number>> = { Reshape: 1, Expand: 1, ConstantOfShape: 0, Tile: 1, Pad: 1 };
const STRING = 8;
const INSIDE = onnx.TensorProto.DataLocation.DEFAULT;

/** What is wrong with a node that would make onnxruntime allocate or read what is not there; undefined where nothing is. */
export function checkNode(node: onnx.INodeProto, tensors: ReadonlyMap<string, StoredTensor>, constants: Constants, parameters: number): string | undefined {
  const operator = node.opType ?? '';
  const most = Math.max(ALWAYS_ALLOWED, parameters);
  const shapeInput = SHAPED[operator];
  if (shapeInput !== undefined) {
    const shape = constants.get(node.input?.[shapeInput] ?? '');
    const size = (shape ?? []).reduce((product, length) => product * Math.max(1, length), 1);
    if (size > most) return `makes something of the shape [${(shape ?? []).join(', ')}]`;
  }
  if (operator === 'Range') {
    const [start = 0, limit, delta = 1] = (node.input ?? []).slice(0, 3).map((name) => constants.get(name)?.[0]);
    if (limit !== undefined && !(Math.abs((limit - start) / delta) <= most)) return `counts from ${start} to ${limit} by ${delta}`;
  }
  for (const tensor of tensorsOf(node)) {
    const what = wrongTensor(tensor);
    if (what !== undefined) return what;
  }
  if (branchesOf(node).some(({ sparseInitializer }) => (sparseInitializer ?? []).length > 0)) return 'holds sparse weights';
  if (operator === 'MatMulNBits') return wrongBlocks(node, tensors);
  for (const name of ['num_heads', 'kv_num_heads']) {
    const heads = integer(node, name);
    if (heads !== undefined && !(heads >= 0 && heads <= MOST_HEADS)) return `has ${heads} heads`;
  }
  return undefined;
}

export function integer({ attribute }: onnx.INodeProto, name: string): number | undefined {
  const found = attribute?.find((entry) => entry.name === name);
  return found === undefined ? undefined : Number(found.i ?? 0);
}

function tensorsOf(node: onnx.INodeProto): onnx.ITensorProto[] {
  return [...(node.attribute ?? []).flatMap(({ t }) => t ?? []), ...branchesOf(node).flatMap(({ initializer }) => initializer ?? [])];
}

function wrongTensor({ dims: lengths, dataType, rawData, dataLocation, externalData, ...typed }: onnx.ITensorProto): string | undefined {
  const type = dataType ?? 0;
  const dims = (lengths ?? []).map(Number);
  const bytes = bytesOf({ type, dims });
  const shape = `[${dims.slice(0, 8).join(', ')}]`;
  // Text takes what is written in the file, whatever the shape.
  if (type === STRING) return undefined;
  if (bytes === undefined || !dims.every((size) => Number.isSafeInteger(size) && size >= 0)) return `holds a tensor of type ${type} and the shape ${shape}`;
  if ((externalData ?? []).length > 0 || (dataLocation ?? INSIDE) !== INSIDE) return 'has its numbers in another file';
  const raw = rawData?.length ?? 0;
  const numbers = [typed.floatData, typed.int32Data, typed.int64Data, typed.doubleData, typed.uint64Data].reduce((sum, list) => sum + (list?.length ?? 0), 0);
  const fits = raw > 0 ? raw === bytes : numbers >= Math.min(bytes, elementCount(dims));
  return fits ? undefined : `holds ${raw > 0 ? `${raw} bytes` : `${numbers} numbers`} where the shape ${shape} asks for others`;
}

/** The kernels trust these sizes. */
function wrongBlocks(node: onnx.INodeProto, tensors: ReadonlyMap<string, StoredTensor>): string | undefined {
  const [columns = 0, rows = 0, bits = 4, block = 0] = ['K', 'N', 'bits', 'block_size'].map((name) => integer(node, name));
  const what = `has K = ${columns}, N = ${rows}, ${bits} bits and blocks of ${block}`;
  if (!(columns > 0 && rows > 0 && [2, 4, 8].includes(bits) && block >= 16 && block <= 4096 && Number.isInteger(Math.log2(block)))) return what;
  const blocks = rows * Math.ceil(columns / block);
  const [, values, scales] = (node.input ?? []).map((name) => tensors.get(name));
  if (values !== undefined && elementCount(values.dims) !== (blocks * block * bits) / 8) return `${what}, and weights of the shape [${values.dims.join(', ')}]`;
  if (scales !== undefined && elementCount(scales.dims) !== blocks) return `${what}, and scales of the shape [${scales.dims.join(', ')}]`;
  return undefined;
}
