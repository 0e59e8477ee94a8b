import * as v from 'valibot';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import { stepsFromSpans } from '../../core/trace/steps.ts';
import type { Span } from '../../core/trace/trace.ts';
import { recordSchema, SCHEMA, SCHEMA_VERSION, type StoredRecord } from '../export/record-schema.ts';
import { isRecord } from '../../core/is-record.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { recordOf } from './read-fields.ts';
import type { RowContext, RowFormat } from './row-format.ts';

/** Our own JSONL; its schema is described in `export/record-schema.ts`. */
export const stepscope: RowFormat = {
  id: 'stepscope',
  title: 'Stepscope JSONL: traces with labels, scores, analyses and notes',
  strength: 1,
  mark: `says "schema": "${SCHEMA}"`,
  fits: (row) => isRecord(row) && row['schema'] === SCHEMA,
  read(row, context) {
    const record = readRecord(row, context);
    return record.ok ? ok(record.value.trace) : record;
  },
  record: readRecord,
};

function readRecord(row: unknown, context: RowContext): Result<TraceRecord, FormatErrorReason> {
  const { where } = context;
  const record = recordOf(where, row, `"schema": "${SCHEMA}"`);
  if (!record.ok) return record;
  const { version } = record.value;
  if (typeof version === 'number' && version > SCHEMA_VERSION)
    return fail('unsupported', `${where} is of version ${version} of the Stepscope format, and this is a reader of version ${SCHEMA_VERSION}: update Stepscope.`);
  const parsed = v.safeParse(recordSchema, record.value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue);
    return fail('unknown-shape', `${where} is no Stepscope row: ${path === null ? 'it' : `"${path.slice(0, 100)}"`} should be ${issue.expected ?? 'within its limits'}.`);
  }
  const fault = faultIn(parsed.output);
  return fault === undefined ? ok(recordFrom(parsed.output)) : fail('unknown-shape', `${where} is no Stepscope row: ${fault}.`);
}

function span([start, end]: readonly [number, number]): Span {
  return { start, end };
}

function recordFrom(stored: StoredRecord): TraceRecord {
  const { source, problem, response, steps, stepsGiven, units, answer, label, given, scores, notes, segmentation } = stored;
  return {
    trace: { source, problem, response, steps: stepsFromSpans(steps.map(span)), ...(stepsGiven && { stepsGiven }), ...(units && { units }), ...(answer && { answer: span(answer) }), ...(label && { label }), ...(given && { given }) },
    ...(scores && { scores }),
    ...(notes && { notes }),
    ...(segmentation && { segmentation }),
  };
}

/** What a row that has the right types may still get wrong; the rest of the program relies on it. */
function faultIn({ problem, response, steps, units = [], answer, label, given, scores, notes }: StoredRecord): string | undefined {
  const count = steps.length;
  if (problem.trim() === '') return '"problem" is empty';
  if (count === 0) return '"steps" is empty';
  let end = 0;
  for (const [from, to] of steps) {
    if (from < end || to <= from || to > response.length) return '"steps" overlap, are empty or reach beyond "response"';
    if (response.slice(from, to).trim() === '') return 'a step has no text';
    end = to;
  }
  if (answer && answer[1] > response.length) return '"answer" reaches beyond "response"';
  const labels = [label, ...(given?.predictions ?? [])];
  if (labels.some((one) => one?.firstError !== undefined && one.firstError >= count)) return 'a first error is beyond the last step';
  const lists = [...(given?.ratings ?? []), ...(given?.scores ?? [])].map(({ values }) => values.length);
  if (lists.some((length) => length !== count) || (scores && scores.length !== count)) return 'ratings or scores are not one a step';
  if (notes?.some(({ step }) => step >= count)) return 'a note is beyond the last step';
  if (units.some(({ first, end: last }, index) => first !== (units[index - 1]?.end ?? 0) || last <= first) || (units.length > 0 && units.at(-1)?.end !== count)) return '"units" do not hold every step once';
  return undefined;
}
