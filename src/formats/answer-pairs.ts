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
  if (!read.ok) return read;
  const value = isRecord(read.value) ? read.value : {};
  const [answer, prediction] = [textOf(value['answer']), textOf(value['prediction'])];
  if (answer === undefined || prediction === undefined) return fail('unknown-shape', `${source.where(row)} is no pair of "answer" and "prediction".`);
  return ok({
    source: { file: source.name, row, ...(textOf(value['id']) !== undefined && { id: textOf(value['id']) ?? '' }) },
    problem: '',
    response: prediction,
    steps: [{ index: 0, span: { start: 0, end: prediction.length } }],
    given: { goldAnswer: { value: answer, field: 'answer', madeBy: 'unknown' }, finalAnswer: { value: prediction, field: 'prediction', madeBy: 'model' } },
  });
}
