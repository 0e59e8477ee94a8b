import { Tensor } from 'onnxruntime-node';
import { StepscopeError } from '../../core/result.ts';
import { INSPECT_FILE, type InspectManifest, type ModelManifest } from '../manifest.ts';
import { createPassFeeds, int64, openGraph, type Feeds, type SessionSettings } from './graph-runner.ts';
import { layerMasks, type Intervention, type LayerMask } from './interventions.ts';
import type { PassInput } from './masks.ts';

/** A hidden state: 0 is the embedding, i + 1 what layer i left; `row` indexes `tapRows`. */
export interface HiddenState {
  readonly layer: number;
  readonly row: number;
}

export interface InspectInput extends PassInput {
  /** Rows to look at; at least one. */
  readonly tapRows: readonly number[];
  /** Positions [start, end) whose attention mass is wanted. */
  readonly spans: readonly (readonly [number, number])[];
  /** Hidden states to read through the final norm and the head; at least one. */
  readonly logits: readonly HiddenState[];
  readonly intervention?: Intervention;
}

export interface InspectOutput {
  /** [logits, vocabulary] */
  readonly logits: Float32Array;
  /** [2 * layers, R, width] */
  readonly newKv: Float32Array;
  /** [layers * kvHeads, tapRows, heads / kvHeads, spans]: head = kvHead * groups + group. */
  readonly attention: Float32Array;
  /** [layers, tapRows] */
  readonly gates: Float32Array;
  /** [layers + 1, tapRows, hidden] */
  readonly hidden: Float32Array;
}

/** The inspection graph of a model, open. */
export interface InspectSession {
  readonly manifest: ModelManifest & { readonly inspect: InspectManifest };
  readonly width: number;
  forward(input: InspectInput): Promise<InspectOutput>;
  release(): Promise<void>;
}

/** Opens the inspection graph. It holds the weights a second time in memory. Throws `unsupported` where the model has none. */
export async function openInspectSession(folder: string, manifest: ModelManifest, settings: SessionSettings): Promise<InspectSession> {
  const { inspect } = manifest;
  if (inspect === undefined) {
    throw new StepscopeError('unsupported', `${folder} was converted without the graph that shows attention, gates and hidden states: run "stepscope convert" on its checkpoint again.`);
  }
  const graph = await openGraph(folder, INSPECT_FILE, settings);
  const passFeeds = createPassFeeds(manifest);
  const ones = new Tensor('float32', Float32Array.of(1), [1]);
  const described = { ...manifest, inspect };
  return {
    manifest: described,
    width: manifest.kvHeads * manifest.headDim,
    async forward(input) {
      const feeds = passFeeds(input);
      feeds['tap_rows'] = int64(input.tapRows);
      feeds['spans'] = spanTensor(input);
      feeds['logit_rows'] = int64(input.logits.map(({ layer, row }) => layer * input.tapRows.length + row));
      maskFeeds(feeds, described, input);
      for (let layer = 0; layer < manifest.layers; layer++) {
        const factors = input.intervention?.neurons?.get(layer);
        feeds[`neurons.${layer}`] = factors === undefined ? ones : new Tensor('float32', factors, [factors.length]);
      }
      const { kv_new: newKv, ...outputs } = await graph.run(feeds, ['logits', 'kv_new', 'attention', 'gates', 'hidden']);
      return { ...outputs, newKv };
    },
    release: () => graph.release(),
  };
}

function maskFeeds(feeds: Feeds, manifest: InspectSession['manifest'], input: InspectInput): void {
  // Most layers have the same masks: one tensor object for all of them.
  const tensors = new Map<LayerMask, Tensor>();
  const tensor = (mask: LayerMask) => {
    const known = tensors.get(mask) ?? new Tensor('float32', mask.data, mask.dims);
    tensors.set(mask, known);
    return known;
  };
  const ofLayer = layerMasks(manifest, input, input.intervention?.hide ?? []);
  for (let layer = 0; layer < manifest.layers; layer++) {
    const { trunk, own, self } = ofLayer(layer);
    feeds[`mask_trunk.${layer}`] = tensor(trunk);
    feeds[`mask_own.${layer}`] = tensor(own);
    feeds[`mask_self.${layer}`] = tensor(self);
  }
}

/** [n + m + R, spans]: 1 where the position of a key lies in a span. */
function spanTensor({ positions, trunk, own, spans }: InspectInput): Tensor {
  const n = Math.max(1, trunk.length);
  const m = Math.max(1, own?.length ?? 0);
  const count = Math.max(1, spans.length);
  const data = new Float32Array((n + m + positions.length) * count);
  if ((own?.length ?? 0) > 0 && spans.length > 0) throw new StepscopeError('engine-failed', 'Attention to spans is read without own segments: their rows differ in positions.');
  spans.forEach(([start, end], span) => {
    const mark = (key: number, position: number) => {
      if (position >= start && position < end) data[key * count + span] = 1;
    };
    for (let slot = 0; slot < trunk.length; slot++) mark(slot, trunk.positions?.[slot] ?? slot);
    positions.forEach((position, row) => mark(n + m + row, position));
  });
  return new Tensor('float32', data, [n + m + positions.length, count]);
}
