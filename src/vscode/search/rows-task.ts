import * as vscode from 'vscode';
import type { RunProblem } from '../../core/search/lockstep.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Dataset, DatasetProgress } from '../../formats/dataset.ts';
import { questionOf } from '../../formats/questions.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { createPause } from '../pause.ts';
import { documentName } from '../trace-documents.ts';
import { problemOf, type Task } from './solve-command.ts';

/** Rows of a data set, 0-based, both ends in it. */
export interface RowSpan {
  readonly first: number;
  readonly last: number;
}

/** What is solved where nobody says how many. */
export const FIRST_ROWS: RowSpan = { first: 0, last: 19 };
/** More is a run for the terminal: every round of it is kept in memory here. */
const MOST_ROWS = 2000;

/** `20`: the first 20 rows; `40-59`: these; undefined for anything else. */
export function parseRows(text: string): RowSpan | undefined {
  const [, from, to] = /^\s*(\d{1,9})(?:\s*[-–]\s*(\d{1,9}))?\s*$/.exec(text) ?? [];
  if (from === undefined) return undefined;
  const span = to === undefined ? { first: 0, last: Number(from) - 1 } : { first: Number(from), last: Number(to) };
  return span.last < span.first || span.last - span.first >= MOST_ROWS ? undefined : span;
}

export function rowsText({ first, last }: RowSpan): string {
  return first === last ? vscode.l10n.t('row {0}', first) : vscode.l10n.t('rows {0} to {1}', first, last);
}

/** Asks for rows; undefined after Escape. */
export async function askRows(name: string, { rows, complete }: DatasetProgress, now: RowSpan): Promise<RowSpan | undefined> {
  const known = complete ? vscode.l10n.t('It has {0} rows.', rows) : vscode.l10n.t('It has {0} rows or more.', rows);
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rows of {0}', name),
    prompt: vscode.l10n.t('How many from the first on, such as 20, or which, such as 40-59; the first is row 0. {0}', known),
    value: now.first === 0 ? String(now.last + 1) : `${now.first}-${now.last}`,
    ignoreFocusOut: true,
    validateInput: (typed) => (parseRows(typed) === undefined ? vscode.l10n.t('Write a number such as 20 or a range such as 40-59, at most {0} rows.', MOST_ROWS) : undefined),
  });
  return text === undefined ? undefined : parseRows(text);
}

/** How many rows there are, as far as it is known: at least FIRST_ROWS, or all. */
export async function rowsKnown(library: DatasetLibrary, file: vscode.Uri): Promise<Result<DatasetProgress>> {
  const use = library.use(file);
  try {
    const opened = await use.current();
    if (!opened.ok) return opened;
    await opened.value.reach(FIRST_ROWS.last);
    return ok(opened.value.progress);
  } finally {
    use.dispose();
  }
}

export interface RowsTask {
  readonly task: Task;
  /** Sentences about rows that are no problems: they are left out. */
  readonly faults: readonly string[];
}

/** The problems of rows of a data set. Rows that the file does not have are none. */
export async function rowsTask(library: DatasetLibrary, file: vscode.Uri, { first, last }: RowSpan): Promise<Result<RowsTask>> {
  const use = library.use(file);
  try {
    const opened = await use.current();
    if (!opened.ok) return opened;
    const problems: RunProblem[] = [];
    const faults: string[] = [];
    const pause = createPause();
    for (let row = first; row <= last && (await opened.value.reach(row)); row++) {
      const problem = await problemAt(opened.value, row);
      if (problem.ok) problems.push(problem.value);
      else faults.push(problem.error.message);
      await pause();
    }
    const name = documentName(file);
    const rows = problems.map(({ row }) => row ?? 0);
    return ok({ task: { title: vscode.l10n.t('{0}, {1}', name, rowsText({ first: rows[0] ?? first, last: rows.at(-1) ?? first })), problems, data: { file: name, rows } }, faults });
  } finally {
    use.dispose();
  }
}

/** The row as a question, as the terminal reads it; else the problem of the trace that it is. */
async function problemAt(dataset: Dataset, row: number): Promise<Result<RunProblem>> {
  const value = await dataset.value(row);
  if (!value.ok) return value;
  const question = questionOf(`${dataset.name} row ${row}`, row, value.value);
  if (question.ok) return question;
  const trace = await dataset.trace(row);
  return trace.ok ? ok({ ...problemOf(trace.value), row }) : question;
}
