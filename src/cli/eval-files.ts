import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { errorText } from '../core/error-text.ts';
import type { Eval, EvalSettings } from '../core/eval/eval.ts';
import type { EvalEvent, EvalRow } from '../core/eval/events.ts';
import type { EvalReport } from '../core/eval/report.ts';
import { rowsOfLog, sameRun } from '../core/eval/run-state.ts';
import { parseRunLog, runLine } from '../core/run/run-log.ts';
import type { RunEnd, RunHeader } from '../core/run/run.ts';
import { htmlReport } from '../formats/report/report-html.ts';
import { markdownEvalReport } from '../formats/report/report-markdown.ts';
import { styleDigest } from '../formats/report/style-digest.ts';
import { rewriteLog } from './rewrite-log.ts';
import { UsageError } from './usage.ts';

/** The log of a run in its folder: a line a row. */
export const LOG_FILE = 'run.jsonl';

/** Where a run is kept. */
export interface RunFiles {
  /** Rows that an earlier part of the run has done. */
  readonly earlier: readonly EvalRow[];
  readonly header: RunHeader<EvalSettings>;
  write(event: EvalEvent | RunEnd): void;
  /** Writes what is pending, and summary.json, report.html and report.md. */
  finish(report: EvalReport, summary: object): void;
}

/** Lines wait at most this long (ms) before they are written, and at most so many characters of them. */
const PENDING_MS = 200;
const PENDING_LENGTH = 65_536;

/** Opens the folder of a run: a new one, or with `resume` the one that is there. Throws a UsageError. */
export function openRunFiles(folder: string, header: RunHeader<EvalSettings>, about: Eval, resume: boolean): RunFiles {
  const file = path.join(folder, LOG_FILE);
  const there = existsSync(file);
  if (there && !resume) throw new UsageError(`${file} is there already: name a new folder, or go on with it by --resume.`);
  const before = there ? readEarlier(file, header, about) : undefined;
  const kept = before ?? { header, rows: [] };
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`${folder} cannot be written to (${errorText(error)}): name another folder.`);
  }
  // The old lines are written anew, without the end and without a line that was cut off.
  rewriteLog(file, [runLine(kept.header), ...kept.rows.map((row) => runLine({ type: 'row', row }))], 'name another folder');
  const handle = openSync(file, 'a');
  let pending: string[] = [];
  let length = 0;
  let since = Date.now();
  const flush = () => {
    if (pending.length > 0) writeSync(handle, pending.join(''));
    pending = [];
    length = 0;
    since = Date.now();
  };
  return {
    earlier: kept.rows,
    header: kept.header,
    write(event) {
      const line = runLine(event);
      pending.push(line);
      length += line.length;
      if (length > PENDING_LENGTH || Date.now() - since > PENDING_MS) flush();
    },
    finish(report, summary) {
      flush();
      closeSync(handle);
      writeFileSync(path.join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
      writeFileSync(path.join(folder, 'report.html'), htmlReport(report, styleDigest()));
      writeFileSync(path.join(folder, 'report.md'), markdownEvalReport(report));
    },
  };
}

function readEarlier(file: string, header: RunHeader<EvalSettings>, about: Eval): { readonly header: RunHeader<EvalSettings>; readonly rows: readonly EvalRow[] } {
  const log = parseRunLog(file, readFileSync(file, 'utf8'));
  if (!log.ok) throw new UsageError(`${log.error.message} Name a new folder.`);
  const same = sameRun(log.value.header, header);
  if (!same.ok) throw new UsageError(`${file}: ${same.error.message}`);
  const wanted = new Set(header.data?.rows ?? []);
  const { id, started } = log.value.header;
  return { header: { ...header, id, started }, rows: rowsOfLog(log.value, about).filter(({ row }) => wanted.has(row)) };
}
