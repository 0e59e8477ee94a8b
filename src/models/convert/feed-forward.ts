import type { GraphContext } from './graph-context.ts';
import { stack, wholeTensor, type Matrix } from './matrix.ts';
import { CONTRIB, type Value } from './onnx-writer.ts';
import { linear } from './weights.ts';

/** down(activation(gate(x)) * up(x)): x [1, R, hidden] -> [1, R, hidden]. */
export async function feedForward(graph: GraphContext, x: Value, layer: number): Promise<Value> {
  const { writer, spec } = graph;
  const both = await linear(graph, x, `gate_up_${layer}`, gateAndUp(graph, layer));
  const [gate = '', up = ''] = writer.nodes('Split', [both], 2, { axis: -1, num_outputs: 2 });
  graph.taps?.gate(gate);
  const product = writer.node('Mul', [activate(graph, gate), up]);
  const activated = graph.taps?.neurons(product, layer) ?? product;
  return linear(graph, activated, `down_${layer}`, wholeTensor(`model.layers.${layer}.mlp.down_proj.weight`, spec.hidden, spec.feedForward));
}

/** One product for both: [2 * feedForward, hidden]. */
function gateAndUp({ spec }: GraphContext, layer: number): Matrix {
  const { hidden, feedForward: inner } = spec;
  const tensor = (name: string, rows: number) => wholeTensor(`model.layers.${layer}.mlp.${name}.weight`, rows, hidden);
  return spec.fusedProjections ? tensor('gate_up_proj', 2 * inner) : stack(tensor('gate_proj', inner), tensor('up_proj', inner));
}

/** QuickGelu with alpha 1 is silu in one node. */
function activate({ writer, spec }: GraphContext, gate: Value): Value {
  switch (spec.activation) {
    case 'silu':
      return writer.node('QuickGelu', [gate], { alpha: { float: 1 } }, CONTRIB);
    case 'gelu-tanh':
      return writer.node('Gelu', [gate], { approximate: 'tanh' });
  }
}
