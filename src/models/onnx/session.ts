import { Tensor } from 'onnxruntime-node';
import type { ModelManifest } from '../manifest.ts';
import { createPassFeeds, int64, openGraph, type Feeds, type SessionSettings } from './graph-runner.ts';
import { masks, type ForwardInput, type Mask } from './masks.ts';
import { narrowMasks, windowRule, type Masks } from './narrowed-masks.ts';

export interface ForwardOutput {
  /** [logitRows, vocabulary] */
  readonly logits: Float32Array;
  /** [2 * layers, R, width]: keys and values of the rows, layer by layer. */
  readonly newKv: Float32Array;
}

export interface DecoderSession {
  readonly manifest: ModelManifest;
  /** kvHeads * headDim: floats a position, for keys and for values. */
  readonly width: number;
  forward(input: ForwardInput): Promise<ForwardOutput>;
  release(): Promise<void>;
}

/** Opens the plain graph of a converted model: the one that generates. */
export async function openSession(folder: string, manifest: ModelManifest, settings: SessionSettings): Promise<DecoderSession> {
  const graph = await openGraph(folder, 'model.onnx', settings);
  const passFeeds = createPassFeeds(manifest);
  return {
    manifest,
    width: manifest.kvHeads * manifest.headDim,
    async forward(input) {
      const feeds = passFeeds(input);
      feeds['rows'] = int64(input.logitRows);
      maskFeeds(feeds, 'mask', input, input);
      if (manifest.window !== undefined) maskFeeds(feeds, 'window', input, narrowMasks(input, input, windowRule(manifest.window)));
      const { logits, kv_new: newKv } = await graph.run(feeds, ['logits', 'kv_new']);
      return { logits, newKv };
    },
    release: () => graph.release(),
  };
}

/** A segment without positions is a row that nobody sees. */
function maskFeeds(feeds: Feeds, prefix: string, { ids, trunk, own }: ForwardInput, { maskTrunk, maskOwn, maskSelf }: Masks): void {
  feeds[`${prefix}_trunk`] = maskTensor(trunk.length === 0 ? masks.closed : maskTrunk);
  feeds[`${prefix}_own`] = maskTensor((own?.length ?? 0) === 0 ? masks.closed : maskOwn);
  feeds[`${prefix}_self`] = new Tensor('float32', maskSelf, [ids.length, 1, ids.length]);
}

function maskTensor(mask: Mask): Tensor {
  return new Tensor('float32', mask.data, [mask.rows, 1, mask.columns]);
}
