import type { GivenData } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { firstErrorOf, stepTextsOf, traceOfSteps, withId } from './given-steps.ts';
import { firstText, isWholeNumber, noQuestion, recordOf } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

/** Ids of the published splits, whose labels are experts' ("ProcessBench", section 3). */
const PUBLISHED = /^(gsm8k|math|olympiadbench|omnimath)-\d+$/;

/**
 * ProcessBench (Zheng et al. 2024): `{ id, generator, problem, steps, final_answer_correct, label }`. `label` is the 0-based
 * index of the first wrong step, -1 for none.
 */
export const processBench: RowFormat = {
  id: 'processbench',
  title: 'ProcessBench: first wrong step, 0-based, -1 for none',
  strength: 0.9,
  mark: 'has "problem", a list of "steps" and a whole number as "label"',
  fits: (row) => isRecord(row) && typeof row['problem'] === 'string' && Array.isArray(row['steps']) && isWholeNumber(row['label']),
  read(row, context) {
    const record = recordOf(context.where, row, '"problem", "steps" and "label"');
    if (!record.ok) return record;
    const { id, steps, label, generator, final_answer_correct: correct } = record.value;
    const problem = firstText(record.value, ['problem']);
    if (problem === undefined) return noQuestion(context.where, ['problem']);
    const texts = stepTextsOf(context.where, 'steps', Array.isArray(steps) ? steps : []);
    if (!texts.ok) return texts;
    const published = typeof id === 'string' ? PUBLISHED.exec(id) : null;
    const madeBy = published ? 'human' : 'unknown';
    const read = firstErrorOf(label, texts.value.length, { field: 'label', madeBy, indexBase: 0, none: -1 });
    const given: GivenData = {
      ...(typeof generator === 'string' && { generator: { value: generator, field: 'generator', madeBy: 'unknown' } }),
      ...(typeof correct === 'boolean' && { answerCorrect: { value: correct, field: 'final_answer_correct', madeBy: published ? 'program' : 'unknown' } }),
      ...(published?.[1] !== undefined && { subset: { value: published[1], field: 'id', madeBy: 'program' } }),
      ...read.unread,
    };
    const named = { ...context, source: withId(context.source, id) };
    return traceOfSteps(named, problem, texts.value, { ...(read.label && { label: read.label }), given });
  },
};
