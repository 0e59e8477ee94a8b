import { t } from '@vscode/l10n';
import type { Dataset } from '../../formats/dataset.ts';
import { SNIFFED_ROWS } from '../../formats/rows/formats.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';

/** Errors of rows that another format or a field map may mend. */
const MENDABLE: ReadonlySet<FormatErrorReason> = new Set(['unknown-shape', 'no-question', 'no-steps', 'needs-map', 'no-text']);

export function isMendable(reason: FormatErrorReason): boolean {
  return MENDABLE.has(reason);
}

export interface FirstRows {
  /** Rows that are traces, of those looked at. */
  readonly traces: number;
  readonly rows: number;
  /** Why the first row that is none is none, where another way to read it may help. */
  readonly reason: string | undefined;
}

/** What the first rows of a data set are, as it is read now. */
export async function firstRows(dataset: Dataset): Promise<FirstRows> {
  let traces = 0;
  let rows = 0;
  let reason: string | undefined;
  while (rows < SNIFFED_ROWS && (await dataset.reach(rows))) {
    const trace = await dataset.trace(rows++);
    if (trace.ok) traces++;
    else if (isMendable(trace.error.reason)) reason ??= trace.error.message;
  }
  return { traces, rows, reason };
}

/** The sentence for a data set of which no row that was looked at is a trace; undefined for any other. */
export function unreadText({ traces, rows, reason }: FirstRows): string | undefined {
  if (traces > 0 || reason === undefined) return undefined;
  return t('No row of the first {0} can be read as a trace. {1}', rows, reason);
}
