import type { LanguageModel } from '../model.ts';
import { scoreKey } from '../verifier/key.ts';
import type { Sample, Score } from '../verifier/score.ts';
import { scoreTraces } from '../verifier/score-trace.ts';
import type { VerifierSettings } from '../verifier/settings.ts';

/** Samples that were made before, by scoreKey: a search that meets a step again, or another search, does not make them anew. */
export interface ScoreMemory {
  get(key: string): readonly Sample[] | undefined;
  set(key: string, samples: readonly Sample[]): unknown;
}

/** A judge of steps: a verifier with what it judged before. */
export interface Judge {
  readonly verifier: LanguageModel;
  readonly settings: VerifierSettings;
  readonly scores?: ScoreMemory | undefined;
}

/** Steps of one solution that are to be judged. */
export interface Judgement {
  readonly steps: readonly string[];
  /** 0-based indices. */
  readonly only: readonly number[];
}

export type JudgeEvent =
  | { readonly type: 'score'; readonly solution: number; readonly step: number; readonly score: Score }
  | { readonly type: 'unjudged'; readonly solution: number; readonly step: number; readonly message: string }
  | { readonly type: 'note'; readonly message: string };

/** Judges steps of several solutions of one problem as one batch over their shared prefixes. Throws what scoreTraces throws. */
export async function* judge({ verifier, settings, scores }: Judge, problem: string, solutions: readonly Judgement[], signal?: AbortSignal): AsyncGenerator<JudgeEvent> {
  const keyOf = (steps: readonly string[], step: number) => scoreKey(problem, steps, step, verifier.info, settings);
  const requests = solutions.map(({ steps, only }) => ({ problem, steps, only, settings, ...(scores && { known: (step: number) => scores.get(keyOf(steps, step)) ?? [] }) }));
  for await (const { trace, event } of scoreTraces(verifier, requests, signal)) {
    switch (event.type) {
      case 'step':
        scores?.set(keyOf(solutions[trace]?.steps ?? [], event.step), event.score.samples);
        yield { type: 'score', solution: trace, step: event.step, score: event.score };
        break;
      case 'step-failed':
        yield { type: 'unjudged', solution: trace, step: event.step, message: event.message };
        break;
      case 'note':
        yield event;
        break;
      case 'started':
      case 'sample':
      case 'finished':
        break;
    }
  }
}

/** What a verifier wrote for a score. */
export function scoreTokens(score: Score | undefined): number {
  return (score?.samples ?? []).reduce((sum, { tokens }) => sum + tokens, 0);
}
