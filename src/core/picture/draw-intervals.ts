import { shortened } from '../shortened.ts';
import type { Chart } from './chart.ts';
import type { Drawn } from './draw-chart.ts';
import { label, line, PLOT, rounded, scaleOf } from './plot-frame.ts';
import { svg, type SvgNode } from './svg.ts';

type Intervals = Extract<Chart, { kind: 'intervals' }>;

/** Where names end and the scale begins; height of a line. */
const LEFT = 210;
const TOP = 10;
const LINE = 26;

/** A forest plot: a line for each value, its name to the left, the scale under all of them. */
export function drawIntervals({ x, rows, reference }: Intervals): Drawn {
  const values = rows.flatMap(({ value, low, high }) => [value, low, high].filter((number) => number !== undefined));
  const scale = scaleOf(x, reference === undefined ? values : [...values, reference], [LEFT, PLOT.right]);
  const bottom = TOP + rows.length * LINE;
  return {
    nodes: [
      ...scale.ticks.map(({ at, text }) => svg('g', { class: 'chart-tick' }, line('chart-grid', at, TOP, at, bottom), label(at, bottom + 17, text, 'middle'))),
      line('chart-axis', LEFT, bottom, PLOT.right, bottom),
      label((LEFT + PLOT.right) / 2, bottom + 36, x.name, 'middle'),
      ...(reference === undefined ? [] : [line('chart-mark', scale.at(reference), TOP, scale.at(reference), bottom)]),
      ...rows.flatMap(({ name, value, low, high, n }, index): SvgNode[] => {
        const y = TOP + (index + 0.5) * LINE;
        const named = label(LEFT - 8, y + 4, `${shortened(name, 24)} (n = ${n})`, 'end');
        if (value === undefined) return [named, label(LEFT + 6, y + 4, '–', 'start', 'chart-text chart-quiet')];
        const interval = low === undefined || high === undefined ? [] : [line('chart-interval', scale.at(low), y, scale.at(high), y)];
        return [named, svg('g', { class: 'chart-series chart-series-0' }, ...interval, svg('circle', { class: 'chart-point', cx: rounded(scale.at(value)), cy: rounded(y), r: 4 }))];
      }),
    ],
    height: bottom + 46,
  };
}
