import { fail, ok, type Result } from '../core/result.ts';
import type { Trace } from '../core/trace/trace.ts';
import type { RowSource } from './containers/row-source.ts';
import { isRecord } from '../core/is-record.ts';
import { textOf } from './rows/read-fields.ts';
import type { FormatErrorReason } from './trace-file.ts';

/** `{ answer, prediction }`: a right answer and one to be judged, without a question. */
export function isAnswerPair(row: unknown): boolean {
  return isRecord(row) && textOf(row['answer']) !== undefined && textOf(row['prediction']) !== undefined && !('problem' in row) && !('question' in row);
}

/** A pair as the eval of answers takes it: the prediction is the response, of one step; there is no question. */
export function answerPair(source: RowSource, row: number): Result<Trace, FormatErrorReason> {
  const read = source.value(row);
  return read.ok ? pairTrace(source.name, row, read.value, source.where(row)) : read;
}

/** The same of a row's value; `where` names the row. */
export function pairTrace(file: string, row: number, read: unknown, where: string): Result<Trace, FormatErrorReason> {
  const value = isRecord(read) ? read : {};
  const [answer, prediction] = [textOf(value['answer']), textOf(value['prediction'])];
  if (answer === undefined || prediction === undefined) return fail('unknown-shape', `${where} is no pair of "answer" and "prediction".`);
  return ok({
    source: { file, row, ...(textOf(value['id']) !== undefined && { id: textOf(value['id']) ?? '' }) },
    problem: '',
    response: prediction,
    steps: [{ index: 0, span: { start: 0, end: prediction.length } }],
    given: { goldAnswer: { value: answer, field: 'answer', madeBy: 'unknown' }, finalAnswer: { value: prediction, field: 'prediction', madeBy: 'model' } },
  });
}
