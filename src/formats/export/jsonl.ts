import type { TraceRecord } from '../../core/trace/record.ts';
import type { Span } from '../../core/trace/trace.ts';
import type { ExportFormat } from './export-format.ts';
import { SCHEMA, SCHEMA_VERSION } from './record-schema.ts';

/** Our own JSONL, which carries everything; `record-schema.ts` describes it. JSON escapes unpaired surrogates, so no text is changed. */
export const jsonlExport: ExportFormat = {
  id: 'jsonl',
  title: 'Stepscope JSONL: everything',
  extension: 'jsonl',
  write: (records) => ({ text: records.map((record) => `${recordLine(record)}\n`).join(''), losses: [] }),
};

/** One row, without a line break. */
export function recordLine({ trace, scores, notes, segmentation }: TraceRecord): string {
  const { source, problem, response, steps, stepsGiven, units, answer, label, given } = trace;
  // JSON.stringify leaves out what is undefined, and writes null for it in lists.
  return JSON.stringify({ schema: SCHEMA, version: SCHEMA_VERSION, source, problem, response, steps: steps.map(({ span }) => pair(span)), stepsGiven, units, answer: answer && pair(answer), label, given, scores, notes, segmentation });
}

function pair({ start, end }: Span): [number, number] {
  return [start, end];
}
