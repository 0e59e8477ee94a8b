import { finalAnswer } from '../core/answers/final-answer.ts';
import { isRecord } from '../core/is-record.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { SearchProblem } from '../core/search/solve.ts';
import { noSuchRow, type RowSource } from './containers/row-source.ts';
import { answerLine } from './rows/gsm8k.ts';
import { firstText, noQuestion, textOf, type Row } from './rows/read-fields.ts';
import type { FormatErrorReason } from './trace-file.ts';

const QUESTIONS = ['question', 'problem', 'prompt', 'query', 'input'] as const;
const ANSWERS = ['answer', 'gold', 'gold_answer', 'target', 'final_answer', 'expected_answer', 'ground_truth'] as const;
const SOLUTIONS = ['solution', 'response'] as const;

/**
 * A problem to be solved: the question of a row, and its right answer where the row has one (`answer` and its like; the last
 * line of a GSM8K solution; the boxed answer of a `solution`). A solution that the row has is not shown to the model.
 */
export function problemAt(source: RowSource, row: number): Result<SearchProblem, FormatErrorReason> {
  if (row >= source.rows) return noSuchRow(source.name, row, source.rows);
  const read = source.value(row);
  if (!read.ok) return read;
  const value = read.value;
  if (!isRecord(value)) return fail('unknown-shape', `${source.where(row)} is not an object: it needs a "question", and "answer" where the right one is known.`);
  const question = firstText(value, QUESTIONS);
  if (question === undefined) return noQuestion(source.where(row), QUESTIONS);
  const [gold, id] = [goldOf(value), textOf(value['id'])];
  return ok({ question, row, ...(gold === undefined ? {} : { gold }), ...(id === undefined ? {} : { id }) });
}

function goldOf(row: Row): string | undefined {
  const named = ANSWERS.map((field) => textOf(row[field])?.trim()).find((text) => text !== undefined && text !== '');
  if (named !== undefined) return answerLine(named) ?? (named.includes('\n') ? finalAnswer(named) : named);
  const solution = firstText(row, SOLUTIONS);
  return solution === undefined ? undefined : finalAnswer(solution);
}
