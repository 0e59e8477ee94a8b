import type { Chart, Table } from './chart.ts';

/** Rows of a twin: a curve of more points is thinned, and says so. */
const MOST_ROWS = 60;

/** The numbers of a chart as a table: the same for those who do not see the picture, or want to copy it. */
export function chartTable(chart: Chart, most = MOST_ROWS): Table {
  if (chart.kind === 'matrix') {
    const columns = [{ name: `${chart.y.name} \\ ${chart.x.name}` }, ...chart.columns.map((name) => ({ name, numeric: true }) as const)];
    return { name: chart.name, columns, rows: chart.rows.map((name, row) => [name, ...(chart.counts[row] ?? []).map(String)]) };
  }
  if (chart.kind === 'bars') {
    const marked = chart.bars.some(({ mark }) => mark !== undefined);
    const columns = [{ name: chart.y.name }, { name: chart.x.name, numeric: true } as const, ...(marked ? [{ name: 'Note' }] : [])];
    return { name: chart.name, columns, rows: chart.bars.map(({ name, text, mark = '' }) => [name, text, ...(marked ? [mark] : [])]) };
  }
  if (chart.kind === 'intervals') {
    const columns = [{ name: 'Of' }, ...[chart.x.name, '95% from', 'to', 'n'].map((name) => ({ name, numeric: true }) as const)];
    return { name: chart.name, columns, rows: chart.rows.map(({ name, value, low, high, n }) => [name, digits(value), digits(low), digits(high), String(n)]) };
  }
  const points = chart.series.flatMap(({ name, points: list }) => list.map((point) => ({ name, point })));
  const every = Math.ceil(points.length / most);
  // The last of each series stays: it is where a curve ends.
  const shown = points.filter(({ name }, index) => index % every === 0 || points[index + 1]?.name !== name);
  const intervals = points.some(({ point }) => point.low !== undefined);
  const wide = points.some(({ point }) => point.xLow !== undefined);
  const counts = points.some(({ point }) => point.n !== undefined);
  const labels = points.some(({ point }) => point.label !== undefined);
  return {
    name: chart.name,
    columns: [
      { name: 'Series' },
      ...(labels ? [{ name: 'Point' }] : []),
      { name: chart.x.name, numeric: true },
      ...(wide ? ([{ name: '95% from', numeric: true }, { name: 'to', numeric: true }] as const) : []),
      { name: chart.y.name, numeric: true },
      ...(intervals ? ([{ name: '95% from', numeric: true }, { name: 'to', numeric: true }] as const) : []),
      ...(counts ? ([{ name: 'n', numeric: true }] as const) : []),
    ],
    rows: shown.map(({ name, point }) => [
      name,
      ...(labels ? [point.label ?? '–'] : []),
      digits(point.x),
      ...(wide ? [digits(point.xLow), digits(point.xHigh)] : []),
      digits(point.y),
      ...(intervals ? [digits(point.low), digits(point.high)] : []),
      ...(counts ? [String(point.n ?? '–')] : []),
    ]),
    ...(shown.some(({ point }) => point.ref !== undefined) && { refs: shown.map(({ point }) => point.ref), ...(labels && { opens: 1 }) }),
    ...(every > 1 && { note: `Every ${every}th point of ${points.length}; the run's JSON has them all.` }),
  };
}

function digits(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : String(Number(value.toPrecision(4)));
}
