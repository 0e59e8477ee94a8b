import { markAgreement, type MarkAgreement } from '../../core/metrics/mark-agreement.ts';
import type { FirstErrorLabel } from '../../core/trace/given.ts';
import type { StepNote } from '../../core/trace/record.ts';
import { stepTexts, type Trace } from '../../core/trace/trace.ts';
import { judged } from '../../core/verifier/judge.ts';
import { annotate, type StepScores, type TraceAnnotations } from '../annotations.ts';
import { inBatches } from '../in-batches.ts';
import type { ScoreStore } from '../score-store.ts';
import { storedScores } from '../stored-scores.ts';
import { stepKeys } from '../streams.ts';
import type { ScoringContext } from '../trace-sessions.ts';

/** What our stored scores say about a whole trace. */
export interface RowScores {
  /** Steps with a score, of all steps. */
  readonly scored: number;
  /** 0-based first step under the threshold; undefined where no scored step is. */
  readonly firstError: number | undefined;
  /** Lowest P(Yes) of a step; undefined where no score has one. */
  readonly min: number | undefined;
  /** Whether a missing score can no longer change `firstError`. */
  readonly decided: boolean;
  /** How the verdicts agree with a person's marks; absent where no step is marked. */
  readonly marks?: MarkAgreement;
}

/** Looks up what is stored for a trace under the settings and the model of now; undefined where no step has a score. `brought` are notes of its file. */
export type FindRowScores = (trace: Trace, brought?: readonly StepNote[]) => Promise<RowScores | undefined>;

export function createFindRowScores(store: ScoreStore, context: () => ScoringContext, notesOf: (trace: Trace, brought: readonly StepNote[]) => readonly StepNote[]): FindRowScores {
  return async (trace, brought = []) => {
    const { hashes, verifier } = context();
    if (hashes === undefined || !(await store.mayHold(trace.problem))) return undefined;
    await store.load(trace.problem);
    if (!store.holds(trace.problem)) return undefined;
    const texts = stepTexts(trace);
    const scores: StepScores[] = [];
    const look = (_: string, step: number): void => {
      const keys = stepKeys({ problem: trace.problem, steps: texts, step }, hashes, verifier);
      scores.push({ streams: storedScores(store, keys, verifier.threshold), failure: undefined, running: false });
    };
    await inBatches(texts, look);
    const annotations = annotate(scores, verifier.threshold, undefined);
    if (annotations.scored === 0) return undefined;
    const marks = markAgreement(annotations.steps.map(({ score }) => score), verifier.threshold, notesOf(trace, brought));
    return { ...rowScores(annotations), ...(marks && { marks }) };
  };
}

export function rowScores({ steps, scored, firstError }: TraceAnnotations): RowScores {
  const values = steps.flatMap(({ score }) => (score?.pYes === undefined ? [] : [score.pYes]));
  const before = steps.slice(0, firstError ?? steps.length);
  return {
    scored,
    firstError,
    min: values.length === 0 ? undefined : Math.min(...values),
    decided: before.every(({ score }) => judged(score) !== undefined),
  };
}

/** Whether we name the same first error as the data; undefined where one of the two is not known. */
export function agreementOf(label: FirstErrorLabel | undefined, ours: RowScores | undefined): 'agree' | 'differ' | undefined {
  if (label === undefined || ours?.decided !== true) return undefined;
  return label.firstError === ours.firstError ? 'agree' : 'differ';
}
