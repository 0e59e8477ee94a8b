import { StepscopeError } from '../../core/result.ts';
import { floatToHalf, LARGEST_HALF } from './half.ts';
import { chunksOf, rowsOf, type Matrix } from './matrix.ts';
import { CONTRIB, type OnnxWriter, type Value } from './onnx-writer.ts';
import { quantizeBlocks } from './quantize.ts';
import type { Checkpoint } from './safetensors.ts';

/** How weight matrices are stored. Norms, biases and activations stay float32. */
export interface WeightPlan {
  readonly bits: 4 | 8 | 16 | 32;
  /** Weights that share a scale, along the input dimension; for 4 and 8 bits. */
  readonly block: number;
}

export function describeWeights(plan: WeightPlan): string {
  switch (plan.bits) {
    case 32:
      return 'fp32';
    case 16:
      return 'fp16, computed in fp32';
    case 8:
      return `8-bit, block ${plan.block}`;
    case 4:
      return `4-bit, block ${plan.block}, embedding and head 8-bit`;
  }
}

/** What it takes to put a weight into a graph. */
export interface WeightContext {
  readonly writer: OnnxWriter;
  readonly plan: WeightPlan;
  readonly checkpoint: Checkpoint;
}

/** Activations are quantised to 8 bits inside the operator, block by block: the fast integer kernels. */
const INT8_ACTIVATIONS = 4;
/** onnx.TensorProto.DataType.FLOAT */
const FLOAT = 1;
const MIN_BLOCK = 16;

/** `x [.., columns] -> [.., rows]`. */
export async function linear(context: WeightContext, x: Value, id: string, weight: Matrix): Promise<Value> {
  return multiplyBy(context, await store(context, id, weight, context.plan.bits), x);
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
export async function embeddingAndHead(context: WeightContext, embedding: Matrix, head: Matrix | undefined): Promise<Embedding> {
  const bits = context.plan.bits === 4 ? 8 : context.plan.bits;
  const table = await store(context, 'embedding', embedding, bits);
  const output = head === undefined ? table : await store(context, 'head', head, bits);
  return { embed: (ids) => lookUp(context.writer, table, ids), head: (x) => multiplyBy(context, output, x) };
}

/** A matrix [rows, columns] among the initialisers. */
interface StoredMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly bits: WeightPlan['bits'];
  readonly values: Value;
  /** Of the 4 and 8 bit kinds. */
  readonly scales: Value;
  readonly block: number;
}

async function store(context: WeightContext, id: string, weight: Matrix, bits: WeightPlan['bits']): Promise<StoredMatrix> {
  const base = { rows: rowsOf(weight), columns: weight.columns, bits };
  switch (bits) {
    case 32:
      return { ...base, values: await storePlain(context, id, weight, 'float', (chunk) => chunk), scales: '', block: 0 };
    case 16:
      return { ...base, values: await storePlain(context, `${id}_h`, weight, 'float16', (chunk) => toHalf(chunk, id, context.checkpoint)), scales: '', block: 0 };
    case 8:
    case 4:
      return { ...base, ...(await storeQuantized(context, id, weight, bits)) };
  }
}

async function storePlain({ writer, checkpoint }: WeightContext, name: string, weight: Matrix, type: 'float' | 'float16', encode: (chunk: Float32Array) => Float32Array | Uint16Array): Promise<Value> {
  const slot = writer.slot(name, type, [rowsOf(weight), weight.columns]);
  if (slot !== undefined) for await (const chunk of chunksOf(checkpoint, weight)) await slot.append(encode(chunk));
  return name;
}

function toHalf(chunk: Float32Array, id: string, { source }: Checkpoint): Uint16Array {
  const out = new Uint16Array(chunk.length);
  for (let i = 0; i < chunk.length; i++) {
    const value = chunk[i] ?? 0;
    if (Math.abs(value) > LARGEST_HALF) throw new StepscopeError('model-invalid', `${source} has the weight ${value} (in ${id}), which 16 bits cannot hold: convert with --bits 32, 8 or 4.`);
    out[i] = floatToHalf(value);
  }
  return out;
}

async function storeQuantized({ writer, checkpoint, plan }: WeightContext, id: string, weight: Matrix, bits: 4 | 8): Promise<Pick<StoredMatrix, 'values' | 'scales' | 'block'>> {
  const { columns } = weight;
  const block = blockFor(columns, plan.block, id);
  const shape = [rowsOf(weight), columns / block];
  const values = writer.slot(`${id}_q`, 'uint8', [...shape, (block * bits) / 8]);
  const scales = writer.slot(`${id}_s`, 'float', shape);
  if (values !== undefined && scales !== undefined) {
    for await (const chunk of chunksOf(checkpoint, weight)) {
      const quantized = quantizeBlocks(chunk, chunk.length / columns, columns, bits, block);
      await values.append(quantized.values);
      await scales.append(quantized.scales);
    }
  }
  return { values: `${id}_q`, scales: `${id}_s`, block };
}

/** The largest block that divides the input dimension, at most the planned one. */
function blockFor(columns: number, planned: number, id: string): number {
  let block = planned;
  while (columns % block !== 0) block /= 2;
  if (block < MIN_BLOCK) throw new StepscopeError('model-invalid', `${id} has ${columns} columns, no multiple of ${MIN_BLOCK}, which 4 and 8 bits need: convert with --bits 16 or 32.`);
  return block;
}

/**
 * 16 bits: onnxruntime has no x86 kernels that multiply in binary16, but folds the cast of a constant when it loads the
 * graph. So the file is half as large, and speed is that of fp32: over nine interleaved rounds decoding took 0.93 times and
 * prefill 1.00 times as long as with 32 bits, loading 244 ms instead of 347 (reasoner, 2 cores; bench forward-passes).
 * Matrices stay [rows, columns] as they come, and the product transposes: prepacking makes that free.
 */
function multiplyBy({ writer }: WeightContext, matrix: StoredMatrix, x: Value): Value {
  const { rows, columns, bits, values, scales, block } = matrix;
  if (bits === 4 || bits === 8) {
    return writer.node('MatMulNBits', [x, values, scales], { K: columns, N: rows, bits, block_size: block, accuracy_level: INT8_ACTIVATIONS }, CONTRIB);
  }
  const weight = bits === 32 ? values : writer.node('Cast', [values], { to: FLOAT });
  return writer.node('FusedMatMul', [x, weight], { transB: 1 }, CONTRIB);
}

function lookUp(writer: OnnxWriter, { rows, columns, bits, values, scales, block }: StoredMatrix, ids: Value): Value {
  if (bits === 32) return writer.node('Gather', [values, ids]);
  if (bits === 16) return writer.node('Cast', [writer.node('Gather', [values, ids])], { to: FLOAT });
  const flat = writer.node('Reshape', [values, writer.ints(rows, columns)]);
  return writer.node('GatherBlockQuantized', [flat, ids, scales], { gather_axis: 0, quantize_axis: 1, block_size: block, bits: 8 }, CONTRIB);
}
