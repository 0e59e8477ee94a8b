import type { GivenData, StepRating } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { firstErrorOf, stepTextsOf, traceOfSteps, withId } from './given-steps.ts';
import { firstText, isTexts, isWholeNumber, noQuestion, recordOf, textOf, type Row } from './read-fields.ts';
import type { RowContext, RowFormat, RowResult } from './row-format.ts';

/** The labelled process, with errors put in, and the process that it was made from. */
const VARIANTS = ['modified', 'original'] as const;

/**
 * PRMBench (Song et al. 2025): `{ original_question, modified_question, original_process, modified_process, error_steps,
 * reason, classification, idx }`. A row has two traces. `modified` is the one that the benchmark scores: `error_steps` are
 * 1-BASED and several a trace; every other step counts as right. A model that was asked to put errors in named them (the
 * authors' `mr_annotate/build_data`), so that is who made the label; the file does not say who checked a row. `original` is
 * unlabelled in the file and stays so.
 */
export const prmBench: RowFormat = {
  id: 'prmbench',
  title: 'PRMBench: wrong steps, 1-based, several a trace; original and modified process',
  strength: 1,
  mark: 'has "modified_process" and "error_steps"',
  fits: (row) => isRecord(row) && isTexts(row['modified_process']) && Array.isArray(row['error_steps']),
  variants: (row) => (isRecord(row) && Array.isArray(row['original_process']) ? VARIANTS : []),
  read(row, context) {
    const record = recordOf(context.where, row, '"modified_question", "modified_process" and "error_steps"');
    if (!record.ok) return record;
    const { idx } = record.value;
    const named = { ...context, source: withId(context.source, idx) };
    return context.variant === 'original' ? original(record.value, named) : modified(record.value, named);
  },
};

function original(row: Row, context: RowContext): RowResult {
  const fields = ['original_question', 'question'];
  const problem = firstText(row, fields);
  if (problem === undefined) return noQuestion(context.where, fields);
  const texts = stepTextsOf(context.where, 'original_process', Array.isArray(row['original_process']) ? row['original_process'] : []);
  return texts.ok ? traceOfSteps(context, problem, texts.value, { given: shared(row) }) : texts;
}

function modified(row: Row, context: RowContext): RowResult {
  const fields = ['modified_question', 'question', 'original_question'];
  const problem = firstText(row, fields);
  if (problem === undefined) return noQuestion(context.where, fields);
  const texts = stepTextsOf(context.where, 'modified_process', Array.isArray(row['modified_process']) ? row['modified_process'] : []);
  if (!texts.ok) return texts;
  const steps = texts.value.length;
  const source = { field: 'error_steps', madeBy: 'model', indexBase: 1 } as const;
  const errors = Array.isArray(row['error_steps']) ? (row['error_steps'] as unknown[]) : undefined;
  if (errors === undefined) return traceOfSteps(context, problem, texts.value, { given: shared(row) });
  const named = new Set(errors.filter((step) => isWholeNumber(step) && step >= 1 && step <= steps));
  const values = texts.value.map((_, index): StepRating => (named.has(index + 1) ? -1 : 1));
  const first = values.indexOf(-1);
  // Labels that name only steps beyond the end say that something is wrong, not where: then there is no label.
  const unusable = errors.length > 0 && first < 0;
  const { label } = firstErrorOf(unusable ? undefined : first < 0 ? null : first + 1, steps, { ...source, none: null });
  const beyond = errors.filter((step) => !named.has(step));
  return traceOfSteps(context, problem, texts.value, {
    ...(label && { label }),
    given: {
      ...shared(row),
      ...(!unusable && { ratings: [{ ...source, values }] }),
      ...(typeof row['reason'] === 'string' && row['reason'] !== '' && { errorReason: { value: row['reason'], field: 'reason', madeBy: 'model' } }),
      ...(isWholeNumber(beyond[0]) && { unusedLabel: { ...source, value: beyond[0] } }),
      ...(beyond.length > 0 && { remarks: [`"error_steps" names ${beyond.length === 1 ? 'a step' : 'steps'} that the process of ${steps} steps does not have: ${beyond.slice(0, 5).map((step) => textOf(step) ?? 'no number').join(', ')}.`] }),
    },
  });
}

function shared(row: Row): GivenData {
  const gold = textOf(row['ground_truth']);
  const subset = firstText(row, ['classification']);
  return {
    ...(gold !== undefined && { goldAnswer: { value: gold, field: 'ground_truth', madeBy: 'human' } }),
    ...(subset !== undefined && { subset: { value: subset, field: 'classification', madeBy: 'program' } }),
  };
}
