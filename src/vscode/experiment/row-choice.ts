import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../../core/result.ts';

/** Rows to ask: the first so many, or ranges, 0-based and with both ends. */
export type RowChoice = { readonly first: number } | { readonly ranges: readonly (readonly [number, number])[] };

/** Rows of an experiment at most: more are days of a small model. */
export const MOST_ROWS = 100_000;

/** Reads `20` (the first 20 rows) or `0-19, 40-44` (these rows, 0-based). */
export function parseRowChoice(text: string): Result<RowChoice, 'rows-invalid'> {
  const parts = text.split(',').map((part) => part.trim());
  const [only = ''] = parts;
  if (parts.length === 1 && /^\d{1,6}$/.test(only)) return Number(only) > 0 && Number(only) <= MOST_ROWS ? ok({ first: Number(only) }) : invalid();
  const ranges = parts.map((part) => /^(\d{1,12})\s*-\s*(\d{1,12})$/.exec(part)).map((match): readonly [number, number] => [Number(match?.[1]), Number(match?.[2])]);
  const rows = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return ranges.every(([from, to]) => from <= to) && rows <= MOST_ROWS ? ok({ ranges }) : invalid();
}

function invalid() {
  return fail('rows-invalid', t('Write how many rows from the first on (20), or ranges of rows (0-19, 40-44); the first row is 0.'));
}

/** The form that parseRowChoice reads. */
export function rowChoiceText(choice: RowChoice): string {
  return 'first' in choice ? String(choice.first) : choice.ranges.map(([from, to]) => `${from}-${to}`).join(', ');
}

/** The rows in order, each once. */
export function chosenRows(choice: RowChoice): number[] {
  const ranges = 'first' in choice ? [[0, choice.first - 1] as const] : choice.ranges;
  return [...new Set(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index)))];
}
