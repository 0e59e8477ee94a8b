import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { StepscopeError } from '../../../core/result.ts';
import { int64, sessionOptions, type SessionSettings } from '../graph-runner.ts';
import type { Hide } from '../interventions.ts';
import { firstLine } from '../printable.ts';
import { feedsOf, integers, lastLogits, logitsAt, presentOf, type ForeignOutput, type ForeignPass } from './foreign-session.ts';
import { hidingMasks } from './hiding-masks.ts';
import type { GraphLayout } from './layout.ts';
import { TAPS, type Tap } from './tap-names.ts';

/** A pass that is looked at. Every text has the same positions, and its cache holds all of them from the first on. */
export interface TappedPass extends Omit<ForeignPass, 'mask' | 'positions'> {
  /** New tokens to look at, counted from the first new one; at least one. */
  readonly rows: readonly number[];
  /** Positions [start, end) whose attention mass is wanted. */
  readonly spans: readonly (readonly [number, number])[];
  /** States to read as predictions: layer * rows + row, for several texts (layer * texts + text) * rows + row; at least one. */
  readonly states: readonly number[];
  readonly hides: readonly Hide[];
}

export interface TappedOutput extends ForeignOutput {
  /**
   * `logits` of the states; without the tap `hidden`, those after the last token of each text. `attention` [layers, heads,
   * rows, spans], `gates` [layers, rows], `hidden` [layers + 1, rows, width]; empty where the graph does not have it.
   */
  readonly attention: Float32Array;
  readonly gates: Float32Array;
  readonly hidden: Float32Array;
}

export interface TappedSession {
  readonly layers: number;
  readonly taps: readonly Tap[];
  /** `heads` are needed for masks by head alone. */
  forward(pass: TappedPass, heads?: number): Promise<TappedOutput>;
  release(): Promise<void>;
}

/** A tapped graph, ready to be opened. */
export interface TappedModel {
  /** The file that it was made of. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly layers: number;
  readonly taps: readonly Tap[];
}

/**
 * Opens a tapped graph: the weights a second time in memory. `quick` leaves them in their file instead and opens in a tenth
 * of the time, for a pass or two. Throws `model-invalid` with what onnxruntime says.
 */
export async function openTappedSession({ file, bytes, layers, taps }: TappedModel, plainLayout: GraphLayout, settings: SessionSettings, quick = false): Promise<TappedSession> {
  const layout = { ...plainLayout, cacheSwitch: false };
  const session = await createSession(file, bytes, settings, quick);
  const has = (tap: Tap) => taps.includes(tap);
  const shown = (['attention', 'gates', 'hidden'] as const).filter(has);
  const outputs = ['logits', ...layout.cache.map(({ present }) => present), ...shown.map((tap) => TAPS[tap])];
  return {
    layers,
    taps,
    async forward(pass, heads = 1) {
      const { ids, past } = pass;
      const start = past.positions;
      const fresh = ids[0]?.length ?? 0;
      const feeds = feedsOf(layout, { ids, past, positions: ids.map(() => start) });
      if (shown.length > 0) feeds[TAPS.rows] = int64(pass.rows);
      if (has('attention')) feeds[TAPS.spans] = spanTensor(pass.spans, start + fresh);
      if (has('hidden')) {
        feeds[TAPS.states] = int64(pass.states);
        if (layout.logitCount !== undefined) feeds[layout.logitCount.name] = integers(layout.logitCount.type, [pass.states.length], layout.logitCount.dims);
      }
      const masks = hidingMasks(pass.hides, heads, start, fresh);
      for (let layer = 0; has('masks') && layer < layers; layer++) feeds[TAPS.mask(layer)] = masks(layer);
      const result = await session.run(feeds, outputs).catch((error: unknown) => {
        throw new StepscopeError('engine-failed', `${file} failed to run with its inside shown: onnxruntime says "${firstLine(error)}"; use a model folder made by "stepscope convert".`);
      });
      const array = (tap: (typeof shown)[number]) => (has(tap) ? floats(result[TAPS[tap]]) : new Float32Array(0));
      const logits = result['logits'];
      if (logits === undefined) throw new StepscopeError('engine-failed', `${file} gave no logits: export it again.`);
      return {
        logits: has('hidden') ? pass.states.map((_, index) => logitsAt(logits, index)) : lastLogits(logits),
        cache: presentOf(layout, { ids, past, positions: [] }, result),
        attention: array('attention'),
        gates: array('gates'),
        hidden: array('hidden'),
      };
    },
    release: () => session.release(),
  };
}

async function createSession(file: string, bytes: Uint8Array, settings: SessionSettings, quick: boolean): Promise<InferenceSession> {
  const options = sessionOptions(settings);
  const folder = { model_external_initializers_file_folder_path: path.dirname(path.resolve(file)) };
  const session = { ...(options.extra?.['session'] as Record<string, unknown>), ...folder, ...(quick ? { disable_prepacking: '1' } : {}) };
  try {
    return await InferenceSession.create(bytes, { ...options, extra: { session }, ...(quick ? { graphOptimizationLevel: 'disabled' } : {}) });
  } catch (error) {
    throw new StepscopeError('model-invalid', `${file} cannot be opened with its inside shown: onnxruntime says "${firstLine(error)}"; use a model folder made by "stepscope convert".`);
  }
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new StepscopeError('engine-failed', 'The graph gave nothing where it was tapped: export it again.');
  return tensor.data;
}

/** [positions, spans]: 1 where a position lies in a span. */
function spanTensor(spans: TappedPass['spans'], positions: number): Tensor {
  const count = Math.max(1, spans.length);
  const data = new Float32Array(positions * count);
  spans.forEach(([start, end], span) => {
    for (let position = start; position < Math.min(end, positions); position++) data[position * count + span] = 1;
  });
  return new Tensor('float32', data, [positions, count]);
}
