import { combineSamples } from '../core/verifier/combine.ts';
import type { Score } from '../core/verifier/score.ts';
import type { ScoreStore } from './score-store.ts';
import { STREAMS, type StepKeys, type Stream } from './streams.ts';

/** What the store has for a step, a score a stream. `threshold` is the one that is set now. */
export function storedScores(store: Pick<ScoreStore, 'get'>, keys: StepKeys, threshold: number): Partial<Record<Stream, Score>> {
  const scores: Partial<Record<Stream, Score>> = {};
  for (const stream of STREAMS) {
    const stored = store.get(keys[stream]);
    if (stored === undefined) continue;
    scores[stream] = combineSamples(stored.samples, { ...stored.provenance, k: stored.samples.length, threshold });
  }
  return scores;
}
