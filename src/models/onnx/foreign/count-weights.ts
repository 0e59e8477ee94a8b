import type { onnx } from 'onnx-proto';
import { elementCount, type StoredTensor } from './stored-tensor.ts';

/** What the weights of a graph come to. */
export interface WeightCount {
  /** Weights in matrices, counted: quantised ones by what they stand for. Tables of cosines and the like are among them. */
  readonly parameters: number;
  /** How most of the weights are stored, for example `4-bit`. */
  readonly weights: string;
}

/** Elements a byte of the types that weights come in; the other types hold shapes and indices. */
const STORED: Readonly<Record<number, string>> = { 1: 'fp32', 2: '8-bit', 3: '8-bit', 10: 'fp16', 11: 'fp64', 16: 'bf16', 21: '4-bit', 22: '4-bit' };

export function countWeights(tensors: readonly StoredTensor[], nodes: readonly onnx.INodeProto[]): WeightCount {
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
  for (const { name, type, dims } of tensors) {
    const stored = STORED[type];
    if (stored === undefined || dims.length < 2 || helpers.has(name)) continue;
    // Two 4-bit weights share a byte where the type is a byte; the 4-bit types count them one by one.
    const bits = type === 2 || type === 3 ? (bitsOf.get(name) ?? 8) : undefined;
    const count = elementCount(dims);
    const weights = bits === undefined ? count : (count * 8) / bits;
    const kind = bits === undefined ? stored : `${bits}-bit`;
    parameters += weights;
    counts.set(kind, (counts.get(kind) ?? 0) + weights);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return { parameters, weights: most?.[0] ?? 'unknown weights' };
}
