import type { FirstErrorLabel, GivenData } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { firstErrorOf, stepTextsOf, traceOfSteps, withId } from './given-steps.ts';
import { firstText, isTexts, noQuestion, recordOf, textOf, type Row } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

const LABEL = 'model_output_solution_first_error_step';
/** Where each release keeps what an evaluated model said: `<model>_eval_output.error_step_pred`. */
const EVALUATION = /^(.{1,60})_eval_output$/;

/**
 * MR-GSM8K (Zeng et al. 2023): `{ uuid, question, model_output_steps, model_output_solution_correctness,
 * model_output_solution_first_error_step, model_output_solution_first_error_reason, ground_truth_answer, … }`. The human
 * first-error step is 1-BASED; it counts only where the solution is `wrong`, and where it is `correct` no step is wrong.
 */
export const mrGsm8k: RowFormat = {
  id: 'mr-gsm8k',
  title: 'MR-GSM8K: human first wrong step, 1-based, with the reason',
  strength: 1,
  mark: `has "model_output_steps" and "${LABEL}"`,
  fits: (row) => isRecord(row) && isTexts(row['model_output_steps']) && LABEL in row,
  read(row, context) {
    const record = recordOf(context.where, row, `"question", "model_output_steps" and "${LABEL}"`);
    if (!record.ok) return record;
    const value = record.value;
    const problem = firstText(value, ['question']);
    if (problem === undefined) return noQuestion(context.where, ['question']);
    const texts = stepTextsOf(context.where, 'model_output_steps', Array.isArray(value['model_output_steps']) ? value['model_output_steps'] : []);
    if (!texts.ok) return texts;
    const steps = texts.value.length;
    const correct = value['model_output_solution_correctness'] === 'correct';
    const { label, unread } = firstErrorOf(correct ? null : (value[LABEL] ?? undefined), steps, { field: LABEL, madeBy: 'human', indexBase: 1, none: null });
    const given: GivenData = { ...facts(value), predictions: predictions(value, steps), ...unread };
    const named = { ...context, source: withId(context.source, value['uuid']) };
    return traceOfSteps(named, problem, texts.value, { ...(label && { label }), given });
  },
};

function facts(row: Row): GivenData {
  const gold = textOf(row['ground_truth_answer']);
  const reference = firstText(row, ['ground_truth_solution']);
  const subset = firstText(row, ['question_type']);
  const reason = firstText(row, ['model_output_solution_first_error_reason']);
  const answer = row['model_output_answer_correctness'];
  return {
    ...(gold !== undefined && { goldAnswer: { value: gold, field: 'ground_truth_answer', madeBy: 'human' } }),
    ...(reference !== undefined && { reference: { value: reference, field: 'ground_truth_solution', madeBy: 'human' } }),
    ...(subset !== undefined && { subset: { value: subset, field: 'question_type', madeBy: 'human' } }),
    ...(reason !== undefined && { errorReason: { value: reason, field: 'model_output_solution_first_error_reason', madeBy: 'human' } }),
    ...((answer === 'correct' || answer === 'wrong') && { answerCorrect: { value: answer === 'correct', field: 'model_output_answer_correctness', madeBy: 'human' } }),
  };
}

/** What the evaluated models said, 1-based and often as text; `N/A` is no prediction, as `correct` is "no error". */
function predictions(row: Row, steps: number): FirstErrorLabel[] {
  return Object.entries(row).flatMap(([name, value]) => {
    const maker = EVALUATION.exec(name)?.[1];
    if (maker === undefined || !isRecord(value)) return [];
    const said = value['error_step_pred'];
    const step = typeof said === 'string' && /^\d{1,6}$/.test(said) ? Number(said) : said;
    const source = { field: `${name}.error_step_pred`, madeBy: 'model', maker, indexBase: 1, none: null } as const;
    const { label } = firstErrorOf(value['correctness_pred'] === 'correct' ? null : (step ?? undefined), steps, source);
    return label ? [label] : [];
  });
}
