import { modelScores } from '../../core/eval/model-scores.ts';
import type { ScoreSource, ScoreWish } from '../../core/eval/score-source.ts';
import type { LanguageModel } from '../../core/model.ts';
import { stepTexts } from '../../core/trace/trace.ts';
import { provenanceOf } from '../../core/verifier/combine.ts';
import type { VerifierSettings } from '../../core/verifier/settings.ts';
import { hashesOf } from '../known-verifiers.ts';
import type { ScoreStore } from '../score-store.ts';
import { streamKey, streamOf } from '../streams.ts';

/**
 * Scores of an eval in the editor: those that are stored, and what is missing from the model, which is stored with them. So
 * what a document shows and what an eval counts are the same scores, and nothing is scored twice. `onReuse` hears of each step
 * that had scores already.
 */
export function storedModelScores(model: LanguageModel, settings: VerifierSettings, store: ScoreStore, batch: number, onReuse?: () => void): ScoreSource {
  const hashes = hashesOf(model.info);
  const stream = streamOf(settings);
  const keyOf = ({ trace }: ScoreWish, step: number): string => streamKey({ problem: trace.problem, steps: stepTexts(trace), step }, hashes, settings, stream);
  const source = modelScores(model, settings, {
    batch,
    known(wish, step) {
      const samples = store.get(keyOf(wish, step))?.samples ?? [];
      if (samples.length > 0) onReuse?.();
      return samples;
    },
    onSample(wish, step, index, sample) {
      const key = keyOf(wish, step);
      // Somebody else may have scored it meanwhile.
      if ((store.get(key)?.samples.length ?? 0) <= index) store.add(wish.trace.problem, key, index, sample, provenanceOf(model.info, settings, new Date().toISOString()));
    },
  });
  return {
    ...source,
    async *score(wishes, signal) {
      for (const { trace } of wishes) await store.load(trace.problem);
      yield* source.score(wishes, signal);
    },
  };
}
