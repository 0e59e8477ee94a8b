import { scaleLinear, scaleLog } from 'd3-scale';
import type { Axis, Series } from './chart.ts';
import { svg, type SvgNode } from './svg.ts';

/** Size of a picture in its own units, and where its plot stands in it. */
export const SIZE = { width: 560, height: 360 } as const;
export const PLOT = { left: 56, top: 14, right: 546, bottom: 300 } as const;

export interface Frame {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Grid, axes, ticks and names of the axes. */
  readonly nodes: readonly SvgNode[];
}

/** Axes around all points of the series and their intervals. */
export function plotFrame(x: Axis, y: Axis, series: readonly Series[]): Frame {
  const points = series.flatMap((one) => one.points);
  const xs = scaleOf(x, points.flatMap((point) => [point.x, point.xLow ?? point.x, point.xHigh ?? point.x]), [PLOT.left, PLOT.right]);
  const ys = scaleOf(y, points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]), [PLOT.bottom, PLOT.top]);
  const middle = { x: (PLOT.left + PLOT.right) / 2, y: (PLOT.top + PLOT.bottom) / 2 };
  return {
    x: xs.at,
    y: ys.at,
    nodes: [
      ...ys.ticks.map(({ at, text }) => svg('g', { class: 'chart-tick' }, line('chart-grid', PLOT.left, at, PLOT.right, at), label(PLOT.left - 6, at + 4, text, 'end'))),
      ...xs.ticks.map(({ at, text }) => svg('g', { class: 'chart-tick' }, line('chart-grid', at, PLOT.top, at, PLOT.bottom), label(at, PLOT.bottom + 17, text, 'middle'))),
      line('chart-axis', PLOT.left, PLOT.bottom, PLOT.right, PLOT.bottom),
      line('chart-axis', PLOT.left, PLOT.top, PLOT.left, PLOT.bottom),
      label(middle.x, PLOT.bottom + 36, x.name, 'middle'),
      svg('text', { class: 'chart-text', x: 0, y: 0, 'text-anchor': 'middle', transform: `translate(14 ${middle.y}) rotate(-90)` }, y.name),
    ],
  };
}

export function line(className: string, x1: number, y1: number, x2: number, y2: number): SvgNode {
  return svg('line', { class: className, x1: rounded(x1), y1: rounded(y1), x2: rounded(x2), y2: rounded(y2) });
}

export function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end', className = 'chart-text'): SvgNode {
  return svg('text', { class: className, x: rounded(x), y: rounded(y), 'text-anchor': anchor }, text);
}

export function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}

export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** The scale of an axis over these values. */
export function scaleOf({ domain, scale }: Axis, values: readonly number[], range: readonly [number, number]): Scale {
  const [low, high] = domain ?? spread(values, scale);
  if (scale === 'log' && low > 0) {
    const log = scaleLog().domain([low, high]).range(range);
    return scaled(log, log.ticks(4), (value) => log.tickFormat(4, '~s')(value));
  }
  const linear = scaleLinear().domain([low, high]).range(range);
  const shown = domain ? linear : linear.nice(5);
  return scaled(shown, shown.ticks(5), shown.tickFormat(5));
}

function scaled(scale: (value: number) => number, ticks: readonly number[], text: (value: number) => string): Scale {
  return { at: scale, ticks: ticks.map((value) => ({ at: scale(value), text: text(value) })).filter((tick) => tick.text !== '') };
}

/** Around the values; a single value gets room on both sides. */
function spread(values: readonly number[], scale: Axis['scale']): [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!Number.isFinite(low)) return [0, 1];
  if (scale === 'log') return [low / 1.2, high * 1.2];
  return low === high ? [low - 1, high + 1] : [low, high];
}
