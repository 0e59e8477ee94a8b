import * as vscode from 'vscode';
import { chooseDataset } from '../dataset/choose-dataset.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import type { RunStore } from '../runs/run-store.ts';
import { documentName } from '../trace-documents.ts';
import { askRows, FIRST_ROWS, parseRows, rowsKnown, rowsTask, rowsText, type RowSpan } from './rows-task.ts';
import { estimateOf, estimateText } from './search-estimate.ts';
import type { SearchRuns } from './search-runs.ts';
import type { RowsChoice, Task } from './solve-command.ts';

export interface RowsDependencies {
  readonly library: DatasetLibrary;
  readonly runs: RunStore;
  readonly searches: SearchRuns;
}

/** Rows of a data set that are to be solved: they may be chosen anew until they are read. */
export interface ChosenRows extends RowsChoice {
  readonly name: string;
  /** Reads them; undefined where none is a problem. Says what is wrong, and which rows are left out. */
  read(): Promise<Task | undefined>;
}

/**
 * The rows that a command is about: of the data set of a tree item, of an address or of the active editor, else of one that
 * it asks for; those of a range of the tree, those that `rows` names (`20`, `40-59`), else the first. Undefined where there is no
 * data set; says why.
 */
export async function chooseRows({ library, runs, searches }: RowsDependencies, argument: unknown, rows?: unknown): Promise<ChosenRows | undefined> {
  const say = (text: string): void => void vscode.window.showInformationMessage(text);
  const file = await chooseDataset(library, argument, vscode.l10n.t('Problems of which data set?'));
  if (file === undefined) return undefined;
  const name = documentName(file);
  const known = await rowsKnown(library, file);
  if (!known.ok) {
    say(known.error.message);
    return undefined;
  }
  const within = ({ first, last }: RowSpan): RowSpan => (known.value.complete ? { first, last: Math.max(first, Math.min(last, known.value.rows - 1)) } : { first, last });
  let span = within((typeof rows === 'string' ? parseRows(rows) : undefined) ?? rangeOf(argument) ?? FIRST_ROWS);
  return {
    name,
    text: () => vscode.l10n.t('{0} of {1}', rowsText(span), name),
    estimate: async (settings) => estimateText(await estimateOf(runs, searches, settings), settings, span.last - span.first + 1),
    async ask() {
      span = within((await askRows(name, known.value, span)) ?? span);
    },
    async read() {
      const made = await rowsTask(library, file, span);
      if (!made.ok) {
        say(made.error.message);
        return undefined;
      }
      const { task, faults } = made.value;
      const [first] = faults;
      if (task.problems.length === 0) say(first ?? vscode.l10n.t('{0} has no {1}: choose others.', name, rowsText(span)));
      else if (first !== undefined) say(faults.length === 1 ? vscode.l10n.t('1 row is left out. {0}', first) : vscode.l10n.t('{0} rows are left out. The first: {1}', faults.length, first));
      return task.problems.length === 0 ? undefined : task;
    },
  };
}

/** The rows of a range of the *Traces* tree, or its one row. */
export function rangeOf(argument: unknown): RowSpan | undefined {
  const { range, row } = (argument ?? {}) as { readonly range?: { readonly start?: unknown; readonly end?: unknown }; readonly row?: unknown };
  if (typeof row === 'number') return { first: row, last: row };
  return typeof range?.start === 'number' && typeof range.end === 'number' && range.end > range.start ? { first: range.start, last: range.end - 1 } : undefined;
}
