import { wellFormed } from './export-format.ts';

/** A spreadsheet runs a cell that begins so as a formula. Such texts get a `'` in front, and so do those that begin with one, so that it can be taken off again. */
const FORMULA = /^[=+\-@\t\r']/;

/** A text for a cell, which no spreadsheet runs. */
export function csvText(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return FORMULA.test(value) ? `'${wellFormed(value)}` : wellFormed(value);
}
