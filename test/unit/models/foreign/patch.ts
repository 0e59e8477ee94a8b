import { readFileSync, writeFileSync } from 'node:fs';
import { onnx } from 'onnx-proto';

/** Changes an ONNX file in place. */
export function patchGraph(file: string, change: (graph: onnx.GraphProto) => void): void {
  const model = onnx.ModelProto.decode(readFileSync(file));
  change(model.graph as onnx.GraphProto);
  writeFileSync(file, onnx.ModelProto.encode(model).finish());
}

const types = onnx.TensorProto.DataType;

export function value(name: string, type: keyof typeof types, shape: readonly (number | string)[]): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: types[type] as unknown as number, shape: { dim } } } };
}

/**
 * Makes a merged decoder of a plain one, as optimum does: `use_cache_branch` chooses between two branches of an If. The one
 * without a past gives zeros for logits where it is handed one, so that choosing wrongly is seen.
 */
export function mergeBranches(graph: onnx.GraphProto): void {
  const outputs = graph.output.map(({ name }) => name ?? '');
  const branch = (prefix: string, spoil: boolean): onnx.IGraphProto => {
    const rename = (name: string) => (outputs.includes(name) ? `${prefix}.${name}` : name);
    const nodes: onnx.INodeProto[] = graph.node.map((node) => ({ ...node, output: (node.output ?? []).map(rename) }));
    if (spoil) nodes.push(...spoiled(`${prefix}.logits`, `${prefix}.result`));
    return { name: prefix, node: nodes, output: graph.output.map((output) => ({ ...output, name: spoil && output.name === 'logits' ? `${prefix}.result` : rename(output.name ?? '') })) };
  };
  const attribute = [['then_branch', branch('with_past', false)], ['else_branch', branch('without_past', true)]] as const;
  const node: onnx.INodeProto = {
    name: 'merged',
    opType: 'If',
    input: ['use_cache_branch'],
    output: outputs,
    attribute: attribute.map(([name, g]) => ({ name, type: onnx.AttributeProto.AttributeType.GRAPH, g })),
  };
  graph.node = [node];
  graph.input.push(value('use_cache_branch', 'BOOL', [1]));
}

/** Multiplies by 1 where the past is empty, else by 0. */
function spoiled(from: string, to: string): onnx.INodeProto[] {
  const zero = `${to}.zero`;
  return [
    { opType: 'Shape', input: ['past_key_values.0.key'], output: [`${to}.shape`], attribute: [{ name: 'start', type: onnx.AttributeProto.AttributeType.INT, i: 2 }, { name: 'end', type: onnx.AttributeProto.AttributeType.INT, i: 3 }] },
    { opType: 'Constant', output: [zero], attribute: [{ name: 'value', type: onnx.AttributeProto.AttributeType.TENSOR, t: { dims: [1], dataType: types.INT64, rawData: new Uint8Array(8) } }] },
    { opType: 'Equal', input: [`${to}.shape`, zero], output: [`${to}.empty`] },
    { opType: 'Cast', input: [`${to}.empty`], output: [`${to}.factor`], attribute: [{ name: 'to', type: onnx.AttributeProto.AttributeType.INT, i: types.FLOAT }] },
    { opType: 'Mul', input: [from, `${to}.factor`], output: [to] },
  ];
}
