import { combineSamples } from '../core/verifier/combine.ts';
import type { Score } from '../core/verifier/score.ts';
import type { ShownScore } from './annotations.ts';
import type { Stream } from './streams.ts';
import type { OpenTrace } from './trace-documents.ts';

/**
 * The scores that an export of ours brings, by step, up to the first step that is cut otherwise than when they were made.
 * `threshold` is the one that is set now.
 */
export function recordedScores({ exported, texts }: Pick<OpenTrace, 'exported' | 'texts'>, threshold: number): readonly (ShownScore | undefined)[] {
  if (exported?.scores === undefined) return [];
  const changed = texts.findIndex((text, step) => text !== exported.texts[step]);
  const scores = changed === -1 ? exported.scores : exported.scores.slice(0, changed);
  return scores.map((score) => score && { score: combineSamples(score.samples, { ...score.provenance, threshold }), stream: streamOfScore(score) });
}

function streamOfScore({ samples, provenance }: Score): Stream {
  if (provenance.mode === 'direct') return 'direct';
  return samples.length > 1 ? 'sampled' : 'greedy';
}
