import { line as linePath } from 'd3-shape';
import type { Chart, ChartPoint, Series } from './chart.ts';
import { drawIntervals } from './draw-intervals.ts';
import { label, line, plotFrame, PLOT, rounded, SIZE, type Frame } from './plot-frame.ts';
import { svg, type SvgNode } from './svg.ts';

type Lines = Extract<Chart, { kind: 'lines' | 'points' | 'scatter' }>;
type Matrix = Extract<Chart, { kind: 'matrix' }>;
type Bars = Extract<Chart, { kind: 'bars' }>;

/**
 * The picture of a chart. It has its name and description for those who do not see it; colours are those of `CHART_STYLE`'s
 * custom properties; series differ by dashes and marks as well. `scope` keeps ids apart where several reports share a page.
 */
export function drawChart(chart: Chart, scope = 'chart'): SvgNode {
  const [title, description] = [`${scope}-${chart.id}-title`, `${scope}-${chart.id}-desc`];
  const { nodes, height } = drawn(chart);
  return svg(
    'svg',
    { class: `chart chart-${chart.kind}`, viewBox: `0 0 ${SIZE.width} ${height}`, role: 'img', 'aria-labelledby': title, 'aria-describedby': description },
    svg('title', { id: title }, chart.name),
    svg('desc', { id: description }, chart.description),
    ...nodes,
  );
}

/** Nodes of a picture, and how high it is. */
export interface Drawn {
  readonly nodes: readonly SvgNode[];
  readonly height: number;
}

function drawn(chart: Chart): Drawn {
  switch (chart.kind) {
    case 'matrix':
      return drawMatrix(chart);
    case 'intervals':
      return drawIntervals(chart);
    case 'bars':
      return drawBars(chart);
    case 'lines':
    case 'points':
    case 'scatter':
      return drawSeries(chart);
  }
}

function drawSeries(chart: Lines): Drawn {
  const frame = plotFrame(chart.x, chart.y, chart.series);
  const several = chart.series.length > 1;
  return {
    nodes: [
      ...frame.nodes,
      ...(chart.kind === 'lines' && chart.diagonal !== undefined ? diagonal(frame, chart.diagonal) : []),
      ...(chart.kind === 'lines' && chart.mark ? markLine(frame, chart.mark) : []),
      ...chart.series.map((series, index) => drawOne(frame, series, index, chart)),
      ...(several ? [legend(chart.series, chart.kind)] : []),
    ],
    height: several ? SIZE.height : SIZE.height - 14,
  };
}

function diagonal(frame: Frame, name: string): SvgNode[] {
  const [low, high] = [0, 1];
  return [line('chart-diagonal', frame.x(low), frame.y(low), frame.x(high), frame.y(high)), label(frame.x(0.94), frame.y(0.94) + 18, name, 'end', 'chart-text chart-quiet')];
}

function markLine(frame: Frame, { x, name }: { readonly x: number; readonly name: string }): SvgNode[] {
  const at = frame.x(x);
  const right = at > (PLOT.left + PLOT.right) / 2;
  return [line('chart-mark', at, PLOT.top, at, PLOT.bottom), label(right ? at - 5 : at + 5, PLOT.bottom - 8, name, right ? 'end' : 'start')];
}

function drawOne(frame: Frame, { points }: Series, index: number, chart: Lines): SvgNode {
  if (chart.kind === 'scatter') return svg('g', { class: `chart-series chart-series-${index % 4} chart-cloud` }, ...points.map((point) => svg('g', {}, ...(point.label === undefined ? [] : [svg('title', {}, point.label)]), mark(frame.x(point.x), frame.y(point.y), index))));
  const path = chart.kind === 'points' && chart.loose ? null : linePath<ChartPoint>((point) => rounded(frame.x(point.x)), (point) => rounded(frame.y(point.y)))([...points]);
  // Many points are a curve; few are measurements, each with its mark.
  const marked = chart.kind === 'points' || points.length <= 20;
  return svg(
    'g',
    { class: `chart-series chart-series-${index % 4}` },
    ...(path === null ? [] : [svg('path', { class: 'chart-line', d: path, fill: 'none' })]),
    ...points.flatMap(({ x, low, high }) => (low === undefined || high === undefined ? [] : [line('chart-interval', frame.x(x), frame.y(low), frame.x(x), frame.y(high))])),
    ...points.flatMap(({ y, xLow, xHigh }) => (xLow === undefined || xHigh === undefined ? [] : [line('chart-interval', frame.x(xLow), frame.y(y), frame.x(xHigh), frame.y(y))])),
    ...(marked ? points.map((point) => mark(frame.x(point.x), frame.y(point.y), index)) : []),
    ...points.flatMap((point) => (point.label === undefined ? [] : [label(Math.min(frame.x(point.x) + 7, PLOT.right - 4), frame.y(point.y) - 7, point.label, frame.x(point.x) > PLOT.right - 50 ? 'end' : 'start')])),
  );
}

