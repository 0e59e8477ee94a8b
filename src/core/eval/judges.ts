import type { ModelInfo } from '../model.ts';
import type { VerifierSettings } from '../verifier/settings.ts';
import type { EvalNeeds, EvalSettings } from './eval.ts';

/** A second model that judges, or the verifier again, asked in another way. What it does not say is as for the verifier. */
export interface SecondJudge extends Pick<VerifierSettings, 'mode' | 'prompt'> {
  /** Where it is, in the words of the front end that asks it; empty for the verifier itself. */
  readonly model: string;
}

export type JudgingModel = 'verifier' | 'second';

/**
 * The models that are asked, in the order in which they judge, after the score files: the verifier where there are too few
 * files or where it was asked for beside them, then the second one; no more judges than the eval takes.
 */
export function judgingModels({ scores: { min, max } }: Pick<EvalNeeds, 'scores'>, { scores, withModel, second }: Pick<EvalSettings, 'scores' | 'withModel' | 'second'>): readonly JudgingModel[] {
  const models: JudgingModel[] = [];
  const free = (): boolean => scores.length + models.length < max;
  if (scores.length < min || (withModel === true && free())) models.push('verifier');
  if (second !== undefined && free()) models.push('second');
  return models;
}

/** How the second model is asked. */
export function secondSettings(verifier: VerifierSettings, { mode, prompt }: SecondJudge): VerifierSettings {
  return { ...verifier, mode, prompt };
}

/** One sentence where the second model is the verifier, asked in the same way: it would agree with itself. */
export function sameJudge(verifier: VerifierSettings, second: SecondJudge, [first, other]: readonly ModelInfo[]): string | undefined {
  const same = first !== undefined && first.hash === other?.hash && verifier.mode === second.mode && verifier.prompt === second.prompt;
  return same ? `The second judge is ${first.name} as well, asked in the same way (${second.mode}, prompt ${second.prompt}): choose another model, or another mode for it.` : undefined;
}
