import type { DecoderSpec } from './architecture.ts';
import type { LayerMasks } from './attention.ts';
import type { OnnxWriter, Value } from './onnx-writer.ts';

/** onnx.TensorProto.DataType.FLOAT */
const FLOAT = 1;

/**
 * What the inspection graph has beyond the plain one. Inputs, for layer i:
 *
 *   mask_trunk.i, mask_own.i, mask_self.i   [kvHeads|1, R|1, groups|1, columns|1], instead of one set for all layers
 *   neurons.i    [feedForward|1]            multiplies the feed-forward neurons; ones change nothing
 *   tap_rows     [t]                        rows to look at
 *   spans        [n + m + R, s]             1 where a key belongs to a span
 *   logit_rows   [q]                        which of the (layers + 1) * t hidden states to read through final norm and head
 *
 * Outputs:
 *
 *   attention    [layers * kvHeads, t, groups, s]   probability that each head of each tapped row gives to each span
 *   gates        [layers, t]                        neurons whose gate, before the activation, is positive
 *   hidden       [layers + 1, t, hidden]            residual stream before the first layer and after each
 *
 * Sums over spans are taken in the graph, so that no attention matrix ever crosses to JavaScript.
 */
export interface Taps {
  readonly masks: (layer: number) => LayerMasks;
  /** probabilities [kvHeads, R, groups, n + m + R] */
  attention(probabilities: Value): void;
  /** gate [1, R, feedForward] */
  gate(gate: Value): void;
  /** Neurons [1, R, feedForward], scaled. */
  neurons(activated: Value, layer: number): Value;
  /** residual [1, R, hidden] */
  hidden(residual: Value): void;
  /** Declares the outputs. Returns the hidden states [1, q, hidden] whose logits are wanted. */
  finish(): Value;
}

export function createTaps(writer: OnnxWriter, spec: DecoderSpec): Taps {
  const rows = writer.input('tap_rows', 'int64', ['t']);
  const spans = writer.input('spans', 'float', ['n_m_R', 's']);
  const attention: Value[] = [];
  const gates: Value[] = [];
  const hidden: Value[] = [];
  const tapped = (value: Value) => writer.node('Gather', [value, rows], { axis: 1 });
  const output = (name: string, parts: readonly Value[], shape: readonly (number | string)[]) => {
    writer.name(writer.node('Concat', parts, { axis: 0 }), name);
    return writer.output(name, 'float', shape);
  };
  return {
    masks: (layer) => {
      const input = (segment: string, column: string) => writer.input(`mask_${segment}.${layer}`, 'float', [`kv_${segment}_${layer}`, `R_${segment}_${layer}`, `g_${segment}_${layer}`, `${column}_${layer}`]);
      return { trunk: input('trunk', 'n'), own: input('own', 'm'), self: input('self', 'r') };
    },
    attention: (probabilities) => attention.push(writer.node('MatMul', [tapped(probabilities), spans])),
    gate(gate) {
      const positive = writer.node('Cast', [writer.node('Greater', [tapped(gate), writer.scalar(0)])], { to: FLOAT });
      gates.push(writer.node('ReduceSum', [positive, writer.ints(2)], { keepdims: 0 }));
    },
    neurons: (activated, layer) => writer.node('Mul', [activated, writer.input(`neurons.${layer}`, 'float', [`f_${layer}`])]),
    hidden: (residual) => hidden.push(tapped(residual)),
    finish() {
      output('attention', attention, [spec.layers * spec.kvHeads, 't', spec.heads / spec.kvHeads, 's']);
      output('gates', gates, [spec.layers, 't']);
      const states = output('hidden', hidden, [spec.layers + 1, 't', spec.hidden]);
      const flat = writer.node('Reshape', [states, writer.ints(1, -1, spec.hidden)]);
      return writer.node('Gather', [flat, writer.input('logit_rows', 'int64', ['q'])], { axis: 1 });
    },
  };
}
