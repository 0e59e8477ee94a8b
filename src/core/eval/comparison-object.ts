import { comparisonHeadline, letter, remarks } from './compare-blocks.ts';
import type { RunComparison, RunDifference } from './compare-runs.ts';
import { runFacts } from './summary-object.ts';

/** A comparison as one JSON object: the runs with what made them, all differences, without the rows. A missing value is null. */
export function comparisonObject(comparison: RunComparison): object {
  const { runs, rows, pairs } = comparison;
  return {
    comparison: runs[0]?.header.settings.eval ?? null,
    headline: comparisonHeadline(comparison),
    rowsInCommon: rows.length,
    runs: runs.map((run, index) => ({ name: letter(index), title: run.header.title, ...runFacts(run) })),
    pairs: pairs.map(({ run, differences, p, ...counts }) => ({ first: letter(0), second: letter(run), differences: differences.map(differenceObject), rows: counts, p: p ?? null })),
    notes: remarks(comparison),
  };
}

/** `value`, `low` and `high` are the second run's less the first's, in percentage points; `first` and `second` their values in percent. */
function differenceObject({ difference, first, second }: RunDifference): object {
  return { ...difference, value: difference.value ?? null, first: first ?? null, second: second ?? null };
}
