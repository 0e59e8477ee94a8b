import { open } from 'node:fs/promises';
import { onnx } from 'onnx-proto';
import { branchesOf, everyNode, type GraphFile } from './graph-file.ts';
import { elementCount } from './stored-tensor.ts';

/** Small tensors of a graph that are shapes, indices or factors, by the name of their value. Numbers beyond 2^53 are rounded. */
export type Constants = ReadonlyMap<string, readonly number[]>;

const MOST_NUMBERS = 64;
const { FLOAT, INT32, INT64 } = onnx.TensorProto.DataType;

/** Reads the small tensors: initialisers in the graph file, and the constants among its nodes, of branches too. */
export async function readConstants(file: string, { tensors, nodes }: GraphFile): Promise<Constants> {
  const constants = new Map<string, readonly number[]>();
  const add = (name: string, tensor: onnx.ITensorProto) => {
    const values = numbersOf(tensor);
    if (values !== undefined) constants.set(name, values);
  };
  const handle = await open(file, 'r');
  try {
    for (const { name, dims, external, message } of tensors) {
      if (external !== undefined || elementCount(dims) > MOST_NUMBERS) continue;
      const bytes = new Uint8Array(message[1] - message[0]);
      await handle.read(bytes, 0, bytes.length, message[0]);
      add(name, onnx.TensorProto.decode(bytes));
    }
  } finally {
    await handle.close();
  }
  for (const node of everyNode(nodes)) {
    if (node.opType === 'Constant') for (const { t } of node.attribute ?? []) if (t) add(node.output?.[0] ?? '', t);
    for (const { initializer } of branchesOf(node)) for (const tensor of initializer ?? []) add(tensor.name ?? '', tensor);
  }
  return constants;
}

/** undefined where there are many, or they are of a type that no shape comes in. */
function numbersOf({ dims, dataType, rawData, floatData, int32Data, int64Data }: onnx.ITensorProto): number[] | undefined {
  const count = elementCount((dims ?? []).map(Number));
  if (count > MOST_NUMBERS) return undefined;
  const view = new DataView(rawData?.buffer ?? new ArrayBuffer(0), rawData?.byteOffset ?? 0, rawData?.length ?? 0);
  const read = (width: number, at: (offset: number) => number) => Array.from({ length: Math.min(count, Math.floor(view.byteLength / width)) }, (_, i) => at(i * width));
  const raw = view.byteLength > 0;
  if (dataType === FLOAT) return raw ? read(4, (offset) => view.getFloat32(offset, true)) : [...(floatData ?? [])];
  if (dataType === INT32) return raw ? read(4, (offset) => view.getInt32(offset, true)) : [...(int32Data ?? [])];
  if (dataType === INT64) return raw ? read(8, (offset) => Number(view.getBigInt64(offset, true))) : (int64Data ?? []).map(Number);
  return undefined;
}
