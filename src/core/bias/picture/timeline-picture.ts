import { line as linePath } from 'd3-shape';
import { scaleLinear } from 'd3-scale';
import { label, line, rounded } from '../../picture/plot-frame.ts';
import { svg, type SvgNode } from '../../picture/svg.ts';
import type { MarkKind, Timeline, TimelineMark } from '../timeline.ts';

/** Normalised attention to the question along the trace, and where it would have ended the trace. */
export interface TimelineCurve {
  /** A place on the axis and the value there; tokens without a value are left out. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly threshold: number;
  readonly exit: number | undefined;
}

/** What the picture writes, and the sentence for each mark (same order). */
export interface TimelineWords {
  readonly lanes: Readonly<Record<'steps' | MarkKind | 'curve', string>>;
  readonly marks: readonly string[];
  readonly axis: string;
  readonly uniform: string;
  readonly exit: string;
}

export interface TimelinePicture {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly SvgNode[];
  /** A place on the axis as a place in the picture, and back. */
  readonly x: (value: number) => number;
  readonly value: (x: number) => number;
}

/** Left, and right where the values of the curve are written. */
const EDGE = { left: 14, right: 30 } as const;
const LANE = 34;
const CURVE = 132;
const GLYPHS: Readonly<Record<MarkKind, string>> = { first: '▼', reflection: '↺', redundant: '□', loop: '⟳', answer: '■' };
/** First and final answer share a lane. */
const LANES: readonly (readonly MarkKind[])[] = [['first', 'answer'], ['reflection'], ['redundant'], ['loop']];

/** The id of a mark's element. */
export function markId(index: number): string {
  return `mark-${index}`;
}

/** Draws the timeline in a width, pixels. Marks are options of a list, in the order of the timeline; colours and fonts come from classes. */
export function timelinePicture(timeline: Timeline, words: TimelineWords, curve: TimelineCurve | undefined, width: number): TimelinePicture {
  const scale = scaleLinear().domain([0, Math.max(1, timeline.length)]).range([EDGE.left, width - EDGE.right]);
  const x = (value: number): number => rounded(scale(value));
  const lanes = LANES.map((kinds) => ({ kinds, marks: timeline.marks.flatMap((mark, index) => (kinds.includes(mark.kind) ? [{ mark, index }] : [])) }));
  const marksBottom = LANE * (1 + lanes.length);
  const bottom = marksBottom + (curve === undefined ? 0 : CURVE);
  const first = timeline.marks.find(({ kind }) => kind === 'first');
  const nodes = [
    svg('rect', { class: 'plot', x: 0, y: 0, width, height: bottom, 'aria-hidden': 'true' }),
    ...stepBands(timeline, x, words.lanes.steps),
    ...(first === undefined ? [] : [svg('g', { 'aria-hidden': 'true' }, line('first-line', x(first.to), LANE, x(first.to), bottom))]),
    ...lanes.flatMap(({ kinds, marks }, at) => {
      const top = LANE * (at + 1);
      const name = kinds.map((kind) => `${GLYPHS[kind]} ${words.lanes[kind]}`).join('   ');
      return [svg('g', { 'aria-hidden': 'true' }, line('lane-line', 0, top, width, top), label(4, top + 12, name, 'start', 'lane-name')), ...marks.map(({ mark, index }) => drawMark(mark, index, top, x, words.marks[index] ?? ''))];
    }),
    ...(curve === undefined ? [] : drawCurve(curve, marksBottom, x, width, words)),
    ...axisTicks(scale.ticks(Math.max(2, Math.floor(width / 90))), x, bottom, width, words.axis),
  ];
  return { width, height: bottom + 34, nodes, x, value: (at) => scale.invert(at) };
}

/** Every other step is shaded, in one path however many there are; numbers where there is room. */
function stepBands({ steps }: Timeline, x: (value: number) => number, name: string): SvgNode[] {
  const [top, height] = [16, LANE - 18];
  const shaded = steps.flatMap(({ from, to }, index) => (index % 2 === 0 ? [`M${x(from)} ${top}H${x(to)}V${top + height}H${x(from)}Z`] : []));
  const numbers = steps.flatMap(({ from, to }, index) => (x(to) - x(from) < 9 * String(index + 1).length ? [] : [label((x(from) + x(to)) / 2, top + 12, String(index + 1), 'middle', 'step-number')]));
  return [svg('g', { 'aria-hidden': 'true' }, label(4, 12, name, 'start', 'lane-name'), svg('path', { class: 'step-band', d: shaded.join('') }), ...numbers)];
}

function drawMark({ kind, from, to, what }: TimelineMark, index: number, top: number, x: (value: number) => number, sentence: string): SvgNode {
  const [y, height] = [top + 16, LANE - 19];
  const wide = kind === 'redundant' || kind === 'loop';
  const [left, right] = wide ? [x(from), Math.max(x(from) + 4, x(to))] : [x(kind === 'first' ? to : from) - 6, x(kind === 'first' ? to : from) + 6];
  const inside = wide ? (right - left > 9 * what.length ? what : '') : GLYPHS[kind];
  return svg(
    'g',
    { class: `mark ${kind}`, id: markId(index), role: 'option', 'aria-selected': 'false', 'aria-label': sentence, 'data-index': index },
    svg('title', {}, sentence),
    svg('rect', { class: 'ring', x: rounded(left - 2), y: y - 1, width: rounded(right - left + 4), height: height + 2, rx: 2 }),
    ...(wide ? [svg('rect', { class: 'block', x: left, y: y + 1, width: rounded(right - left), height: height - 2 })] : []),
    ...(inside === '' ? [] : [label((left + right) / 2, y + 12, inside, 'middle', 'glyph')]),
  );
}

/** From 0; 1 is what uniform attention would give. */
function drawCurve({ points, threshold, exit }: TimelineCurve, top: number, x: (value: number) => number, width: number, words: TimelineWords): SvgNode[] {
  const most = points.reduce((high, { y }) => Math.max(high, y), Math.max(1.2, exit === undefined ? 0 : threshold));
  const scale = scaleLinear().domain([0, most]).range([top + CURVE - 4, top + 22]);
  const y = (value: number): number => rounded(scale(value));
  const path = linePath<{ readonly x: number; readonly y: number }>((point) => x(point.x), (point) => y(point.y))([...points]);
  return [
    svg(
      'g',
      { class: 'curve', 'aria-hidden': 'true' },
      line('lane-line', 0, top, width, top),
      label(4, top + 12, words.lanes.curve, 'start', 'lane-name'),
      ...scale.ticks(3).map((tick) => label(width - 2, y(tick) + 4, String(tick), 'end', 'lane-name')),
      line('uniform', 0, y(1), width, y(1)),
      label(4, y(1) - 3, words.uniform, 'start', 'lane-name'),
      ...(path === null ? [] : [svg('path', { class: 'curve-line', d: path })]),
      ...(threshold <= most ? [line('threshold', 0, y(threshold), width, y(threshold))] : []),
      ...(exit === undefined ? [] : [svg('path', { class: 'exit', d: `M${x(exit)} ${top + 16}V${top + CURVE - 4}` }), label(Math.min(x(exit) + 4, width - 4), top + 24, words.exit, x(exit) > width - 90 ? 'end' : 'start', 'glyph')]),
    ),
  ];
}

function axisTicks(ticks: readonly number[], x: (value: number) => number, bottom: number, width: number, name: string): SvgNode[] {
  return [
    svg('g', { 'aria-hidden': 'true' }, line('axis', 0, bottom, width, bottom), ...ticks.map((tick) => label(x(tick), bottom + 14, String(tick), 'middle', 'lane-name')), label(width / 2, bottom + 29, name, 'middle', 'lane-name')),
  ];
}
