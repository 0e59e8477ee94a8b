import { fail, ok, type Result } from '../../core/result.ts';
import type { GivenScores } from '../../core/trace/given.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { isRecord } from '../../core/is-record.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { numbersOf, textOf, type Row } from './read-fields.ts';
import type { RowContext, RowFormat } from './row-format.ts';

/** The scores of one PRMBench trace, for joining to it. */
export interface PrmBenchScores {
  /** `<classification>_<idx>` of the row that was scored. */
  readonly id: string;
  /** One a step each: `validity`, and `redundancy` where the model gives it. */
  readonly scores: readonly Omit<GivenScores, 'file'>[];
}

const QUANTITIES = ['validity', 'redundancy'] as const;

/** PRMBench's score files (and R-PRM's): `{ idx: "<classification>_<idx>", scores: { step_level_validity_scores, step_level_validity_labels, … } }`. There is no text: the rows are joined to the data set. */
export const prmBenchScores: RowFormat = {
  id: 'prmbench-scores',
  title: 'PRMBench score file: scores to join to PRMBench, no text',
  strength: 1,
  mark: 'has "scores.step_level_validity_scores" or "validity": false',
  fits: (row) => isRecord(row) && typeof row['idx'] === 'string' && ((isRecord(row['scores']) && 'step_level_validity_scores' in row['scores']) || row['validity'] === false),
  read: (row, { where }) =>
    fail('no-text', `${where} has scores${isRecord(row) && typeof row['idx'] === 'string' ? ` of ${row['idx'].slice(0, 80)}` : ''} and no text: open the PRMBench file that was scored, and join this one to it.`),
};

/** The scores of a row; the error says why it has none. */
export function readPrmBenchScores(row: unknown, { where }: Pick<RowContext, 'where'>): Result<PrmBenchScores, FormatErrorReason> {
  const id = isRecord(row) ? textOf(row['idx']) : undefined;
  const scores = isRecord(row) && isRecord(row['scores']) ? row['scores'] : undefined;
  if (id === undefined) return fail('unknown-shape', `${where} has no "idx": it says which PRMBench row the scores belong to.`);
  const found = scores === undefined ? [] : QUANTITIES.flatMap((quantity) => scoresOf(scores, quantity));
  if (found.length > 0) return ok({ id, scores: found });
  return fail('no-text', `${where} has no scores: the model's judgement of ${id.slice(0, 80)} could not be read.`);
}

function scoresOf(scores: Row, quantity: string): GivenScores[] {
  const field = `step_level_${quantity}_scores`;
  const values = numbersOf(scores[field]);
  return values === undefined ? [] : [{ field: `scores.${field}`, madeBy: 'model', quantity, values }];
}

/** The id by which a PRMBench trace is known in score files. */
export function prmBenchScoreId(trace: Trace): string | undefined {
  const { id, variant } = trace.source;
  const subset = trace.given?.subset?.value;
  return id === undefined || subset === undefined || variant === 'original' ? undefined : `${subset}_${id}`;
}

/** The trace with the scores from `file`; an error where they are scores of another number of steps. */
export function joinScores(trace: Trace, file: string, { id, scores }: PrmBenchScores): Result<Trace, FormatErrorReason> {
  const steps = trace.steps.length;
  const misfit = scores.find(({ values }) => values.length !== steps);
  if (misfit) return fail('unknown-shape', `${file} has ${misfit.values.length} scores for ${id}, which has ${steps} steps: they belong to another text.`);
  const joined = scores.map((score) => ({ ...score, file }));
  return ok({ ...trace, given: { ...trace.given, scores: [...(trace.given?.scores ?? []), ...joined] } });
}
