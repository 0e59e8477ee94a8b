import type { GivenData } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { firstErrorOf, stepTextsOf, traceOfSteps } from './given-steps.ts';
import { firstText, isTexts, noQuestion, recordOf, textOf } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

/**
 * BIG-Bench Mistake (Tyen et al. 2024): `{ input, steps, target, answer, mistake_index }`. `mistake_index` is the 0-based
 * first mistake; null means that there is none. `target` is the right answer, `answer` the one that the steps arrive at.
 */
export const bigBenchMistake: RowFormat = {
  id: 'bigbench-mistake',
  title: 'BIG-Bench Mistake: first mistake, 0-based, null for none',
  strength: 1,
  mark: 'has "input", "steps" and "mistake_index"',
  fits: (row) => isRecord(row) && typeof row['input'] === 'string' && isTexts(row['steps']) && 'mistake_index' in row,
  read(row, context) {
    const record = recordOf(context.where, row, '"input", "steps" and "mistake_index"');
    if (!record.ok) return record;
    const { steps, mistake_index: mistake, target, answer } = record.value;
    const problem = firstText(record.value, ['input']);
    if (problem === undefined) return noQuestion(context.where, ['input']);
    const texts = stepTextsOf(context.where, 'steps', Array.isArray(steps) ? steps : []);
    if (!texts.ok) return texts;
    const { label, unread } = firstErrorOf(mistake, texts.value.length, { field: 'mistake_index', madeBy: 'human', indexBase: 0, none: null });
    const [gold, final] = [textOf(target), textOf(answer)];
    const given: GivenData = {
      ...(gold !== undefined && { goldAnswer: { value: gold, field: 'target', madeBy: 'program' } }),
      ...(final !== undefined && { finalAnswer: { value: final, field: 'answer', madeBy: 'model' } }),
      ...unread,
    };
    return traceOfSteps(context, problem, texts.value, { ...(label && { label }), given });
  },
};
