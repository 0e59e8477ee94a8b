import { finalAnswer } from '../core/answers/final-answer.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { RowSource } from './containers/row-source.ts';
import { noSuchRow } from './containers/row-source.ts';
import { firstText, list, noQuestion, recordOf, textOf } from './rows/read-fields.ts';
import type { FormatErrorReason } from './trace-file.ts';

const QUESTION_FIELDS = ['question', 'problem', 'prompt', 'input'] as const;
const ANSWER_FIELDS = ['final_answer', 'gold', 'gtruth_answer', 'expected', 'target', 'answer'] as const;
/** A longer answer is a solution. */
const LONGEST_ANSWER = 200;

/** A question to be asked, with its reference answer where the row has one. */
export interface Question {
  readonly question: string;
  readonly gold?: string;
}

/** Reads a row as a question without a solution: the error names the row and the fields that were looked for. */
export function questionAt(source: RowSource, row: number): Result<Question, FormatErrorReason> {
  if (row < 0 || row >= source.rows) return noSuchRow(source.name, row, source.rows);
  const value = source.value(row);
  if (!value.ok) return value;
  const record = recordOf(source.where(row), value.value, list(QUESTION_FIELDS));
  if (!record.ok) return record;
  const question = firstText(record.value, QUESTION_FIELDS);
  if (question === undefined) return noQuestion(source.where(row), QUESTION_FIELDS);
  const answer = ANSWER_FIELDS.map((field) => textOf(record.value[field])).find((text) => text !== undefined && text.trim() !== '');
  if (answer === undefined) return ok({ question });
  const gold = answer.length <= LONGEST_ANSWER && !answer.includes('####') ? answer.trim() : finalAnswer(answer);
  return gold === undefined ? fail('unknown-shape', `${source.where(row)} has an answer of ${answer.length} characters that states no final answer: give it as "final_answer".`) : ok({ question, gold });
}
