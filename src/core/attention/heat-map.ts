import { svg, type SvgNode } from '../picture/svg.ts';
import type { HeatScale } from './heat-scale.ts';
import type { AttentionMatrix } from './matrix.ts';

/** A matrix to be drawn. */
export interface HeatMap {
  readonly name: string;
  /** For those who do not see it: what it shows. */
  readonly description: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: AttentionMatrix;
  /** Cells that are hidden from their row: they are crossed out. */
  readonly hidden: (row: number, column: number) => boolean;
  readonly scale: HeatScale & { /** What the numbers are, for the legend. */ readonly name: string };
}

/** A drawn matrix, and where its cells are in user units: cell (0, 0) begins at `left`, `top`. */
export interface HeatPicture {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly nodes: readonly SvgNode[];
}

/** The sides of a matrix grow with its cells up to this, in user units. */
const SIDE = 520;
const CELL = { least: 5, most: 36 };
/** In cells from this size on there is room for a number. */
const NUMBERED = 26;
/** Rows and columns whose names fit one below the other. */
const NAMED = 11;
const LABEL = 80;
const LEGEND = 64;
/** Colours of one side. All cells of one colour are one path, so that a large matrix has few elements. */
const SHADES = 12;

/** Draws a matrix with its names and the legend of its scale. Colours come from the classes: see HEAT_STYLE. */
export function heatPicture(map: HeatMap): HeatPicture {
  const { rows, columns } = map;
  const cell = Math.max(CELL.least, Math.min(CELL.most, Math.floor(SIDE / Math.max(rows.length, columns.length, 1))));
  const [left, top] = [LABEL, LABEL];
  const box = { width: columns.length * cell, height: rows.length * cell };
  const place = { left, top, cell };
  return {
    ...place,
    width: Math.max(left + box.width, left + LEGEND_WIDTH) + 12,
    height: top + box.height + LEGEND,
    nodes: [
      ...cellPaths(map, place),
      svg('rect', { class: 'heat-frame', x: left, y: top, width: box.width, height: box.height }),
      ...names(rows, cell).map(({ at, text }) => svg('text', { class: 'heat-name', x: left - 6, y: top + (at + 0.5) * cell + 4, 'text-anchor': 'end' }, text)),
      ...names(columns, cell).map(({ at, text }) => svg('text', { class: 'heat-name', transform: `translate(${left + (at + 0.5) * cell + 4} ${top - 6}) rotate(-90)` }, text)),
      ...(cell >= NUMBERED ? numbers(map, place) : []),
      legend(map.scale, left, top + box.height + 16),
    ],
  };
}

