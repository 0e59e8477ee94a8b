import { fail, ok, type Result } from '../core/result.ts';
import { isRecord } from '../core/is-record.ts';
import { prmBenchScores, readPrmBenchScores } from './rows/prm-bench-scores.ts';
import { rPrm } from './rows/r-prm.ts';
import { isWholeNumber, numberOf, numbersOf, textOf, type Row } from './rows/read-fields.ts';
import { stepscope } from './rows/stepscope.ts';
import type { FormatErrorReason } from './trace-file.ts';

/** Scores of one trace, or of one of its steps. */
export interface ScoreRow {
  readonly id?: string;
  /** 0-based row of the data. */
  readonly row?: number;
  /** 0-based, where the row is about one step: then the lists have one value. */
  readonly step?: number;
  readonly values: readonly (number | undefined)[];
  readonly hard?: readonly (number | undefined)[];
  readonly readings?: readonly (readonly number[])[];
  /** The format leaves out steps that need no score: fewer scores than steps are usual. */
  readonly cut: boolean;
}

type Read = Result<ScoreRow | undefined, FormatErrorReason>;

/** Reads a row of a score file; undefined for a row that is about something else, such as a summary. `where` names the row. */
export function readScoreRow(value: unknown, where: string): Read {
  if (!isRecord(value)) return fail('unknown-shape', `${where} is not an object: it needs an "id" or a "row", and "scores".`);
  if ('type' in value && 'version' in value) return ok(undefined);
  if (value['type'] === 'row' && isRecord(value['row'])) return logRow(value['row'], where);
  if (typeof value['type'] === 'string' && !('scores' in value)) return ok(undefined);
  if (prmBenchScores.fits(value)) return prmBenchRow(value, where);
  if (stepscope.fits(value)) return recordRow(value, where);
  if (typeof value['now_step'] === 'string') return rPrmStep(value, where);
  if (isWholeNumber(value['row']) && 'summary' in value) return ok(undefined);
  if (isWholeNumber(value['step']) && 'score' in value) return stepRow(value, where);
  return listRow(value, where);
}

function key(row: Row): Pick<ScoreRow, 'id' | 'row'> {
  const id = textOf(row['id'] ?? row['idx'] ?? row['uuid']);
  const index = row['row'];
  return { ...(id !== undefined && { id }), ...(isWholeNumber(index) && index >= 0 && { row: index }) };
}

/** `{ id | row, scores: number[] }`, or a merged R-PRM output. */
function listRow(row: Row, where: string): Read {
  for (const field of ['scores', 'yes_probability_average', 'responses', 'rewards', 'step_scores']) {
    const values = numbersOf(row[field]);
    if (values === undefined) continue;
    const hard = numbersOf(row['hard'], values.length);
    return ok({ ...key(row), values, cut: field === 'yes_probability_average' || field === 'responses', ...(hard && { hard }) });
  }
  return fail('unknown-shape', `${where} has no list of numbers in "scores": there is nothing to join.`);
}

function stepRow(row: Row, where: string): Read {
  const step = Number(row['step']);
  if (step < 0 || step > 100_000) return fail('unknown-shape', `${where} is about step ${step}, which no solution has: steps count from 0 there.`);
  const hard = numberOf(row['hard']);
  return ok({ ...key(row), step, values: [numberOf(row['score'])], ...(hard !== undefined && { hard: [hard] }), cut: true });
}

function prmBenchRow(row: Row, where: string): Read {
  const read = readPrmBenchScores(row, { where });
  if (!read.ok) return read;
  const { id, scores } = read.value;
  const validity = scores.find(({ quantity }) => quantity === 'validity') ?? scores[0];
  return validity ? ok({ id, values: validity.values, cut: false }) : fail('no-text', `${where} has no validity scores.`);
}

function rPrmStep(row: Row, where: string): Read {
  const read = rPrm.read(row, { source: { file: '' }, where });
  if (!read.ok) return read;
  const { steps, given } = read.value;
  const [scores] = given?.scores ?? [];
  const step = steps.length - 1;
  const samples = scores?.samples?.[step];
  return ok({ ...key(row), step, values: [scores?.values[step]], ...(samples && { readings: [samples] }), cut: true });
}

/** A row of an eval's own log. */
function logRow(row: Row, where: string): Read {
  const { item } = row;
  const scores = isRecord(item) && isRecord(item['scores']) ? item['scores'] : undefined;
  const values = numbersOf(scores?.['soft']);
  if (values === undefined) return fail('unknown-shape', `${where} is a row of a log without step scores.`);
  const hard = numbersOf(scores?.['hard'], values.length);
  return ok({ ...key(row), values, ...(hard && { hard }), cut: true });
}

/** Our own JSONL: scores that were exported with their traces. */
function recordRow(row: Row, where: string): Read {
  const record = stepscope.record?.(row, { source: { file: '' }, where });
  if (record?.ok !== true) return record ?? ok(undefined);
  const { trace, scores } = record.value;
  if (!scores) return fail('unknown-shape', `${where} was exported without scores.`);
  const { id, row: index } = trace.source;
  return ok({ ...(id !== undefined && { id }), ...(index !== undefined && { row: index }), values: scores.map((score) => score?.pYes), hard: scores.map((score) => score?.hard), cut: false });
}
