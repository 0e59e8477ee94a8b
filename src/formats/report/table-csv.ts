import Papa from 'papaparse';
import type { Table } from '../../core/picture/chart.ts';
import { csvText } from '../export/csv-text.ts';

/** A table of a report with its headings, as it is shown; a value that is missing is an empty cell. */
export function tableCsv({ columns, rows }: Table): string {
  const data = rows.map((cells) => cells.map((cell, column) => (cell === '–' ? '' : columns[column]?.numeric ? cell : csvText(cell))));
  return `${Papa.unparse({ fields: columns.map(({ name }) => name), data }, { newline: '\n' })}\n`;
}
