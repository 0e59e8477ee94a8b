import { bootstrapSums, pairedPermutationP } from '../metrics/statistics.ts';
import { fail, ok, type Result } from '../result.ts';
import type { RowOutcome } from './eval.ts';
import type { EvalRow } from './events.ts';
import { estimateMetric, numberText } from './metrics.ts';
import type { EvalState } from './state.ts';
import type { Metric } from './summary.ts';

/** Runs of one eval on the same rows. The first is what the others are held against. */
export interface RunComparison {
  readonly runs: readonly EvalState[];
  /** Rows that all of them have evaluated: everything below is about these, and no other row. */
  readonly rows: readonly PairedRow[];
  /** One for each run but the first. */
  readonly pairs: readonly RunPair[];
}

export interface PairedRow {
  readonly row: number;
  readonly id?: string;
  readonly subset?: string;
  /** One a run, in their order. */
  readonly outcomes: readonly RowOutcome[];
}

/** A run against the first. */
export interface RunPair {
  /** Position of the run. */
  readonly run: number;
  readonly differences: readonly RunDifference[];
  /** Rows, by whether the first run and this one are right. */
  readonly bothRight: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly bothWrong: number;
  /** Rows that are open in one of the two: they are in none of these four, nor in p. */
  readonly open: number;
  /** Two-sided, of a permutation test of the difference of right rows, paired by row. */
  readonly p?: number;
}

/** The difference of a metric, second minus first, with both values: of the rows that both have. */
export interface RunDifference {
  /** In percentage points; its interval is over pairs of rows. */
  readonly difference: Metric;
  readonly first?: number;
  readonly second?: number;
}

/** Compares runs row by row. The error says which run or row does not go with the others. */
export function compareRuns(runs: readonly EvalState[]): Result<RunComparison, 'not-comparable'> {
  const [first, ...others] = runs;
  if (first === undefined || others.length === 0) return fail('not-comparable', 'A comparison takes two runs or more: choose another one.');
  const { settings, data, title } = first.header;
  for (const { header } of others) {
    if (header.settings.eval !== settings.eval) return fail('not-comparable', `"${header.title}" is of the eval ${header.settings.eval}, and "${title}" of ${settings.eval}: only runs of one eval can be compared.`);
    if (header.data?.file !== data?.file) return fail('not-comparable', `"${header.title}" ran on ${header.data?.file ?? 'no file'}, and "${title}" on ${data?.file ?? 'no file'}: only runs on the same data can be paired by row.`);
  }
  const paired = pairRows(runs);
  if (!paired.ok) return paired;
  if (paired.value.length === 0) return fail('not-comparable', 'The runs have no row in common: run one of them on the rows of the other.');
  const rows = paired.value.map((row) => row.paired);
  return ok({ runs, rows, pairs: others.map((_, index) => comparePair(first, others[index] ?? first, index + 1, paired.value)) });
}

interface Rows {
  readonly paired: PairedRow;
  readonly rows: readonly EvalRow[];
}

function pairRows(runs: readonly EvalState[]): Result<readonly Rows[], 'not-comparable'> {
  const maps = runs.map(({ rows }) => new Map(rows.map((row) => [row.row, row])));
  const found: Rows[] = [];
  for (const row of [...(maps[0]?.keys() ?? [])].sort((a, b) => a - b)) {
    const rows = maps.map((map) => map.get(row)).filter((one) => one !== undefined);
    const [one] = rows;
    if (one === undefined || rows.length < runs.length) continue;
    const stranger = rows.find(({ id }) => id !== one.id);
    if (stranger !== undefined) return fail('not-comparable', `Row ${row} has the id "${one.id ?? 'none'}" in one run and "${stranger.id ?? 'none'}" in another: the data has changed between them, so rows cannot be paired.`);
    const outcomes = rows.flatMap((each, index) => runs[index]?.eval.outcome(each, runs[index].header.settings) ?? []);
    found.push({ rows, paired: { row, ...(one.id !== undefined && { id: one.id }), ...(one.subset !== undefined && { subset: one.subset }), outcomes } });
  }
  return ok(found);
}

