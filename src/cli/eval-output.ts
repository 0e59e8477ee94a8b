import process from 'node:process';
import type { Eval, EvalSettings } from '../core/eval/eval.ts';
import { metricTable } from '../core/eval/metrics.ts';
import type { EvalReport } from '../core/eval/report.ts';
import type { EvalSummary } from '../core/eval/summary.ts';
import { visibleText } from '../formats/visible-text.ts';

export interface Progress {
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** The running line: how far it is, and the estimate so far, which is made only when it is shown. */
  readonly show: (done: number, estimate: () => string | undefined) => void;
  readonly end: () => void;
}

/** On a terminal the estimate is renewed at most so often (ms), in a file much rarer; an estimate may take a tenth of the time. */
const TERMINAL_MS = 500;
const FILE_MS = 30_000;

/** Progress on stderr, of so many rows or other parts. */
export function createProgress(rows: number, parts = 'rows'): Progress {
  const terminal = process.stderr.isTTY;
  let next = Date.now() + (terminal ? TERMINAL_MS : FILE_MS);
  /** Where it was when it was first told: rows of an earlier part took no time of this one. */
  let first: { readonly done: number; readonly at: number } | undefined;
  const throughput = (done: number, now: number): string => {
    first ??= { done, at: now };
    const [fresh, seconds] = [done - first.done, (now - first.at) / 1000];
    if (fresh < 1 || seconds <= 0) return '';
    return fresh >= seconds ? `, ${(fresh / seconds).toFixed(1)} ${parts}/s` : `, ${(seconds / fresh).toFixed(1)} s a ${parts.replace(/s$/, '')}`;
  };
  const clear = () => {
    if (terminal) process.stderr.write('\r\x1b[K');
  };
  return {
    say(line) {
      clear();
      process.stderr.write(`${visibleText(line)}\n`);
    },
    show(done, estimate) {
      const started = Date.now();
      const rate = throughput(done, started);
      if (started < next) return;
      const text = estimate();
      const line = `${done}/${rows} ${parts}${rate}${text === undefined ? '' : `, ${text}`}`;
      process.stderr.write(terminal ? `\r\x1b[K${line}` : `${line}\n`);
      next = Date.now() + Math.max(terminal ? TERMINAL_MS : FILE_MS, 10 * (Date.now() - started));
    },
    end: clear,
  };
}

/** With `json` a line of JSON for each row, then the summary as one line; else tables for people, then the same line. */
export function printSummary(report: EvalReport, about: Eval, settings: EvalSettings, json: boolean, object: object): void {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  if (json) {
    for (const row of [...report.rows].sort((a, b) => a.row - b.row)) write(JSON.stringify({ ...row, outcome: about.outcome(row, settings) }));
    for (const failed of report.failed) write(JSON.stringify(failed));
  } else textLines(report.summary).forEach((line) => write(visibleText(line)));
  write(JSON.stringify(object));
}

function textLines(summary: EvalSummary): string[] {
  const { rows } = metricTable(summary.metrics);
  const cells = rows.map(([name = '', group = '', unit = '', value = '', n = '', , remark = '']) => [group === 'all' ? name : `${name} (${group})`, value, unit, `n = ${n}`, remark] as const);
  const width = (column: 0 | 1 | 2 | 3) => Math.max(...cells.map((row) => row[column].length));
  return [
    summary.headline,
    ...cells.map((row) => `  ${row[0].padEnd(width(0))}  ${row[1].padStart(width(1))}  ${row[2].padEnd(width(2))}  ${row[3].padEnd(width(3))}  ${row[4]}`.trimEnd()),
    ...summary.tables.flatMap(({ name, columns, rows: list }) => [name, `  ${columns.map((column) => column.name).join('  ')}`, ...list.slice(0, 30).map((line) => `  ${line.join('  ')}`)]),
    ...summary.notes.map((note) => `  ${note}`),
  ];
}
