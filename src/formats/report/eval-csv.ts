import Papa from 'papaparse';
import type { EvalState } from '../../core/eval/state.ts';
import { csvText } from '../export/csv-text.ts';

const COLUMNS = ['row', 'id', 'subset', 'state', 'step', 'text', 'scores', 'second_scores', 'left_out', 'message'] as const;

/**
 * A line a row: what became of it, the step that it is about (0-based, as in the data), and its soft scores,
 * separated by spaces, of each judge. Rows that are left out have a reason and a message instead.
 */
export function evalCsv({ eval: about, header, rows, failed }: EvalState): string {
  const evaluated = rows.map((row) => {
    const { state, text, step } = about.outcome(row, header.settings);
    return { row: row.row, id: csvText(row.id), subset: csvText(row.subset), state, step, text: csvText(text), scores: softScores(row.item, 0), second_scores: softScores(row.item, 1) };
  });
  const left = failed.map(({ row, id, reason, message }) => ({ row, id: csvText(id), left_out: reason, message: csvText(message) }));
  const data = [...evaluated, ...left].sort((one, other) => one.row - other.row).map((cells: Readonly<Partial<Record<(typeof COLUMNS)[number], unknown>>>) => COLUMNS.map((column) => cells[column] ?? ''));
  return `${Papa.unparse({ fields: [...COLUMNS], data }, { newline: '\n' })}\n`;
}

interface Scored {
  readonly soft?: readonly (number | null)[];
}

function softScores(item: unknown, judge: number): string | undefined {
  const { scores, judges } = item as { readonly scores?: Scored; readonly judges?: readonly Scored[] };
  return (judges ?? [scores])[judge]?.soft?.map((score) => score ?? '').join(' ');
}
