import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { StepscopeError } from '../../core/result.ts';
import type { ModelManifest } from '../manifest.ts';
import { checkGraph } from './foreign/check-graph.ts';
import { readGraphFile } from './foreign/graph-file.ts';
import type { PassInput, SegmentView } from './masks.ts';
import { firstLine } from './printable.ts';

export interface SessionSettings {
  readonly threads: number;
}

export type Feeds = Record<string, Tensor>;

/** An open graph of a model folder. */
export interface GraphRunner {
  /** Runs it and returns the named outputs, all float32. Throws `engine-failed`. */
  run<Name extends string>(feeds: Feeds, outputs: readonly Name[]): Promise<Record<Name, Float32Array>>;
  release(): Promise<void>;
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

const REMEDY = 'restore it or convert the model again';

/** Opens a graph, after a look at what it makes onnxruntime read and allocate. Throws `model-invalid`. */
export async function openGraph(folder: string, file: string, settings: SessionSettings): Promise<GraphRunner> {
  const place = path.join(folder, file);
  await checkGraph(place, await readGraphFile(place, REMEDY), REMEDY);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(place, sessionOptions(settings));
  } catch (error) {
    throw new StepscopeError('model-invalid', `${folder} cannot be loaded: onnxruntime says "${firstLine(error)}"; convert the model again.`);
  }
  return {
    async run<Name extends string>(feeds: Feeds, outputs: readonly Name[]) {
      try {
        const results = await session.run(feeds, outputs);
        const arrays = outputs.map((name) => {
          const data = results[name]?.data;
          if (!(data instanceof Float32Array)) throw new Error(`output ${name} is missing`);
          return [name, data];
        });
        return Object.fromEntries(arrays) as Record<Name, Float32Array>;
      } catch (error) {
        throw new StepscopeError('engine-failed', `The model in ${folder} failed to run: onnxruntime says "${firstLine(error)}"; convert it again.`);
      }
    },
    release: () => session.release(),
  };
}

/** Feeds that every graph has: tokens, positions, and the two cached segments. */
export function createPassFeeds({ layers, kvHeads, headDim }: ModelManifest): (input: PassInput) => Feeds {
  let standIn = new Float32Array(0);
  const segment = (feeds: Feeds, prefix: string, view: SegmentView | undefined, columns: readonly number[]) => {
    const length = view?.length ?? 0;
    const count = Math.max(1, length) * columns.reduce((product, size) => product * size, 1);
    if (length === 0 && standIn.length < count) standIn = new Float32Array(count);
    const dims = [Math.max(1, length), ...columns];
    for (let layer = 0; layer < layers; layer++) {
      const keys = length === 0 ? standIn : (view?.keys[layer] ?? standIn);
      const values = length === 0 ? standIn : (view?.values[layer] ?? standIn);
      feeds[`${prefix}_k.${layer}`] = new Tensor('float32', keys.subarray(0, count), dims);
      feeds[`${prefix}_v.${layer}`] = new Tensor('float32', values.subarray(0, count), dims);
    }
  };
  return (input) => {
    const count = input.ids.length;
    const feeds: Feeds = { input_ids: int64(input.ids, [1, count]), position_ids: int64(input.positions, [1, count]) };
    segment(feeds, 'past', input.trunk, [kvHeads, headDim]);
    segment(feeds, 'own', input.own, [count, kvHeads, headDim]);
    return feeds;
  };
}

export function int64(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}
