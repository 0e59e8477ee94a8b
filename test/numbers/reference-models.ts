import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { convertModel } from '../../src/models/convert/convert.ts';
import type { WeightPlan } from '../../src/models/convert/weights.ts';
import { readManifest } from '../../src/models/manifest.ts';
import { HIDDEN, masks, type Mask, type SegmentView } from '../../src/models/onnx/masks.ts';
import { openInspectSession, type InspectSession } from '../../src/models/onnx/inspect-session.ts';
import { openSession, type DecoderSession } from '../../src/models/onnx/session.ts';
import type { ModelTokenizer } from '../../src/models/onnx/tokenizer.ts';
import { sharedModels } from '../unit/models/shared-models.ts';

/** Outputs of the reference library for one tiny random checkpoint of shared/models/archs. */
export interface ArchitectureGolden {
  readonly input_ids: readonly number[];
  /** [position, vocabulary] */
  readonly logits: readonly (readonly number[])[];
  /** First and one past the last position that nobody sees. */
  readonly masked_span: readonly [number, number];
  readonly masked_last_logits: readonly number[];
  readonly greedy_ids: readonly number[];
  /** [layer, head, position]: what the last row attends to. */
  readonly attention_last: readonly (readonly (readonly number[])[])[];
}

export function architectureGolden(name: string): ArchitectureGolden {
  return JSON.parse(readFileSync(sharedModels('archs', name, 'goldens.json'), 'utf8')) as ArchitectureGolden;
}

/** Copies a checkpoint, with changes to its config, and gives it the tokenizer that a model folder needs. */
export function copyCheckpoint(name: string, folder: string, changes: object = {}): string {
  mkdirSync(folder, { recursive: true });
  const source = sharedModels('archs', name);
  const config = JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')) as Record<string, unknown>;
  // The random checkpoints come without a tokenizer, and some without an end token; their goldens never end.
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ ...config, eos_token_id: config['eos_token_id'] ?? 0, ...changes }));
  writeFileSync(path.join(folder, 'tokenizer.json'), '{}');
  cpSync(path.join(source, 'model.safetensors'), path.join(folder, 'model.safetensors'));
  return folder;
}

/** Converts a tiny checkpoint and opens it; its generations end by length only. */
export async function openArchitecture(name: string, work: string, plan: WeightPlan = { bits: 32, block: 32 }, changes: object = {}): Promise<DecoderSession> {
  const folder = path.join(work, `${name}-${plan.bits}`);
  await convertModel(copyCheckpoint(name, path.join(work, `${name}-source`), changes), folder, plan);
  return openSession(folder, { ...(await readManifest(folder)), endTokens: [] }, { threads: 2 });
}

/** The inspection graph beside a model that openArchitecture has made. */
export async function openArchitectureInspection(name: string, work: string): Promise<InspectSession> {
  const folder = path.join(work, `${name}-32`);
  return openInspectSession(folder, { ...(await readManifest(folder)), endTokens: [] }, { threads: 2 });
}

/** For a scheduler whose texts nobody reads. */
export const noTokenizer: ModelTokenizer = { encode: () => [], encodePart: () => [], decode: (ids) => ids.map((id) => `<${id}>`).join(''), longestToken: 1 };

export interface PlainPass {
  readonly ids: readonly number[];
  /** Positions of the rows; 0, 1, 2 and so on where absent. */
  readonly positions?: readonly number[];
  readonly trunk?: SegmentView;
  readonly maskTrunk?: Mask;
  /** Positions that no other row sees. */
  readonly hidden?: readonly [number, number];
  /** [rows, rows] instead of the causal mask. */
  readonly maskSelf?: Float32Array;
}

/** Causal pass over a prompt, optionally on top of a trunk: logits [rows, vocabulary] and the new keys and values. */
export async function plainPass(session: DecoderSession, { ids, positions, trunk, maskTrunk, hidden, maskSelf }: PlainPass) {
  const count = ids.length;
  const self = new Float32Array(count * count).fill(HIDDEN);
  for (let row = 0; row < count; row++) {
    self.fill(0, row * count, row * count + row + 1);
    if (hidden !== undefined) for (let column = hidden[0]; column < Math.min(row, hidden[1]); column++) self[row * count + column] = HIDDEN;
  }
  return session.forward({
    ids,
    positions: positions ?? ids.map((_, i) => i),
    trunk: trunk ?? { keys: [], values: [], length: 0 },
    own: undefined,
    maskTrunk: maskTrunk ?? masks.open,
    maskOwn: masks.closed,
    maskSelf: maskSelf ?? self,
    logitRows: ids.map((_, i) => i),
  });
}

/** The rows' new keys and values as a trunk of their own. */
export function asTrunk(session: DecoderSession, newKv: Float32Array, rows: number): SegmentView {
  const size = rows * session.width;
  const part = (index: number) => newKv.subarray(index * size, (index + 1) * size);
  const layers = Array.from({ length: session.manifest.layers }, (_, layer) => layer);
  return { keys: layers.map((layer) => part(2 * layer)), values: layers.map((layer) => part(2 * layer + 1)), length: rows };
}

export function largestDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs((actual[i] ?? NaN) - value)), 0);
}
