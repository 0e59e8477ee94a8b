import type * as vscode from 'vscode';
import type { Eval, EvalSettings } from '../../core/eval/eval.ts';

/** A quick eval as it is asked for. */
export interface EvalRequest {
  readonly eval: Eval;
  readonly data: vscode.Uri;
  /** 0-based, in order. */
  readonly rows: readonly number[];
  /** `scores` are the names of the files that `scores` of the request has the places of. */
  readonly settings: EvalSettings;
  readonly scores: readonly vscode.Uri[];
  /** Whether the verifier that is set judges, too: always where there are too few files. */
  readonly withModel: boolean;
}

/** Whether a model is asked: files are judges as well, and an eval takes so many. */
export function asksModel({ eval: { needs }, scores, withModel }: Pick<EvalRequest, 'eval' | 'scores' | 'withModel'>): boolean {
  return scores.length < needs.scores.min || (withModel && scores.length < needs.scores.max);
}
