import { readConstants } from './constants.ts';
import { dataflow, FLOAT, type Dataflow, type Value } from './dataflow.ts';
import { decoderLayers, type DecoderLayers } from './decoder-layers.ts';
import { encodeGraph } from './encode-graph.ts';
import type { GraphFile, GraphValue } from './graph-file.ts';
import { withPastBranch } from './merged.ts';
import { tapAttention, tapGate, tapStream } from './tap-layers.ts';
import { TAPS, type Tap } from './tap-names.ts';
import { editGraph, TAP_PREFIX } from './tap-nodes.ts';

const INT64 = 7;

/** A foreign graph that was recognised as a decoder. */
export interface TappableGraph {
  readonly layers: number;
  /** What was recognised in every layer. */
  readonly taps: readonly Tap[];
  /** Parts of a sentence: what was not. */
  readonly missing: readonly string[];
  /** The graph with some of its taps: an ONNX model over the weights of the same folder (see encodeGraph). */
  build(taps: readonly Tap[]): Promise<Uint8Array>;
}

/**
 * Recognises a decoder, without its weights. `layers`: how many it must have. Returns what was not found, a part of a
 * sentence, where it is none that is known. Throws a RangeError where its values cannot be followed.
 */
export async function tappableGraph(file: string, graph: GraphFile, layers: number): Promise<TappableGraph | string> {
  if (graph.header.functions > 0) return 'a decoder without operators of its own';
  if (graph.nodes.some(({ output }) => output?.some((name) => name.startsWith(TAP_PREFIX)) === true)) return 'a graph without taps';
  const nodes = withPastBranch(graph.nodes);
  const flow = dataflow(nodes, graph, await readConstants(file, { ...graph, nodes }));
  const decoder = decoderLayers(flow, layers);
  if (typeof decoder === 'string') return decoder;
  const ungated = decoder.layers.findIndex(({ gate }) => gate === undefined);
  return {
    layers,
    taps: ['masks', 'attention', ...(ungated < 0 ? ['gates' as const] : []), 'hidden'],
    missing: ungated < 0 ? [] : [`the feed-forward gates (layer ${ungated})`],
    build: (taps) => build(file, graph, flow, decoder, taps),
  };
}

async function build(file: string, graph: GraphFile, flow: Dataflow, decoder: DecoderLayers, taps: readonly Tap[]): Promise<Uint8Array> {
  const opset = Number(graph.header.opsets.find(({ domain }) => ['', 'ai.onnx'].includes(domain ?? ''))?.version ?? 0);
  const edit = editGraph(flow);
  const has = (tap: Tap) => taps.includes(tap);
  const attention = has('masks') || has('attention') ? decoder.layers.flatMap((layer, index) => tapAttention(edit, flow, layer.attention, index, taps) ?? []) : [];
  const gates = has('gates') ? decoder.layers.flatMap(({ gate }) => (gate === undefined ? [] : [tapGate(edit, flow, gate, opset)])) : [];
  const hidden = has('hidden') ? [tapStream(edit, flow, decoder)] : [];

  const outputs: GraphValue[] = graph.outputs.flatMap((value) => (flow.producer(value.name) === undefined ? [] : [value.name === 'logits' ? { ...value, shape: ['b', 'q', 'v'] } : value]));
  edit.at('end');
  const output = (name: string, parts: readonly Value[], rank: number) => {
    if (parts.length === 0) return;
    edit.join(name, parts);
    outputs.push({ name, type: FLOAT, shape: Array.from({ length: rank }, (_, i) => `${name}.${i}`) });
  };
  output(TAPS.attention, attention, 4);
  output(TAPS.gates, gates, 2);
  output(TAPS.hidden, hidden, 3);
  const input = (name: string, type: number, rank: number): GraphValue => ({ name, type, shape: Array.from({ length: rank }, (_, i) => `${name}.${i}`) });
  const inputs = [
    // A merged decoder has nothing to choose any more.
    ...graph.inputs.filter(({ name }) => name !== 'use_cache_branch' || flow.consumers(name).length > 0),
    ...(has('attention') || has('gates') || has('hidden') ? [input(TAPS.rows, INT64, 1)] : []),
    ...(has('attention') ? [input(TAPS.spans, FLOAT, 2)] : []),
    ...(has('hidden') ? [input(TAPS.states, INT64, 1)] : []),
    ...(has('masks') ? decoder.layers.map((_, layer) => input(TAPS.mask(layer), FLOAT, 4)) : []),
  ];
  return encodeGraph(file, graph, { nodes: edit.result(), inputs, outputs });
}
