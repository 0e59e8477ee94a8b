import type { Runtime } from '../../../src/models/onnx/runtime.ts';
import { HIDDEN, masks } from '../../../src/models/onnx/masks.ts';
import type { DecoderSession } from '../../../src/models/onnx/session.ts';

/** Logits [vocabulary] after a prompt. */
export function promptLogits(runtime: Runtime, ids: readonly number[]): Promise<Float32Array> {
  return plainLogits(runtime, ids, [ids.length - 1]);
}

/** Logits [rows, vocabulary] of a text, computed in one plain causal pass without any cache: the reference for all cached ways. */
export async function plainLogits(runtime: Runtime, ids: readonly number[], rows: readonly number[]): Promise<Float32Array> {
  const count = ids.length;
  const self = new Float32Array(count * count).fill(HIDDEN);
  for (let row = 0; row < count; row++) self.fill(0, row * count, row * count + row + 1);
  const { logits } = await convertedSession(runtime).forward({
    ids,
    positions: ids.map((_, i) => i),
    trunk: { keys: [], values: [], length: 0 },
    own: undefined,
    maskTrunk: masks.closed,
    maskOwn: masks.closed,
    maskSelf: self,
    logitRows: rows,
  });
  return logits;
}

export function convertedSession({ info, session }: Runtime): DecoderSession {
  if (session === undefined) throw new Error(`${info.name} is not a converted model`);
  return session;
}
