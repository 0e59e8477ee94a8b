import Papa from 'papaparse';
import { isChanged, letter } from '../../core/eval/compare-blocks.ts';
import type { RunComparison } from '../../core/eval/compare-runs.ts';
import { csvText } from '../export/csv-text.ts';

const COLUMNS = ['row', 'id', 'subset', 'changed', 'name', 'run', 'title', 'state', 'step', 'text'] as const;

/**
 * A line for each row that all runs have and each run, so that a statistics program pairs them by `row`; `name` is the run's
 * short name in the report (A, B, …), `changed` says whether the row is right in some runs and wrong in others, `step` is
 * 0-based, as in the data. Cells are empty where there is no value.
 */
export function comparisonCsv({ runs, rows }: RunComparison): string {
  const data = rows.flatMap((paired) =>
    paired.outcomes.map(({ state, step, text }, index) => {
      const { id, title } = runs[index]?.header ?? {};
      return [paired.row, csvText(paired.id), csvText(paired.subset), isChanged(paired), letter(index), id, csvText(title), state, step, csvText(text)].map((cell) => cell ?? '');
    }),
  );
  return `${Papa.unparse({ fields: [...COLUMNS], data }, { newline: '\n' })}\n`;
}
