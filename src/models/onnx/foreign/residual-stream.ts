import type { Dataflow, FlowNode, Value } from './dataflow.ts';

/** One thing that a decoder adds to its residual stream: attention, a feed-forward part, or both. */
export interface ResidualStep {
  /** The residual stream before and after it. */
  readonly before: Value;
  readonly after: Value;
  /** Nodes between the two. */
  readonly between: readonly FlowNode[];
}

export interface ResidualStream {
  readonly steps: readonly ResidualStep[];
  /** The node whose result the final norm, or all that comes after, is computed from. */
  readonly last: FlowNode;
}

/** Fused sums: of their inputs 0 and 1, given out as output 3 beside the norm of it. */
export const SKIP_NORMS = ['SkipSimplifiedLayerNormalization', 'SkipLayerNormalization'];
export const SKIP_SUM = 3;
/** What passes a hidden state on as it is. */
const PASSING = ['Cast', 'Identity'];
/** A shape says nothing of what a tensor holds. */
const SHAPES = ['Shape', 'Size'];

/**
 * Finds the residual stream by what flows from the tokens to the logits. All of it goes through the stream, so its values
 * are those nodes that nothing flows past; where something goes two ways between one of them and the next, and the next
 * adds it to what the last one gave, that is a step. Returns undefined where there is no such thing.
 */
export function residualStream(flow: Dataflow, from: Value, to: Value): ResidualStream | undefined {
  const relevant = between(flow, from, to);
  const position = new Map(relevant.map((node, index) => [node, index]));
  const steps: ResidualStep[] = [];
  let last: FlowNode | undefined;
  let previous: FlowNode | undefined;
  const reach = (value: Value) => flow.consumers(value).reduce((most, node) => Math.max(most, position.get(node) ?? 0), 0);
  let [furthest, start] = [reach(from), 0];
  relevant.forEach((node, index) => {
    if (furthest <= index) {
      const inside = relevant.slice(start, index);
      const step = previous === undefined || inside.length === 0 ? undefined : asStep(flow, previous, node, inside);
      if (step !== undefined) {
        steps.push(step);
        last = node;
      }
      previous = node;
      start = index + 1;
    }
    furthest = Math.max(furthest, ...node.outputs.map(reach));
  });
  return last === undefined ? undefined : { steps, last };
}

/** What the residual stream holds after a node: the sum of a fused norm, which may not have a name yet. */
export function residualOf({ operator, outputs }: FlowNode): Value {
  return (SKIP_NORMS.includes(operator) ? (outputs[SKIP_SUM] ?? '') || `stepscope.sum.${outputs[0] ?? ''}` : outputs[0]) ?? '';
}

/** Nodes that depend on a value and that another one depends on, in order. */
function between(flow: Dataflow, from: Value, to: Value): FlowNode[] {
  const reached = new Set<Value>([from]);
  const ahead = flow.nodes.filter(({ operator, inputs, outputs }) => {
    if (SHAPES.includes(operator) || !inputs.some((value) => reached.has(value))) return false;
    for (const value of outputs) if (value !== '') reached.add(value);
    return true;
  });
  const needed = new Set<Value>([to]);
  return ahead
    .reverse()
    .filter(({ inputs, outputs }) => {
      if (!outputs.some((value) => needed.has(value))) return false;
      for (const value of inputs) needed.add(value);
      return true;
    })
    .reverse();
}

function asStep(flow: Dataflow, previous: FlowNode, node: FlowNode, inside: readonly FlowNode[]): ResidualStep | undefined {
  if (node.operator !== 'Add' && !SKIP_NORMS.includes(node.operator)) return undefined;
  if (!addsTo(flow, node, previous, inside)) return undefined;
  return { before: residualOf(previous), after: residualOf(node), between: inside };
}

/** Whether a sum has what another node gave as a term: parallel parts are added one after the other. */
function addsTo(flow: Dataflow, sum: FlowNode, previous: FlowNode, inside: readonly FlowNode[]): boolean {
  const terms = new Set(sum.inputs.slice(0, 2));
  // A set takes what is added to it while it is gone through.
  for (const value of terms) {
    const producer = flow.producer(value);
    if (producer === undefined) continue;
    // A fused norm gives out its norm too, which is no part of the stream.
    if (producer === previous && value === residualOf(previous)) return true;
    if ([...PASSING, 'Add'].includes(producer.operator) && inside.includes(producer)) for (const term of producer.inputs) terms.add(term);
  }
  return false;
}