function comparePair(first: EvalState, second: EvalState, run: number, rows: readonly Rows[]): RunPair {
  const judged = rows.filter(({ paired: { outcomes } }) => [outcomes[0], outcomes[run]].every((outcome) => outcome !== undefined && outcome.state !== 'open'));
  const right = (at: number, { paired }: Rows): boolean => paired.outcomes[at]?.state === 'right';
  const count = (a: boolean, b: boolean): number => judged.filter((row) => right(0, row) === a && right(run, row) === b).length;
  const p = pairedPermutationP(judged.map((row) => [right(0, row) ? 1 : 0, right(run, row) ? 1 : 0] as const), first.header.settings.verifier.seed);
  const subsets = [...new Set(rows.flatMap(({ paired }) => paired.subset ?? []))].sort();
  const differences = [undefined, ...(subsets.length > 1 ? subsets : [])].map((group) => pooledDifference(first, second, run, rows.filter(({ paired }) => group === undefined || paired.subset === group), group));
  const share = rightDifference(run, judged, first.header.settings.verifier.seed);
  return { run, differences: [...differences, share], bothRight: count(true, true), onlyFirst: count(true, false), onlySecond: count(false, true), bothWrong: count(false, false), open: rows.length - judged.length, ...(p !== undefined && { p }) };
}

/** The metric of the eval: its sums of both runs are drawn together, row by row. */
function pooledDifference(first: EvalState, second: EvalState, run: number, rows: readonly Rows[], group: string | undefined): RunDifference {
  const { pooled } = first.eval;
  const columns = rows.flatMap(({ rows: all }) => {
    const [one, other] = [all[0], all[run]];
    const a = one && pooled.columns(one, first.header.settings);
    const b = other && pooled.columns(other, second.header.settings);
    return a && b ? [[...a, ...b]] : [];
  });
  const name = { id: `difference.${pooled.name}${group === undefined ? '' : `.${group}`}`, name: pooled.name, ...(group !== undefined && { group }), of: 'rows' };
  return difference(name, columns, (sums) => pooled.value(sums), first.header.settings.verifier.seed);
}

function rightDifference(run: number, rows: readonly Rows[], seed: number): RunDifference {
  const columns = rows.map(({ paired: { outcomes } }) => [outcomes[0]?.state === 'right' ? 1 : 0, 1, outcomes[run]?.state === 'right' ? 1 : 0, 1]);
  return difference({ id: 'difference.right', name: 'Rows judged right', of: 'rows' }, columns, ([hit = 0, all = 0]) => (all === 0 ? undefined : hit / all), seed);
}

/** `columns` have those of the first run, then as many of the second. */
function difference(name: Pick<Metric, 'id' | 'name' | 'group' | 'of'>, columns: readonly (readonly number[])[], value: (sums: readonly number[]) => number | undefined, seed: number): RunDifference {
  const width = (columns[0]?.length ?? 0) / 2;
  const sides = (sums: readonly number[]) => [value(sums.slice(0, width)), value(sums.slice(width))] as const;
  const minus = (sums: readonly number[]): number | undefined => {
    const [a, b] = sides(sums);
    return a === undefined || b === undefined ? undefined : b - a;
  };
  const sums = Array.from({ length: 2 * width }, (_, column) => columns.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const [first, second] = sides(sums);
  const estimate = bootstrapSums(columns, minus, seed);
  return {
    difference: estimateMetric(name, 'percent', estimate, { interval: 'bootstrap', scale: 100, n: columns.length, missing: `${name.name} is not defined on the ${numberText(columns.length, 0)} rows that both runs have.` }),
    ...(first !== undefined && { first: 100 * first }),
    ...(second !== undefined && { second: 100 * second }),
  };
}
