import type { GraphContext } from './graph-context.ts';
import { readVector } from './matrix.ts';
import { CONTRIB, type Value } from './onnx-writer.ts';

/** An RMS norm's weight [length] as the operator multiplies by it. */
export async function normWeight({ writer, spec, checkpoint }: GraphContext, tensor: string, length: number): Promise<Value> {
  const slot = writer.slot(tensor, 'float', [length]);
  if (slot !== undefined) await slot.append(await readNorm({ spec, checkpoint }, tensor, length));
  return tensor;
}

/** Values of a norm's weight, Gemma's offset added. */
export async function readNorm({ spec, checkpoint }: Pick<GraphContext, 'spec' | 'checkpoint'>, tensor: string, length: number): Promise<Float32Array> {
  const values = await readVector(checkpoint, [{ tensor, from: 0, rows: length }]);
  return spec.normOffset === 0 ? values : values.map((value) => value + spec.normOffset);
}

/** RMS norm over the last axis. */
export function normalize({ writer, spec }: GraphContext, x: Value, weight: Value): Value {
  return writer.node('SimplifiedLayerNormalization', [x, weight], { axis: -1, epsilon: { float: spec.normEpsilon }, stash_type: 1 });
}

/** Residual add, then RMS norm: returns [normalised, sum]. */
export function addAndNormalize({ writer, spec }: GraphContext, x: Value, residual: Value, weight: Value): [Value, Value] {
  const outputs = writer.nodes('SkipSimplifiedLayerNormalization', [x, residual, weight], 4, { epsilon: { float: spec.normEpsilon } }, CONTRIB);
  return [outputs[0] ?? '', outputs[3] ?? ''];
}
