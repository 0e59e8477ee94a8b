import { onnx } from 'onnx-proto';

/**
 * The nodes of a merged decoder with those of its branch for texts that have a past, which an empty one is too, in the place
 * of the choice; the nodes themselves of any other graph.
 */
export function withPastBranch(nodes: readonly onnx.INodeProto[]): readonly onnx.INodeProto[] {
  return nodes.flatMap((node) => {
    const branch = node.opType === 'If' && node.output?.includes('logits') === true ? node.attribute?.find(({ name }) => name === 'then_branch')?.g : undefined;
    if (!branch) return [node];
    const weights = (branch.initializer ?? []).map((tensor): onnx.INodeProto => {
      const value = { name: 'value', type: onnx.AttributeProto.AttributeType.TENSOR, t: { ...tensor, name: '' } };
      return { opType: 'Constant', domain: '', input: [], output: [tensor.name ?? ''], attribute: [value] };
    });
    const results = (branch.output ?? []).map((value, i): onnx.INodeProto => ({ opType: 'Identity', domain: '', input: [value.name ?? ''], output: [node.output?.[i] ?? ''] }));
    return [...weights, ...(branch.node ?? []), ...results.filter(({ input, output }) => input?.[0] !== output?.[0])];
  });
}
