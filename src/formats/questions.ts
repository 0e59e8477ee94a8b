import { finalAnswer } from '../core/answers/final-answer.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { noSuchRow, type RowSource } from './containers/row-source.ts';
import { answerLine } from './rows/gsm8k.ts';
import { firstText, list, noQuestion, recordOf, textOf, type Row } from './rows/read-fields.ts';
import type { FormatErrorReason } from './trace-file.ts';

const QUESTIONS = ['question', 'problem', 'prompt', 'query', 'input'] as const;
const ANSWERS = ['final_answer', 'gold', 'gold_answer', 'gtruth_answer', 'expected', 'expected_answer', 'ground_truth', 'target', 'answer'] as const;
const SOLUTIONS = ['solution', 'response'] as const;
/** A longer answer, or one of several lines, is a solution. */
const LONGEST_ANSWER = 200;

/** A row to be asked: its question, and its right answer where it has one. */
export interface Question {
  /** 0-based. */
  readonly row: number;
  readonly question: string;
  readonly gold?: string;
  readonly id?: string;
}

/** Reads a row of a source as a question. */
export function questionAt(source: RowSource, row: number): Result<Question, FormatErrorReason> {
  if (row < 0 || row >= source.rows) return noSuchRow(source.name, row, source.rows);
  const value = source.value(row);
  return value.ok ? questionOf(source.where(row), row, value.value) : value;
}

/**
 * Reads the value of a row as a question: `question` or its like; the right answer from `answer` and its like, the last line of
 * a GSM8K solution, or the boxed answer of a `solution`. A solution that the row has is not shown to the model. The error
 * names the row (`where`) and the fields that were looked for.
 */
export function questionOf(where: string, row: number, value: unknown): Result<Question, FormatErrorReason> {
  const record = recordOf(where, value, list(QUESTIONS));
  if (!record.ok) return record;
  const question = firstText(record.value, QUESTIONS);
  if (question === undefined) return noQuestion(where, QUESTIONS);
  const gold = goldOf(record.value);
  if (gold === 'unstated') return fail('unknown-shape', `${where} has an answer that is as long as a solution and states no final answer: give it as "final_answer".`);
  const id = textOf(record.value['id']);
  return ok({ row, question, ...(gold && { gold: gold.answer }), ...(id === undefined ? {} : { id }) });
}

function goldOf(row: Row): { readonly answer: string } | 'unstated' | undefined {
  const named = ANSWERS.map((field) => textOf(row[field])?.trim()).find((text) => text !== undefined && text !== '');
  if (named !== undefined) {
    const short = named.length <= LONGEST_ANSWER && !named.includes('\n');
    const answer = answerLine(named) ?? (short ? named : finalAnswer(named));
    return answer === undefined ? 'unstated' : { answer };
  }
  const solution = firstText(row, SOLUTIONS);
  const answer = solution === undefined ? undefined : finalAnswer(solution);
  return answer === undefined ? undefined : { answer };
}
