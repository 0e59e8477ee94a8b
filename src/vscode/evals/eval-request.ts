import type * as vscode from 'vscode';
import type { Eval, EvalSettings } from '../../core/eval/eval.ts';
import { judgingModels } from '../../core/eval/judges.ts';
import type { ModelNames } from './eval-rates.ts';

/** A quick eval as it is asked for. */
export interface EvalRequest {
  readonly eval: Eval;
  readonly data: vscode.Uri;
  /** 0-based, in order. */
  readonly rows: readonly number[];
  /** `scores` are the names of the files that `scores` of the request has the places of. */
  readonly settings: EvalSettings;
  readonly scores: readonly vscode.Uri[];
}

/** What the models are that a request asks, in a few words each; none where files say it all. */
export function modelsAsked({ eval: { needs }, settings }: Pick<EvalRequest, 'eval' | 'settings'>, names: ModelNames): readonly string[] {
  const { second } = settings;
  return judgingModels(needs, settings).flatMap((model) => (model === 'verifier' ? [names.verifier()] : second === undefined ? [] : [names.second(second)]));
}