/** The picture in one piece. */
export function heatSvg(picture: HeatPicture, { name, description }: Pick<HeatMap, 'name' | 'description'>): SvgNode {
  const { width, height, nodes } = picture;
  return svg('svg', { class: 'heat', xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${name}. ${description}` }, ...nodes);
}

type Place = Pick<HeatPicture, 'left' | 'top' | 'cell'>;

function cellPaths({ values, hidden, scale }: HeatMap, { left, top, cell }: Place): SvgNode[] {
  const shades = new Map<number, string[]>();
  const less: string[] = [];
  const crossed: string[] = [];
  values.forEach((row, at) =>
    row.forEach((value, column) => {
      const [x, y] = [left + column * cell, top + at * cell];
      if (hidden(at, column)) crossed.push(`M${x} ${y + cell}l${cell} ${-cell}`);
      if (value === undefined) return;
      const shade = Math.round(SHADES * scale.strength(value));
      const path = `M${x} ${y}h${cell}v${cell}h${-cell}z`;
      const same = shades.get(shade);
      if (same === undefined) shades.set(shade, [path]);
      else same.push(path);
      // The sign of a cell without colours.
      if (shade < 0) less.push(`M${x + 1} ${y + cell - 1.5}h${Math.max(2, Math.floor(cell / 3))}`);
    }),
  );
  return [
    ...[...shades].sort(([one], [other]) => one - other).map(([shade, paths]) => svg('path', { class: shadeClass(shade), 'fill-opacity': opacity(shade), d: paths.join('') })),
    ...(less.length === 0 ? [] : [svg('path', { class: 'heat-sign', d: less.join('') })]),
    ...(crossed.length === 0 ? [] : [svg('path', { class: 'heat-hidden', d: crossed.join('') })]),
  ];
}

function shadeClass(shade: number): string {
  return shade === 0 ? 'heat-none' : shade < 0 ? 'heat-less' : 'heat-more';
}

/** A number near the middle can be told from no number, the least colour from the middle, and letters stay readable on the strongest, in all themes. */
function opacity(shade: number): number {
  return shade === 0 ? 0.06 : Math.round(100 * (0.08 + (0.52 * Math.abs(shade)) / SHADES)) / 100;
}

function numbers({ values, scale }: HeatMap, { left, top, cell }: Place): SvgNode[] {
  return values.flatMap((row, at) =>
    row.flatMap((value, column) => (value === undefined ? [] : [svg('text', { class: 'heat-number', x: left + (column + 0.5) * cell, y: top + (at + 0.5) * cell + 4, 'text-anchor': 'middle' }, scale.text(value))])),
  );
}

/** As many names as there is room for: each, or every second, fifth, tenth … one. */
function names(all: readonly string[], cell: number): { readonly at: number; readonly text: string }[] {
  const every = [1, 2, 5, 10, 20, 50].find((step) => step * cell >= NAMED) ?? 50;
  return all.flatMap((text, at) => (at % every === 0 ? [{ at, text: text.length > 14 ? `${text.slice(0, 13)}…` : text }] : []));
}

const LEGEND_BOX = { width: 12, height: 12 };
const LEGEND_WIDTH = (2 * SHADES + 1) * LEGEND_BOX.width;

/** The colours from one end to the other with numbers under them. */
function legend({ name, strength, ticks }: HeatMap['scale'], x: number, y: number): SvgNode {
  const lowest = Math.round(SHADES * strength(ticks[0]?.value ?? 0));
  const shades = Array.from({ length: SHADES - lowest + 1 }, (_, index) => lowest + index);
  const at = (value: number): number => x + (SHADES * strength(value) - lowest + 0.5) * LEGEND_BOX.width;
  return svg(
    'g',
    { class: 'heat-legend' },
    svg('text', { class: 'heat-name', x, y: y + 4 }, name),
    ...shades.map((shade, index) => svg('rect', { class: shadeClass(shade), 'fill-opacity': opacity(shade), x: x + index * LEGEND_BOX.width, y: y + 10, ...LEGEND_BOX })),
    svg('rect', { class: 'heat-frame', x, y: y + 10, width: shades.length * LEGEND_BOX.width, height: LEGEND_BOX.height }),
    ...ticks.map(({ value, text }) => svg('text', { class: 'heat-name', x: at(value), y: y + 36, 'text-anchor': 'middle' }, text)),
  );
}

/** The style of heat maps by custom properties alone: `--heat-ink`, `--heat-quiet`, `--heat-more` and `--heat-less`. */
export const HEAT_STYLE = `
.heat text { font: 11px system-ui, sans-serif; fill: var(--heat-ink); font-variant-numeric: tabular-nums; }
.heat .heat-number { font-size: 10px; }
.heat-more { fill: var(--heat-more); }
.heat-less { fill: var(--heat-less); }
.heat-none { fill: var(--heat-quiet); }
.heat-sign { fill: none; stroke: var(--heat-ink); stroke-width: 1; }
.heat-hidden { fill: none; stroke: var(--heat-quiet); stroke-width: 1; }
.heat-frame { fill: none; stroke: var(--heat-quiet); stroke-width: 1; }
`;
