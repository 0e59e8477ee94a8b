import type { GivenData } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { textTrace } from '../solution-text.ts';
import { withId } from './given-steps.ts';
import { firstText, noQuestion, recordOf, textOf } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

/** MATH and MATH-500 (Hendrycks et al. 2021): `{ problem, solution, answer, subject | type, level, unique_id }`. The trace is the reference solution. */
export const mathSolutions: RowFormat = {
  id: 'math',
  title: 'MATH and MATH-500: reference solutions with a gold answer',
  strength: 0.9,
  mark: 'has "problem", "solution", "answer" and "level"',
  fits: (row) => isRecord(row) && typeof row['problem'] === 'string' && typeof row['solution'] === 'string' && 'answer' in row && 'level' in row,
  read(row, context) {
    const record = recordOf(context.where, row, '"problem" and "solution"');
    if (!record.ok) return record;
    const problem = firstText(record.value, ['problem']);
    if (problem === undefined) return noQuestion(context.where, ['problem']);
    const gold = textOf(record.value['answer']);
    const field = ['subject', 'type'].find((name) => typeof record.value[name] === 'string');
    const subset = field === undefined ? undefined : firstText(record.value, [field]);
    const given: GivenData = {
      ...(gold !== undefined && { goldAnswer: { value: gold, field: 'answer', madeBy: 'human' } }),
      ...(subset !== undefined && field !== undefined && { subset: { value: subset, field, madeBy: 'human' } }),
    };
    const named = { ...context, source: withId(context.source, record.value['unique_id']) };
    return textTrace(named, problem, firstText(record.value, ['solution']) ?? '', { given });
  },
};
