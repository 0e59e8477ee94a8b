import type { OnnxWriter, Value } from './onnx-writer.ts';
import { quantizeBlocks } from './quantize.ts';

/** How weight matrices are stored. Norms, biases and activations stay float32. */
export interface WeightPlan {
  readonly bits: 4 | 8 | 32;
  /** Weights that share a scale, along the input dimension. */
  readonly block: number;
}

export function describeWeights(plan: WeightPlan): string {
  if (plan.bits === 32) return 'fp32';
  return plan.bits === 8 ? `8-bit, block ${plan.block}` : `4-bit, block ${plan.block}, embedding and head 8-bit`;
}

/** Activations are quantised to 8 bits inside the operator, block by block: the fast integer kernels. */
const INT8_ACTIVATIONS = 4;
const CONTRIB = 'com.microsoft';

/** The largest block that divides the input dimension, at most the planned one; the operator needs at least 16. */
function blockFor(columns: number, planned: number): number {
  let block = planned;
  while (columns % block !== 0) block /= 2;
  return block;
}

/** `x [.., columns] -> [.., rows]` with a row-major weight [rows, columns]. */
export async function linear(writer: OnnxWriter, plan: WeightPlan, x: Value, id: string, weight: Float32Array, rows: number, columns: number): Promise<Value> {
  if (plan.bits === 32) {
    const name = await writer.initializer(id, 'float', [columns, rows], transpose(weight, rows, columns));
    return writer.node('MatMul', [x, name]);
  }
  const block = blockFor(columns, plan.block);
  const names = await quantized(writer, id, weight, rows, columns, plan.bits, block);
  return matMulBits(writer, x, names, rows, columns, plan.bits, block);
}

/** The token embedding, and the head that shares its matrix with it or has its own. */
export interface Embedding {
  /** ids -> hidden states */
  embed(ids: Value): Value;
  /** hidden states -> logits */
  head(x: Value): Value;
}

/**
 * Embedding and output head. Quantised plans keep both at 8 bits: the head decides the verdict's margin, and a 4-bit head
 * costs a verdict on the reference set. A tied matrix is stored once and read by both.
 */
export async function embeddingAndHead(
  writer: OnnxWriter,
  plan: WeightPlan,
  embedding: Float32Array,
  head: Float32Array | undefined,
  vocabulary: number,
  hidden: number,
): Promise<Embedding> {
  if (plan.bits === 32) return plainEmbedding(writer, embedding, head, vocabulary, hidden);
  const block = blockFor(hidden, plan.block);
  const table = await quantized(writer, 'embedding', embedding, vocabulary, hidden, 8, block);
  const output = head === undefined ? table : await quantized(writer, 'head', head, vocabulary, hidden, 8, block);
  return {
    embed: (ids) => {
      const flat = writer.node('Reshape', [table.values, writer.ints(vocabulary, hidden)]);
      return writer.node('GatherBlockQuantized', [flat, ids, table.scales], { gather_axis: 0, quantize_axis: 1, block_size: block, bits: 8 }, CONTRIB);
    },
    head: (x) => matMulBits(writer, x, output, vocabulary, hidden, 8, block),
  };
}

async function plainEmbedding(writer: OnnxWriter, embedding: Float32Array, head: Float32Array | undefined, vocabulary: number, hidden: number): Promise<Embedding> {
  const table = await writer.initializer('embedding', 'float', [vocabulary, hidden], embedding);
  const output = head === undefined ? table : await writer.initializer('head', 'float', [vocabulary, hidden], head);
  return {
    embed: (ids) => writer.node('Gather', [table, ids]),
    head: (x) => writer.node('FusedMatMul', [x, output], { transB: 1 }, CONTRIB),
  };
}

interface QuantizedNames {
  readonly values: Value;
  readonly scales: Value;
}

async function quantized(writer: OnnxWriter, id: string, weight: Float32Array, rows: number, columns: number, bits: 4 | 8, block: number): Promise<QuantizedNames> {
  const result = quantizeBlocks(weight, rows, columns, bits, block);
  return {
    values: await writer.initializer(`${id}_q`, 'uint8', [rows, result.blocks, result.blob], result.values),
    scales: await writer.initializer(`${id}_s`, 'float', [rows, result.blocks], result.scales),
  };
}

function matMulBits(writer: OnnxWriter, x: Value, names: QuantizedNames, rows: number, columns: number, bits: number, block: number): Value {
  const attributes = { K: columns, N: rows, bits, block_size: block, accuracy_level: INT8_ACTIVATIONS };
  return writer.node('MatMulNBits', [x, names.values, names.scales], attributes, CONTRIB);
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) out[column * rows + row] = matrix[row * columns + column] ?? 0;
  return out;
}
