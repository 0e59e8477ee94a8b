import type { Table } from '../picture/chart.ts';
import type { Block } from '../report/block.ts';
import { rowRef } from '../report/row-ref.ts';
import type { PairedRow, RunComparison, RunDifference } from './compare-runs.ts';
import { metricValue, MISSING, numberText } from './metrics.ts';
import { namedModels, warnings } from './report.ts';
import type { EvalState } from './state.ts';

/** The short name of a run of a comparison, by its position: A, B, … */
export const letter = (run: number): string => (run < 26 ? String.fromCharCode(65 + run) : `run ${run + 1}`);

/** `Comparison on sums.jsonl: ProcessBench`. */
export function comparisonTitle({ runs: [first] }: RunComparison): string {
  return `Comparison on ${first?.header.data?.file ?? MISSING}: ${first?.eval.title ?? ''}`;
}

/** `B − A: F1 +3.2 [−1.0, 7.5] points, n = 40 rows`. */
export function comparisonHeadline({ pairs }: RunComparison): string {
  return pairs
    .flatMap(({ run, differences: [main] }) => (main === undefined ? [] : [`${letter(run)} − ${letter(0)}: ${main.difference.name} ${signed(main)} points, n = ${numberText(main.difference.n, 0)} rows`]))
    .join('; ');
}

/** The parts of a comparison: differences with what they rest on, how the runs differ, and the rows that are judged otherwise. */
export function comparisonBlocks(comparison: RunComparison): Block[] {
  const { runs, rows, pairs } = comparison;
  const changed = rows.filter(isChanged);
  const others = rows.filter(({ outcomes }) => outcomes.some(({ text }) => text !== outcomes[0]?.text)).length - changed.length;
  return [
    { kind: 'heading', level: 1, text: comparisonTitle(comparison) },
    { kind: 'text', text: comparisonHeadline(comparison) },
    ...runs.flatMap((run, index) => warnings(run).map((block): Block => (block.kind === 'warning' ? { kind: 'warning', text: `${letter(index)}: ${block.text}` } : block))),
    { kind: 'table', table: runTable(comparison) },
    { kind: 'table', table: settingTable(runs) },
    { kind: 'table', table: differenceTable(comparison) },
    {
      kind: 'chart',
      chart: {
        kind: 'intervals',
        id: 'differences',
        name: 'Differences on the same rows',
        description: `Differences from ${letter(0)} in percentage points with 95% intervals, by metric. ${comparisonHeadline(comparison)}.`,
        x: { name: `Difference from ${letter(0)} (points)` },
        rows: pairs.flatMap(({ run, differences }) => differences.map(({ difference: { name, group, value, low, high, n } }) => ({ name: `${letter(run)} ${name}${group === undefined ? '' : ` ${group}`}`, ...(value !== undefined && { value }), ...(low !== undefined && { low }), ...(high !== undefined && { high }), n }))),
        reference: 0,
      },
    },
    { kind: 'table', table: changeTable(comparison) },
    { kind: 'heading', level: 2, text: 'Remarks' },
    { kind: 'list', items: remarks(comparison) },
    { kind: 'heading', level: 2, text: 'Rows that changed' },
    { kind: 'table', table: rowTable(changed, runs.length, rows.length, others) },
  ];
}

/** Whether it is right in some runs and wrong in others. */
export function isChanged({ outcomes }: PairedRow): boolean {
  return outcomes.some(({ state }) => state === 'right') && outcomes.some(({ state }) => state === 'wrong');
}

/** `+3.2 [−1.0, 7.5]`. */
function signed({ difference }: RunDifference): string {
  return `${(difference.value ?? 0) > 0 ? '+' : ''}${metricValue(difference)}`;
}

function runTable({ runs, rows }: RunComparison): Table {
  return {
    name: 'Runs',
    columns: [{ name: 'Name' }, { name: 'Run' }, { name: 'Judge' }, { name: 'Started' }, { name: 'Rows', numeric: true }, { name: 'In common', numeric: true }],
    rows: runs.map(({ header, rows: own }, index) => [letter(index), header.title, header.settings.scores.concat(header.models.map(({ info }) => info.name)).join(', ') || MISSING, header.started, numberText(own.length, 0), numberText(rows.length, 0)]),
  };
}

/** What the runs were told, first what differs between them. */
function settingTable(runs: readonly EvalState[]): Table {
  const told = runs.map(toldOf);
  const names = [...new Set(told.flatMap((map) => [...map.keys()]))];
  const differing = names.filter((name) => new Set(told.map((map) => map.get(name))).size > 1);
  const line = (name: string): string[] => [name, ...told.map((map) => map.get(name) ?? MISSING), differing.includes(name) ? 'differs' : ''];
  return {
    name: differing.length === 0 ? 'Settings: the same in all runs' : `Settings: ${differing.length} of ${names.length} differ`,
    columns: [{ name: 'Setting' }, ...runs.map((_, index) => ({ name: letter(index) })), { name: 'Remark' }],
    rows: [...differing, ...names.filter((name) => !differing.includes(name))].map(line),
  };
}

