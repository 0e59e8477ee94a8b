import type { DecoderSpec } from '../../../../src/models/convert/architecture.ts';
import { readVector } from '../../../../src/models/convert/matrix.ts';
import { readNorm } from '../../../../src/models/convert/norms.ts';
import { CONTRIB, type OnnxWriter, type Value } from '../../../../src/models/convert/onnx-writer.ts';
import type { WeightContext } from '../../../../src/models/convert/weights.ts';
import type { ExportLayout } from './export.ts';

/** What a norm gives, and the residual stream that it was computed from. */
export interface Normalized {
  readonly x: Value;
  readonly residual: Value;
}

export interface Norms {
  first(residual: Value, weight: string): Promise<Normalized>;
  /** Of the sum of the stream and a change. */
  afterAdding(change: Value, residual: Value, weight: string): Promise<Normalized>;
  /** Of a value beside the stream. */
  alone(x: Value, weight: string): Promise<Value>;
  /** Of each head of x [batch, sequence, heads * headDim]. */
  perHead(x: Value, heads: number, weight: string): Promise<Value>;
}

/** A vector of the checkpoint as it is. */
export async function vector({ writer, checkpoint }: WeightContext, tensor: string, length: number): Promise<Value> {
  await writer.slot(tensor, 'float', [length])?.append(await readVector(checkpoint, [{ tensor, from: 0, rows: length }]));
  return tensor;
}

/** `narrow` and `wide`: to the type of the stream, and back. */
export function createNorms(context: WeightContext, spec: DecoderSpec, layout: ExportLayout, { narrow, wide }: { readonly narrow: (x: Value) => Value; readonly wide: (x: Value) => Value }): Norms {
  const { writer, checkpoint } = context;
  const fused = layout.attention === 'gqa';
  const weightOf = async (tensor: string, length: number) => {
    await writer.slot(tensor, 'float', [length])?.append(await readNorm({ spec, checkpoint }, tensor, length));
    return tensor;
  };
  const norms: Norms = {
    first: async (residual, weight) => ({ x: await norms.alone(wide(residual), weight), residual }),
    async afterAdding(change, residual, weight) {
      // As the builder writes it: sum and norm in one operator, of which the last one's sum is not given out.
      if (fused) {
        const last = weight === 'model.norm.weight';
        const [x = '', , , sum = ''] = writer.nodes('SkipSimplifiedLayerNormalization', [residual, change, await weightOf(weight, spec.hidden)], last ? 1 : 4, { epsilon: { float: spec.normEpsilon } }, CONTRIB);
        return { x, residual: sum };
      }
      return norms.first(writer.node('Add', [residual, narrow(change)]), weight);
    },
    alone: async (x, weight) => normalize(writer, spec, fused, x, await weightOf(weight, spec.hidden)),
    async perHead(x, heads, weight) {
      const split = writer.node('Reshape', [x, writer.ints(0, -1, heads, spec.headDim)]);
      return writer.node('Reshape', [normalize(writer, spec, fused, split, await weightOf(weight, spec.headDim)), writer.ints(0, -1, heads * spec.headDim)]);
    },
  };
  return norms;
}

/** RMS norm: fused as the builder writes it, or step by step as a traced model has it. */
function normalize(writer: OnnxWriter, spec: DecoderSpec, fused: boolean, x: Value, weight: Value): Value {
  if (fused) return writer.node('SimplifiedLayerNormalization', [x, weight], { axis: -1, epsilon: { float: spec.normEpsilon }, stash_type: 1 });
  const mean = writer.node('ReduceMean', [writer.node('Pow', [x, writer.scalar(2)]), writer.ints(-1)], { keepdims: 1 });
  const root = writer.node('Sqrt', [writer.node('Add', [mean, writer.scalar(spec.normEpsilon)])]);
  return writer.node('Mul', [weight, writer.node('Mul', [x, writer.node('Div', [writer.scalar(1), root])])]);
}
