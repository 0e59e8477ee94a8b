import type { Sample, Score } from './score.ts';

/** What scoring a trace emits, in the order it happens. The log of these events is the run. */
export type ScoreEvent =
  | { readonly type: 'started'; readonly steps: readonly number[]; readonly k: number }
  /** What holds for the whole run and should be known, once each: for example that the chat template has no system turn. */
  | { readonly type: 'note'; readonly message: string }
  /** One analysis of one step is done. Steps and samples may interleave. */
  | { readonly type: 'sample'; readonly step: number; readonly index: number; readonly sample: Sample }
  /** All samples of one step are done. */
  | { readonly type: 'step'; readonly step: number; readonly score: Score }
  /** One step could not be scored (for example: too long for the model's context); the others go on. */
  | { readonly type: 'step-failed'; readonly step: number; readonly reason: string; readonly message: string }
  | { readonly type: 'finished'; readonly summary: Summary };

/** Solution-level numbers. Those of P(Yes) are undefined where a step in question has none. */
export interface Summary {
  /** 0-based index of the first step that is judged wrong, by P(Yes) or by its hard score; undefined when there is none. */
  readonly firstError: number | undefined;
  readonly min: number | undefined;
  readonly mean: number | undefined;
  readonly product: number | undefined;
  readonly last: number | undefined;
  /** Steps that are judged, of all steps. */
  readonly scored: number;
  readonly steps: number;
  readonly seconds: number;
  /** Tokens that the verifier generated. */
  readonly tokens: number;
}
