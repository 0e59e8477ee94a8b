import type { GraphContext } from './graph-context.ts';
import { readVector, type Matrix, type RowRange } from './matrix.ts';
import type { Value } from './onnx-writer.ts';
import { linear } from './weights.ts';

/**
 * One fused product x -> [1, R, (heads + 2 * kvHeads) * headDim]: queries, keys, values. The query heads are stored
 * group-major (all first heads of each KV head, then all second ones), so that a plain reshape lines every group up with
 * its KV head and keys need not be repeated.
 */
export async function queryKeyValue(graph: GraphContext, x: Value, layer: number): Promise<Value> {
  const weight: Matrix = { columns: graph.spec.hidden, parts: projectionRows(graph, layer, 'weight') };
  const product = await linear(graph, x, `qkv_${layer}`, weight);
  return graph.spec.qkvBias ? addBias(graph, product, `qkv_${layer}_bias`, projectionRows(graph, layer, 'bias')) : product;
}

/** Attention's output [1, R, heads * headDim] -> [1, R, hidden]. */
export async function outputProjection(graph: GraphContext, x: Value, layer: number): Promise<Value> {
  const { hidden, heads, headDim, outputBias } = graph.spec;
  const rows = (kind: string) => [{ tensor: `model.layers.${layer}.self_attn.o_proj.${kind}`, from: 0, rows: hidden }];
  const product = await linear(graph, x, `o_${layer}`, { columns: heads * headDim, parts: rows('weight') });
  return outputBias ? addBias(graph, product, `o_${layer}_bias`, rows('bias')) : product;
}

/** Where the rows of q, k and v lie, query heads in group-major order. */
function projectionRows({ spec, groups }: GraphContext, layer: number, kind: 'weight' | 'bias'): RowRange[] {
  const { heads, kvHeads, headDim } = spec;
  const tensor = (name: string) => `model.layers.${layer}.self_attn.${name}.${kind}`;
  const [q, k, v] = spec.fusedProjections ? [tensor('qkv_proj'), tensor('qkv_proj'), tensor('qkv_proj')] : [tensor('q_proj'), tensor('k_proj'), tensor('v_proj')];
  const queries = Array.from({ length: heads }, (_, i) => {
    const head = (i % kvHeads) * groups + Math.floor(i / kvHeads);
    return { tensor: q, from: head * headDim, rows: headDim };
  });
  const [keysFrom, valuesFrom] = spec.fusedProjections ? [heads * headDim, (heads + kvHeads) * headDim] : [0, 0];
  const rows = kvHeads * headDim;
  return [...queries, { tensor: k, from: keysFrom, rows }, { tensor: v, from: valuesFrom, rows }];
}

async function addBias({ writer, checkpoint }: GraphContext, x: Value, id: string, parts: readonly RowRange[]): Promise<Value> {
  const slot = writer.slot(id, 'float', [parts.reduce((sum, part) => sum + part.rows, 0)]);
  if (slot !== undefined) await slot.append(await readVector(checkpoint, parts));
  return writer.node('Add', [x, id]);
}
