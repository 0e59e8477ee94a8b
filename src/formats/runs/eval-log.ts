import { comparisonBlocks, comparisonHeadline, comparisonTitle } from '../../core/eval/compare-blocks.ts';
import { compareRuns, type RunComparison } from '../../core/eval/compare-runs.ts';
import { comparisonObject } from '../../core/eval/comparison-object.ts';
import type { EvalSettings } from '../../core/eval/eval.ts';
import { reportBlocks } from '../../core/eval/report.ts';
import { evalReport, readEvalState, type EvalState } from '../../core/eval/state.ts';
import { summaryObject } from '../../core/eval/summary-object.ts';
import type { Block } from '../../core/report/block.ts';
import { ok, type Result } from '../../core/result.ts';
import { parseRunLog } from '../../core/run/run-log.ts';
import type { RunEnd, RunHeader } from '../../core/run/run.ts';
import { comparisonCsv } from '../report/comparison-csv.ts';
import { evalCsv } from '../report/eval-csv.ts';
import { htmlBlocks, htmlReport } from '../report/report-html.ts';
import { markdownBlocks, markdownEvalReport } from '../report/report-markdown.ts';
import { styleDigest } from '../report/style-digest.ts';

/** A log as a view shows it. */
export interface EvalContent {
  readonly header: RunHeader<EvalSettings>;
  readonly end?: RunEnd;
  readonly headline: string;
  readonly blocks: readonly Block[];
  /** Rows with a number, and those that are left out. */
  readonly rows: number;
  readonly failed: number;
  /** What the scores cost, where their source says so. */
  readonly tokens?: number;
}

/** Runs beside each other, as a view shows them. */
export interface ComparisonContent {
  readonly headline: string;
  readonly blocks: readonly Block[];
  /** Of the data that all ran on; absent where no run says it. */
  readonly uri?: string;
}

export interface NamedLog {
  readonly name: string;
  readonly text: string;
}

/** Forms that an evaluation is written in, beside the log itself. */
export const EVAL_FORMS = ['html', 'md', 'csv', 'json'] as const;
export type EvalForm = (typeof EVAL_FORMS)[number];

function readState({ name, text }: NamedLog): Result<EvalState, 'run-invalid'> {
  const log = parseRunLog(name, text);
  return log.ok ? readEvalState(name, log.value) : log;
}

/** Reads a log and makes its report: a second or so for some thousand rows. */
export function readEvalContent(log: NamedLog): Result<EvalContent, 'run-invalid'> {
  const state = readState(log);
  if (!state.ok) return state;
  const report = evalReport(state.value);
  const { header, end, summary, rows, failed } = report;
  const tokens = summary.metrics.find(({ id }) => id === 'tokens')?.value;
  return ok({ header, headline: summary.headline, blocks: reportBlocks(report, true), rows: rows.length, failed: failed.length, ...(end && { end }), ...(tokens !== undefined && { tokens }) });
}

/** Writes a log in another form. */
export function writeEvalLog(log: NamedLog, form: EvalForm): Result<string, 'run-invalid'> {
  const state = readState(log);
  if (!state.ok) return state;
  if (form === 'csv') return ok(evalCsv(state.value));
  const report = evalReport(state.value);
  switch (form) {
    case 'html':
      return ok(htmlReport(report, styleDigest()));
    case 'md':
      return ok(markdownEvalReport(report));
    case 'json':
      return ok(`${JSON.stringify({ ...summaryObject(report), charts: report.summary.charts }, null, 2)}\n`);
  }
}

/** Compares the runs of logs; the one that was started first is what the others are held against. */
export function compareEvalLogs(logs: readonly NamedLog[]): Result<ComparisonContent, 'run-invalid' | 'not-comparable'> {
  const compared = compareLogs(logs);
  if (!compared.ok) return compared;
  const uri = compared.value.runs.find(({ header }) => header.data?.uri !== undefined)?.header.data?.uri;
  return ok({ headline: comparisonHeadline(compared.value), blocks: comparisonBlocks(compared.value), ...(uri !== undefined && { uri }) });
}

/** Writes the comparison of the runs of logs. */
export function writeComparison(logs: readonly NamedLog[], form: EvalForm): Result<string, 'run-invalid' | 'not-comparable'> {
  const compared = compareLogs(logs);
  if (!compared.ok) return compared;
  const comparison = compared.value;
  switch (form) {
    case 'html':
      return ok(htmlBlocks(comparisonTitle(comparison), comparisonBlocks(comparison), styleDigest()));
    case 'md':
      return ok(markdownBlocks(comparisonBlocks(comparison)));
    case 'csv':
      return ok(comparisonCsv(comparison));
    case 'json':
      return ok(`${JSON.stringify(comparisonObject(comparison), null, 2)}\n`);
  }
}

function compareLogs(logs: readonly NamedLog[]): Result<RunComparison, 'run-invalid' | 'not-comparable'> {
  const states: EvalState[] = [];
  for (const log of logs) {
    const state = readState(log);
    if (!state.ok) return state;
    states.push(state.value);
  }
  return compareRuns(states.sort((one, other) => one.header.started.localeCompare(other.header.started)));
}
