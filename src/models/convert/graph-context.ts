import type { DecoderSpec } from './architecture.ts';
import type { Value } from './onnx-writer.ts';
import { createTaps, type Taps } from './taps.ts';
import type { WeightContext } from './weights.ts';

/** What the parts of one decoder graph share. */
export interface GraphContext extends WeightContext {
  readonly spec: DecoderSpec;
  /** Of the inspection graph only. */
  readonly taps: Taps | undefined;
  /** Query heads a KV head. */
  readonly groups: number;
  /** Lengths of the three segments, for splitting the softmax again. */
  readonly segments: Value;
  /** Shapes that depend on the run: int64 tensors computed once for all layers. */
  readonly shapes: {
    /** [kvHeads, R, groups, -1] */ readonly scores: Value;
    /** [m, R * kvHeads, headDim]: own keys, batched by row and head */ readonly ownKeys: Value;
    /** [R, kvHeads, groups, m] */ readonly ownScores: Value;
    /** [R * kvHeads, groups, m] */ readonly ownProbabilities: Value;
    /** [kvHeads, R * groups, n] and [kvHeads, R * groups, R] */ readonly trunkProbabilities: Value;
    readonly selfProbabilities: Value;
  };
}

/** Declares the inputs that all graphs have, and computes what all layers share. */
export function createGraphContext(weights: WeightContext, spec: DecoderSpec, inspect: boolean): GraphContext {
  const { writer } = weights;
  const { kvHeads, headDim } = spec;
  const groups = spec.heads / kvHeads;
  writer.input('input_ids', 'int64', [1, 'R']);
  writer.input('position_ids', 'int64', [1, 'R']);
  for (let layer = 0; layer < spec.layers; layer++) {
    for (const part of ['k', 'v']) {
      writer.input(`past_${part}.${layer}`, 'float', ['n', kvHeads, headDim]);
      writer.input(`own_${part}.${layer}`, 'float', ['m', 'R', kvHeads, headDim]);
    }
  }
  const length = (value: Value, axis: number) => writer.node('Slice', [writer.node('Shape', [value]), writer.ints(axis), writer.ints(axis + 1)]);
  const n = length('past_k.0', 0);
  const m = length('own_k.0', 0);
  const rows = length('input_ids', 1);
  const shape = (...parts: Value[]) => writer.node('Concat', parts, { axis: 0 });
  const rowsTimes = (factor: number) => writer.node('Mul', [rows, writer.ints(factor)]);
  return {
    ...weights,
    spec,
    taps: inspect ? createTaps(writer, spec) : undefined,
    groups,
    segments: shape(n, m, rows),
    shapes: {
      scores: shape(writer.ints(kvHeads), rows, writer.ints(groups, -1)),
      ownKeys: shape(m, rowsTimes(kvHeads), writer.ints(headDim)),
      ownScores: shape(rows, writer.ints(kvHeads, groups), m),
      ownProbabilities: shape(rowsTimes(kvHeads), writer.ints(groups), m),
      trunkProbabilities: shape(writer.ints(kvHeads), rowsTimes(groups), n),
      selfProbabilities: shape(writer.ints(kvHeads), rowsTimes(groups), rows),
    },
  };
}