/** All that a run was told and made by, by name. */
function toldOf({ header: { settings, models } }: EvalState): ReadonlyMap<string, string> {
  const { verifier, options, scores, second } = settings;
  // Scores of a file were made elsewhere: of our settings only the threshold is applied to them.
  const asked = models.some(({ role }) => role === 'verifier') ? verifier : { threshold: verifier.threshold };
  return new Map<string, string>([
    ...namedModels(models).map(({ name, info }) => [`${name} (SHA-256)`, `${info.name} ${info.weights} ${info.hash.slice(0, 12)}`] as const),
    ['Score files', scores.join(', ') || MISSING],
    ...Object.entries({ ...asked, ...options }).map(([name, value]) => [name, String(value)] as const),
    ...(second === undefined ? [] : [['mode of the second verifier', second.mode] as const, ['prompt of the second verifier', second.prompt] as const]),
  ]);
}

function differenceTable({ pairs }: RunComparison): Table {
  return {
    name: 'Differences, paired by row',
    columns: [{ name: 'Runs' }, { name: 'Metric' }, { name: 'Of' }, { name: 'First (%)', numeric: true }, { name: 'Second (%)', numeric: true }, { name: 'Difference [95% interval]', numeric: true }, { name: 'n', numeric: true }, { name: 'Remark' }],
    rows: pairs.flatMap(({ run, differences }) =>
      differences.map((one) => [`${letter(run)} − ${letter(0)}`, one.difference.name, one.difference.group ?? 'all', numberText(one.first, 1), numberText(one.second, 1), signed(one), `${numberText(one.difference.n, 0)} rows`, one.difference.why ?? '']),
    ),
  };
}

function changeTable({ pairs }: RunComparison): Table {
  return {
    name: 'Rows by who is right',
    columns: [{ name: 'Runs' }, ...['Both right', 'Only the first', 'Only the second', 'Both wrong', 'p'].map((name) => ({ name, numeric: true }) as const)],
    rows: pairs.map(({ run, bothRight, onlyFirst, onlySecond, bothWrong, p }) => [`${letter(0)} and ${letter(run)}`, ...[bothRight, onlyFirst, onlySecond, bothWrong].map((count) => numberText(count, 0)), p === undefined ? MISSING : p < 0.001 ? '< 0.001' : p.toFixed(3)]),
    note: 'p: two-sided, of a permutation test of the rows that only one of the two is right about (10,000 draws). It is not corrected for the number of comparisons.',
  };
}

/** What has to be known about the numbers. */
export function remarks({ runs, rows, pairs }: RunComparison): string[] {
  const alone = runs.flatMap(({ rows: own }, index) => (own.length > rows.length ? [`${own.length - rows.length} of ${own.length} rows of ${letter(index)} are not in all runs: they are in no number here.`] : []));
  const open = pairs.flatMap(({ run, open: count }) => (count === 0 ? [] : [`In ${count} of the rows ${letter(0)} or ${letter(run)} lacks a score: they are not among those that are right or wrong.`]));
  const subsets = pairs.some(({ differences }) => differences.some(({ difference }) => difference.group !== undefined));
  return [
    `Everything is about the ${rows.length} rows that all runs have; ${letter(0)} is the run that was started first.`,
    'Intervals are of the difference: pairs of rows are drawn 2000 times, so what is easy or hard for both does not widen them.',
    ...(subsets ? ['"all" pools the rows of all subsets; the headline of a single run may be the mean over subsets, which is another number.'] : []),
    ...open,
    ...alone,
  ];
}

function rowTable(changed: readonly PairedRow[], runs: number, all: number, others: number): Table {
  return {
    name: `${changed.length} of ${all} rows are right in some runs and wrong in others`,
    columns: [{ name: 'Row', numeric: true }, { name: 'Id' }, { name: 'Subset' }, ...Array.from({ length: runs }, (_, run) => [{ name: letter(run) }, { name: `${letter(run)} said` }]).flat()],
    rows: changed.map(({ row, id, subset, outcomes }) => [String(row), id ?? MISSING, subset ?? MISSING, ...outcomes.flatMap(({ state, text }) => [state, text])]),
    refs: changed.map(({ row, outcomes }) => {
      const step = outcomes.find((outcome) => outcome.step !== undefined)?.step;
      return rowRef({ row, ...(step !== undefined && { step }) });
    }),
    ...(others > 0 && { note: `In ${others} more rows the runs say something else, and are right or wrong alike.` }),
  };
}