/** A disc, a square, a diamond or a ring. */
function mark(x: number, y: number, index: number): SvgNode {
  const [cx, cy] = [rounded(x), rounded(y)];
  if (index % 4 === 1) return svg('rect', { class: 'chart-point', x: cx - 3.5, y: cy - 3.5, width: 7, height: 7 });
  if (index % 4 === 2) return svg('rect', { class: 'chart-point', x: cx - 3.5, y: cy - 3.5, width: 7, height: 7, transform: `rotate(45 ${cx} ${cy})` });
  return svg('circle', { class: index % 4 === 3 ? 'chart-ring' : 'chart-point', cx, cy, r: 4 });
}

function legend(series: readonly Series[], kind: Lines['kind']): SvgNode {
  const width = (PLOT.right - PLOT.left) / series.length;
  return svg(
    'g',
    { class: 'chart-legend' },
    ...series.map(({ name }, index) => {
      const x = PLOT.left + index * width;
      const y = SIZE.height - 8;
      return svg('g', { class: `chart-series chart-series-${index % 4}` }, ...(kind === 'scatter' ? [] : [line('chart-line', x, y - 4, x + 24, y - 4)]), mark(x + 12, y - 4, index), label(x + 30, y, shortened(name, Math.floor((width - 34) / 6.5)), 'start'));
    }),
  );
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
}

/** Cells are shaded by their share of the row, so that rare rows can be read, too; each says its count. */
function drawMatrix({ x, y, columns, rows, counts, agree }: Matrix): Drawn {
  const [left, top] = [96, 44];
  const cell = { width: Math.min(72, (SIZE.width - left - 14) / columns.length), height: Math.min(30, 300 / rows.length) };
  const agreed = new Set(agree.map(([row, column]) => `${row} ${column}`));
  const nodes = rows.flatMap((name, row): SvgNode[] => {
    const list = counts[row] ?? [];
    const total = list.reduce((sum, count) => sum + count, 0);
    const at = top + row * cell.height;
    return [
      label(left - 8, at + cell.height / 2 + 4, name, 'end'),
      ...list.map((count, column) => {
        const [cx, share] = [left + column * cell.width, total === 0 ? 0 : count / total];
        const box = { x: rounded(cx), y: rounded(at), width: rounded(cell.width), height: rounded(cell.height) };
        return svg(
          'g',
          { class: `chart-cell${agreed.has(`${row} ${column}`) ? ' chart-agree' : ''}` },
          svg('rect', { class: 'chart-fill', ...box, 'fill-opacity': rounded(0.55 * share) }),
          svg('rect', { class: 'chart-box', ...box, fill: 'none' }),
          ...(count === 0 ? [] : [label(cx + cell.width / 2, at + cell.height / 2 + 4, String(count), 'middle')]),
        );
      }),
    ];
  });
  const width = cell.width * columns.length;
  const height = top + cell.height * rows.length;
  return {
    nodes: [
      label(left + width / 2, 14, x.name, 'middle'),
      svg('text', { class: 'chart-text', x: 0, y: 0, 'text-anchor': 'middle', transform: `translate(14 ${rounded((top + height) / 2)}) rotate(-90)` }, y.name),
      ...columns.map((name, column) => label(left + (column + 0.5) * cell.width, top - 8, shortened(name, 14), 'middle')),
      ...nodes,
    ],
    height: Math.ceil(height + 10),
  };
}

/** Bars from the left: names are long, and their order says enough. Marked ones are framed and say why. */
function drawBars({ x, y, bars }: Bars): Drawn {
  const [left, top, height] = [150, 26, 24];
  const most = bars.reduce((high, { value }) => Math.max(high, value), 0);
  const room = SIZE.width - left - 170;
  const nodes = bars.map(({ name, value, text, mark: marked }, row) => {
    const at = top + row * height;
    const width = most === 0 ? 0 : (room * value) / most;
    return svg(
      'g',
      { class: marked === undefined ? 'chart-bar chart-series-0' : 'chart-bar chart-bar-marked chart-series-1' },
      label(left - 8, at + 14, shortened(name, 20), 'end'),
      svg('rect', { class: 'chart-point', x: left, y: at + 3, width: rounded(width), height: height - 8 }),
      ...(marked === undefined ? [] : [svg('rect', { class: 'chart-bar-frame', x: left, y: at + 3, width: rounded(width), height: height - 8, fill: 'none' })]),
      label(left + width + 8, at + 14, marked === undefined ? text : `${text} · ${marked}`, 'start'),
    );
  });
  const bottom = top + bars.length * height;
  return { nodes: [label(left - 8, 14, y.name, 'end', 'chart-text chart-quiet'), label(left, 14, x.name, 'start', 'chart-text chart-quiet'), ...nodes, line('chart-axis', left, top, left, bottom)], height: bottom + 8 };
}
