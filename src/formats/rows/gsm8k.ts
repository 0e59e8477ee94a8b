import { forEachLine } from '../../core/segment/lines.ts';
import type { GivenData } from '../../core/trace/given.ts';
import { stepsFromSpans } from '../../core/trace/steps.ts';
import type { Span } from '../../core/trace/trace.ts';
import { isRecord } from '../../core/is-record.ts';
import { textTrace, type SolutionParts } from '../solution-text.ts';
import { calculationsIn } from './calculations.ts';
import { firstText, noQuestion, recordOf, type Row } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

/** The last line of a solution: `#### 72`, or `A: 72` in the published model solutions. */
const ANSWER_LINE = /^(?:####|A:)[ \t]*(.*)$/;

/**
 * GSM8K (Cobbe et al. 2021): `{ question, answer }` with a line a step, `<<48/2=24>>` calculator annotations and `#### 72`
 * at the end. The text stays as it is; the `####` line is the answer and no step.
 */
export const gsm8k: RowFormat = {
  id: 'gsm8k',
  title: 'GSM8K: <<a*b=c>> calculator annotations, #### answer',
  strength: 0.95,
  mark: 'has "question" and an "answer" with a #### line',
  fits: (row) => isRecord(row) && typeof row['question'] === 'string' && typeof row['answer'] === 'string' && /^####/m.test(row['answer']),
  read(row, context) {
    const record = recordOf(context.where, row, '"question" and "answer"');
    if (!record.ok) return record;
    const problem = firstText(record.value, ['question']);
    if (problem === undefined) return noQuestion(context.where, ['question']);
    const solution = firstText(record.value, ['answer']) ?? '';
    const gold = answerLine(solution);
    const given: GivenData = {
      calculations: calculationsIn(solution),
      ...(gold !== undefined && { goldAnswer: { value: gold, field: 'answer', madeBy: 'human' } }),
    };
    return textTrace(context, problem, solution, { given }, lineParts);
  },
};

/**
 * GSM8K's published model solutions: `{ question, ground_truth, <model>: { solution, is_correct } }`. A row has a trace for
 * each model, and the reference.
 */
export const gsm8kSolutions: RowFormat = {
  id: 'gsm8k-solutions',
  title: 'GSM8K model solutions: several models a row, with is_correct',
  strength: 1,
  mark: 'has "question", "ground_truth" and solutions with "is_correct"',
  fits: (row) => isRecord(row) && typeof row['question'] === 'string' && typeof row['ground_truth'] === 'string' && models(row).length > 0,
  variants: (row) => (isRecord(row) ? [...models(row), 'ground_truth'] : []),
  read(row, context) {
    const record = recordOf(context.where, row, '"question", "ground_truth" and solutions');
    if (!record.ok) return record;
    const problem = firstText(record.value, ['question']);
    if (problem === undefined) return noQuestion(context.where, ['question']);
    const variant = context.variant ?? models(record.value)[0] ?? 'ground_truth';
    const reference = firstText(record.value, ['ground_truth']);
    const gold = reference === undefined ? undefined : answerLine(reference);
    const shared: GivenData = {
      ...(gold !== undefined && { goldAnswer: { value: gold, field: 'ground_truth', madeBy: 'human' } }),
      ...(reference !== undefined && { reference: { value: reference, field: 'ground_truth', madeBy: 'human' } }),
    };
    const entry = record.value[variant];
    if (!isRecord(entry)) return textTrace(context, problem, reference ?? '', { given: { ...shared, calculations: calculationsIn(reference ?? '') } }, lineParts);
    const solution = firstText(entry, ['solution']) ?? '';
    const final = answerLine(solution);
    const correct = entry['is_correct'];
    const given: GivenData = {
      ...shared,
      calculations: calculationsIn(solution),
      generator: { value: variant, field: variant, madeBy: 'program' },
      ...(final !== undefined && { finalAnswer: { value: final, field: `${variant}.solution`, madeBy: 'model' } }),
      ...(typeof correct === 'boolean' && { answerCorrect: { value: correct, field: `${variant}.is_correct`, madeBy: 'program' } }),
    };
    return textTrace(context, problem, solution, { given }, lineParts);
  },
};

function models(row: Row): string[] {
  return Object.entries(row).flatMap(([name, value]) => (isRecord(value) && typeof value['solution'] === 'string' && 'is_correct' in value ? [name] : []));
}

/** The answer on the last line that has text, where that line is marked as one. */
export function answerLine(solution: string): string | undefined {
  const answer = ANSWER_LINE.exec(solution.trim().split('\n').at(-1)?.trim() ?? '')?.[1]?.trim();
  return answer === '' ? undefined : answer;
}

/** A step a line; a marked answer line at the end is set apart, unless it is all there is. */
export function lineParts(response: string): SolutionParts {
  const lines: Span[] = [];
  forEachLine(response, (start, end) => {
    if (start < end) lines.push({ start, end });
  });
  const last = lines.at(-1);
  if (lines.length < 2 || last === undefined || !ANSWER_LINE.test(response.slice(last.start, last.end))) return { response, steps: stepsFromSpans(lines) };
  return { response, steps: stepsFromSpans(lines.slice(0, -1)), answer: last };
}
