import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { StepscopeError } from '../../core/result.ts';
import type { ModelManifest } from '../manifest.ts';
import { windowMasks } from './window-masks.ts';

/** Added to an attention score to hide it. Finite, so that a row that sees nothing in one segment stays a number. */
export const HIDDEN = -1e30;

/** Keys and values of one attention segment: one array a layer, [positions, width] with width = kvHeads * headDim per column. */
export interface SegmentView {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
  /** Positions to read, from the first one. 0 is allowed: a hidden row stands in. */
  readonly length: number;
  /** Position in the sequence of each, for sliding windows; absent: 0, 1, 2 and so on. */
  readonly positions?: ArrayLike<number>;
}

/** Additive mask with its leading and last dimension; 1 broadcasts. */
export interface Mask {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export interface ForwardInput {
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  readonly trunk: SegmentView;
  /** undefined: the rows have no segment of their own (prefill). */
  readonly own: SegmentView | undefined;
  readonly maskTrunk: Mask;
  readonly maskOwn: Mask;
  /** [R, R] */
  readonly maskSelf: Float32Array;
  /** Rows whose logits are wanted. */
  readonly logitRows: readonly number[];
}

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

const OPEN: Mask = { data: new Float32Array(1), rows: 1, columns: 1 };
const CLOSED: Mask = { data: Float32Array.of(HIDDEN), rows: 1, columns: 1 };
export const masks = { open: OPEN, closed: CLOSED } as const;

export interface SessionSettings {
  readonly threads: number;
}

/**
 * Memory patterns are off, since every run has other shapes; idle threads spin only 200 us, since with several sessions open
 * longer spinning more than doubles the time of each.
 */
export function sessionOptions({ threads }: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { spin_duration_us: '200' } } },
  };
}

/** Opens the graph of a converted model. */
export async function openSession(folder: string, manifest: ModelManifest, settings: SessionSettings): Promise<DecoderSession> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(path.join(folder, 'model.onnx'), sessionOptions(settings));
  } catch (error) {
    throw new StepscopeError('model-invalid', `${folder} cannot be loaded: onnxruntime says "${firstLine(error)}"; convert the model again.`);
  }
  const { layers, kvHeads, headDim } = manifest;
  const width = kvHeads * headDim;
  let stand_in = new Float32Array(width);

  const segment = (feeds: Record<string, Tensor>, prefix: string, view: SegmentView | undefined, columns: number[]) => {
    const length = view?.length ?? 0;
    const count = Math.max(1, length) * columns.reduce((product, size) => product * size, 1);
    if (length === 0 && stand_in.length < count) stand_in = new Float32Array(count);
    const dims = [Math.max(1, length), ...columns];
    for (let layer = 0; layer < layers; layer++) {
      const keys = length === 0 ? stand_in : (view?.keys[layer] ?? stand_in);
      const values = length === 0 ? stand_in : (view?.values[layer] ?? stand_in);
      feeds[`${prefix}_k.${layer}`] = new Tensor('float32', keys.subarray(0, count), dims);
      feeds[`${prefix}_v.${layer}`] = new Tensor('float32', values.subarray(0, count), dims);
    }
  };

  return {
    manifest,
    width,
    async forward(input) {
      const count = input.ids.length;
      const feeds: Record<string, Tensor> = {
        input_ids: new Tensor('int64', BigInt64Array.from(input.ids, BigInt), [1, count]),
        position_ids: new Tensor('int64', BigInt64Array.from(input.positions, BigInt), [1, count]),
        rows: new Tensor('int64', BigInt64Array.from(input.logitRows, BigInt), [input.logitRows.length]),
      };
      maskFeeds(feeds, 'mask', input, input);
      if (manifest.window !== undefined) maskFeeds(feeds, 'window', input, windowMasks(input, manifest.window));
      segment(feeds, 'past', input.trunk, [kvHeads, headDim]);
      segment(feeds, 'own', input.own, [count, kvHeads, headDim]);
      try {
        const { logits, kv_new: newKv } = await session.run(feeds);
        if (!(logits?.data instanceof Float32Array) || !(newKv?.data instanceof Float32Array)) throw new Error('outputs are missing');
        return { logits: logits.data, newKv: newKv.data };
      } catch (error) {
        throw new StepscopeError('engine-failed', `The model in ${folder} failed to run: onnxruntime says "${firstLine(error)}"; convert it again.`);
      }
    },
    release: () => session.release(),
  };
}

/** A segment without positions is a row that nobody sees. */
function maskFeeds(feeds: Record<string, Tensor>, prefix: string, { ids, trunk, own }: ForwardInput, { maskTrunk, maskOwn, maskSelf }: Pick<ForwardInput, 'maskTrunk' | 'maskOwn' | 'maskSelf'>): void {
  feeds[`${prefix}_trunk`] = maskTensor(trunk.length === 0 ? CLOSED : maskTrunk);
  feeds[`${prefix}_own`] = maskTensor((own?.length ?? 0) === 0 ? CLOSED : maskOwn);
  feeds[`${prefix}_self`] = new Tensor('float32', maskSelf, [ids.length, 1, ids.length]);
}

function maskTensor(mask: Mask): Tensor {
  return new Tensor('float32', mask.data, [mask.rows, 1, mask.columns]);
}

/** What onnxruntime says first; the rest is its own whereabouts. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
