import Papa from 'papaparse';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import type { RowSource } from './row-source.ts';

/** A name of a column is short; anything longer in the first line is data. */
const LONGEST_NAME = 64;
/** Begins with a letter and is no sentence: without quotation or question marks. */
const NAME = /^[\p{L}_][\p{L}\p{N}_ .()/:#@[\]-]*$/u;
const MOST_COLUMNS = 2000;

/** The columns of a table. */
export interface TableHeader {
  readonly columns: readonly string[];
  /** True where the names stood in the first line; else they are `column 1` and so on. */
  readonly named: boolean;
}

/**
 * A table of comma, semicolon or tab separated values as rows of texts by column name. The separator of a `.tsv` file is the
 * tab, of others the one that gives a table. The first line has the names, if all of its cells are distinct and look like
 * names; else the columns are `column 1` and so on.
 */
export function csvSource(name: string, text: string): Result<RowSource, FormatErrorReason> {
  const parsed = Papa.parse<string[]>(text, { delimiter: /\.tsv$/i.test(name) ? '\t' : '', delimitersToGuess: [',', '\t', ';', '|'], skipEmptyLines: 'greedy' });
  const broken = parsed.errors.find(({ type }) => type === 'Quotes');
  if (broken) return fail('not-csv', `${name} is not CSV at row ${(broken.row ?? 0) + 1}: a quotation mark is not closed, or text follows a closed one.`);
  const [first] = parsed.data;
  if (first === undefined) return fail('empty-file', `${name} is empty: write a line with the names of the columns, and a line a row.`);
  if (first.length > MOST_COLUMNS) return fail('too-long', `${name} has more than ${MOST_COLUMNS} columns: it is not opened.`);
  const named = isHeader(first);
  const columns = named ? first.map((cell) => cell.trim()) : first.map((_, index) => `column ${index + 1}`);
  const rows = named ? parsed.data.slice(1) : parsed.data;
  if (rows.length === 0) return fail('empty-file', `${name} has the names of columns and no rows.`);
  const where = (row: number) => `${name} row ${row}`;
  return ok({
    name,
    container: 'csv',
    rows: rows.length,
    single: false,
    header: { columns, named } satisfies TableHeader,
    where,
    value: (row) => {
      const cells = rows[row] ?? [];
      if (cells.length > columns.length) return fail('not-csv', `${where(row)} has ${cells.length} cells where the table has ${columns.length} columns: put cells with separators in quotation marks.`);
      // As own properties: a column may be called __proto__.
      return ok(Object.fromEntries(cells.map((cell, index) => [columns[index] ?? '', cell])));
    },
  });
}

function isHeader(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim());
  return new Set(names).size === names.length && names.every((cell) => cell.length <= LONGEST_NAME && NAME.test(cell));
}
