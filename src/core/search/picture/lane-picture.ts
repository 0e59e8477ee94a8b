import { svg, type SvgNode } from '../../picture/svg.ts';
import type { ThinkingMode } from '../../trace/search-round.ts';
import type { Thresholds } from '../settings.ts';
import { LANE, type LaneLayout, type PlacedCandidate, type PlacedRound } from './lane-layout.ts';
import type { LaneCandidate, LaneRound } from './lane.ts';

/** A lane as a picture, in parts: a view that follows a search draws only the columns that changed. */
export interface LanePicture {
  readonly width: number;
  readonly height: number;
  /** Names of the rows, at the left. */
  readonly frame: SvgNode;
  /** One a round. */
  readonly columns: readonly SvgNode[];
}

/** How high the band of a mode is, under its name. */
const BAND: Readonly<Record<ThinkingMode, number>> = { simple: 4, medium: 8, complex: 12 };
const GLYPHS: Readonly<Record<LaneCandidate['state'], string>> = { chosen: '●', judged: '○', waiting: '◌', unscored: '–', dropped: '×', unseen: '·' };
const BAR = 34;

/** The id of a candidate's element. */
export function candidateId(round: number, candidate: number): string {
  return `candidate-${round}-${candidate}`;
}

/** Draws a lane. Colours and fonts come from the classes: of a view's style sheet, or of `standalone`. */
export function lanePicture(layout: LaneLayout, thresholds: Thresholds): LanePicture {
  const label = (y: number, text: string): SvgNode => svg('text', { class: 'label', x: LANE.gutter - 12, y, 'text-anchor': 'end' }, text);
  const frame = svg(
    'g',
    { class: 'frame', 'aria-hidden': 'true' },
    label(15, 'round'),
    label(LANE.bandTop + 12, 'mode'),
    label(LANE.firstRow + 15, 'P(Yes)'),
    label(LANE.firstRow + 30, 'best first'),
    label(layout.rule + 13, 'rule'),
    label(layout.rule + 28, 'next'),
    label(layout.tokens + 10, 'tokens:'),
    label(layout.tokens + 25, 'verifier ┄'),
    label(layout.tokens + LANE.bars, 'policy ■'),
    label(layout.tokens + LANE.bars + 15, 'p + v'),
  );
  return { width: layout.width, height: layout.height, frame, columns: layout.rounds.map((placed, at) => column(layout, placed, at, thresholds)) };
}

/** The picture in one piece. */
export function laneSvg({ width, height, frame, columns }: LanePicture, label: string): SvgNode {
  return svg('svg', { class: 'lane', xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, frame, ...columns);
}

/** Several pictures in one, each under its name. */
export function stackedLanes(pictures: readonly LanePicture[], names: readonly string[], label: string): SvgNode {
  const parts: SvgNode[] = [];
  let y = 0;
  for (const [at, picture] of pictures.entries()) {
    const lane = laneSvg(picture, names[at] ?? '');
    // Candidates are numbered anew in each: ids must not meet.
    parts.push(svg('text', { class: 'rule', x: 8, y: y + 20 }, names[at] ?? ''), { ...withIds(lane, `problem-${at}-`), attributes: { ...lane.attributes, y: y + STACKED } });
    y += STACKED + picture.height;
  }
  const width = Math.max(0, ...pictures.map((picture) => picture.width));
  return svg('svg', { class: 'lane', xmlns: 'http://www.w3.org/2000/svg', width, height: y, viewBox: `0 0 ${width} ${y}`, role: 'group', 'aria-label': label }, ...parts);
}

/** Room for a name over a lane. */
const STACKED = 30;

function withIds(node: SvgNode, before: string): SvgNode {
  const { id } = node.attributes;
  return { ...node, attributes: { ...node.attributes, ...(id !== undefined && { id: `${before}${id}` }) }, children: node.children.map((child) => (typeof child === 'string' ? child : withIds(child, before))) };
}

/** With its own style sheet, in the colours of paper: for a file. */
export function standalone(picture: SvgNode): SvgNode {
  return { ...picture, children: [svg('style', {}, PAPER), svg('rect', { class: 'paper', width: '100%', height: '100%' }), ...picture.children] };
}

const PAPER = [
  'text{font:11px system-ui,sans-serif;fill:#1f2328}.label,.number,.next,.tokens{fill:#59636e}.rule{font-weight:600}.paper{fill:#fff}',
  '.fan{fill:none;stroke:#8c959f}.path{fill:none;stroke:#0969da;stroke-width:2.5}.again{fill:none;stroke:#9a3412;stroke-width:2;stroke-dasharray:5 4}',
  '.band{fill:#0969da;fill-opacity:.18}.row{fill:none}.bar-back{fill:#d1d9e0}.bar{fill:#59636e}.tick{stroke:#1f2328}.chosen text{font-weight:700}.dropped text,.unseen text{fill:#818b98}',
  '.policy{fill:#59636e}.verifier{fill:none;stroke:#59636e;stroke-dasharray:2 2}.counterfactual{fill:#9a6700;fill-opacity:.08;stroke:#9a6700;stroke-dasharray:4 3}.ring{fill:none}',
].join('');

function column(layout: LaneLayout, placed: PlacedRound, at: number, thresholds: Thresholds): SvgNode {
  const { round, x } = placed;
  return svg(
    'g',
    { class: `round ${round.outcome}`, role: 'group', 'aria-label': roundSentence(round) },
    ...(round.exact ? [] : counterfactual(layout, x, layout.counterfactual === at)),
    svg('text', { class: 'number', x: x + 2, y: 15, 'aria-hidden': 'true' }, `${round.round + 1}${round.step === undefined ? '' : ` · step ${round.step + 1}`}${round.regeneration ? ' ↻' : ''}${round.attempt > 0 ? ' · again' : ''}`),
    ...modeBand(round, x),
    ...fan(layout, placed),
    ...placed.candidates.map((candidate) => candidateRow(candidate, round, placed.candidates.length, thresholds)),
    svg('text', { class: 'rule', x: x + 2, y: layout.rule + 13, 'aria-hidden': 'true' }, round.rule),
    svg('text', { class: 'next', x: x + 2, y: layout.rule + 28, 'aria-hidden': 'true' }, round.next),
    ...tokenBars(layout, placed),
  );
}

function counterfactual({ height }: LaneLayout, x: number, first: boolean): SvgNode[] {
  return [
    svg('rect', { class: 'counterfactual', x: x - 3, y: 1, width: LANE.column, height: height - 2, 'aria-hidden': 'true' }),
    ...(first ? [svg('text', { class: 'next', x: x + 2, y: LANE.arc - 4, 'aria-hidden': 'true' }, '⚠ counterfactual')] : []),
  ];
}

function modeBand({ mode, width }: LaneRound, x: number): SvgNode[] {
  const bottom = LANE.bandTop + LANE.band;
  if (mode === undefined) return [svg('text', { class: 'next', x: x + 2, y: LANE.bandTop + 12, 'aria-hidden': 'true' }, `width ${width}`)];
  return [
    svg('rect', { class: `band ${mode}`, x: x - 2, y: bottom - BAND[mode], width: LANE.column, height: BAND[mode], 'aria-hidden': 'true' }),
    svg('text', { class: 'mode', x: x + 2, y: LANE.bandTop + 12, 'aria-hidden': 'true' }, `${mode} · ${width}`),
  ];
}

/** Lines from where the path comes in to each candidate, and out again from those that go on; a discarded step leaves a dashed line over its candidates to its repetition. */
function fan({ rail }: LaneLayout, { x, candidates, round }: PlacedRound): SvgNode[] {
  const end = x + LANE.column;
  const lines = candidates.map(({ candidate, x: left, y }) =>
    svg('path', { class: candidate.kept ? 'path' : 'fan', d: y === rail ? `M${x} ${y}H${left}` : `M${x} ${rail}C${x + 14} ${rail} ${x + 6} ${y} ${left} ${y}`, 'aria-hidden': 'true' }));
  const out = candidates.filter(({ candidate }) => candidate.kept && !(candidate.final && round.next.startsWith('■')));
  const leaving = out.map(({ x: left, width, y }) => svg('path', { class: 'path', d: y === rail ? `M${left + width} ${y}H${end}` : `M${left + width} ${y}C${end - 4} ${y} ${end - 8} ${rail} ${end} ${rail}`, 'aria-hidden': 'true' }));
  const again = round.outcome === 'discarded' || round.outcome === 'none' ? [svg('path', { class: 'again', d: `M${x} ${rail}C${x} ${LANE.arc} ${x + 4} ${LANE.arc} ${x + 14} ${LANE.arc}H${end - 14}C${end - 4} ${LANE.arc} ${end} ${LANE.arc} ${end} ${rail}`, 'aria-hidden': 'true' })] : [];
  // What goes on is drawn over the rest.
  return [...again, ...lines.filter((_, at) => candidates[at]?.candidate.kept !== true), ...lines.filter((_, at) => candidates[at]?.candidate.kept === true), ...leaving];
}

function candidateRow({ candidate, x, y, width, height }: PlacedCandidate, round: LaneRound, of: number, { good, low, bad }: Thresholds): SvgNode {
  const { index, state, score, value, final } = candidate;
  const from = x + width - BAR - 6;
  const bar = score === undefined ? [] : [
    svg('rect', { class: 'bar-back', x: from, y: y - 2, width: BAR, height: 4 }),
    svg('rect', { class: 'bar', x: from, y: y - 2, width: BAR * Math.min(1, Math.max(0, score)), height: 4 }),
    ...[bad, low, good].map((threshold) => svg('path', { class: 'tick', d: `M${from + BAR * threshold} ${y + 3}v3` })),
  ];
  return svg(
    'g',
    { class: `candidate ${state}`, id: candidateId(round.round, index), role: 'option', 'aria-selected': 'false', 'aria-label': candidateSentence(candidate, round, of), 'data-round': round.round, 'data-candidate': index },
    svg('rect', { class: 'ring', x: x + 1, y: y - height / 2, width: width - 2, height, rx: 3 }),
    svg('text', { class: 'glyph', x: x + 5, y: y + 4 }, GLYPHS[state]),
    svg('text', { class: 'value', x: x + 18, y: y + 4 }, final ? `${value} ■` : value),
    ...bar,
  );
}

function tokenBars({ tokens }: LaneLayout, { x, round, policyBar, verifierBar }: PlacedRound): SvgNode[] {
  const bottom = tokens + LANE.bars;
  const cost = round.costKnown === false ? 'not known' : `${round.estimated ? '≈ ' : ''}${round.policyTokens} + ${round.verifierTokens}`;
  return [
    svg('rect', { class: 'policy', x: x + 2, y: bottom - policyBar, width: 34, height: policyBar, 'aria-hidden': 'true' }),
    svg('rect', { class: 'verifier', x: x + 2.5, y: bottom - policyBar - verifierBar, width: 33, height: verifierBar, 'aria-hidden': 'true' }),
    svg('text', { class: 'tokens', x: x + 2, y: bottom + 14, 'aria-hidden': 'true' }, cost),
  ];
}

/** A round as one would tell it. */
export function roundSentence({ round, step, mode, width, regeneration, outcome, rule, next, policyTokens, verifierTokens, costKnown, estimated, exact }: LaneRound): string {
  const parts = [
    `Round ${round + 1}`,
    ...(step === undefined ? [] : [`step ${step + 1}${regeneration ? ', made again' : ''}`]),
    ...(mode === undefined ? [] : [`${mode} mode`]),
    `width ${width}`,
    OUTCOMES[outcome],
    `${rule} ${next}`.trim(),
    costKnown === false ? 'tokens not known' : `${estimated ? 'about ' : ''}${policyTokens} tokens of the policy and ${verifierTokens} of the verifier`,
    ...(exact ? [] : ['counterfactual']),
  ];
  return `${parts.join(', ')}.`;
}

const OUTCOMES: Readonly<Record<LaneRound['outcome'], string>> = { accepted: 'accepted', discarded: 'discarded', none: 'nothing chosen', going: 'going on' };
const STATES: Readonly<Record<LaneCandidate['state'], string>> = { chosen: 'chosen', judged: 'not chosen', waiting: 'being judged', unscored: 'not scored', dropped: 'dropped', unseen: 'not sampled in this mode' };

/** A candidate as one would tell it: `Round 3, candidate 2 of 8: 0.91, chosen`. */
export function candidateSentence({ index, state, value, final, kept }: LaneCandidate, { round, outcome }: LaneRound, of: number): string {
  const chosen = state === 'chosen' && outcome === 'discarded' ? 'best, but discarded' : kept && state !== 'chosen' ? 'goes on' : STATES[state];
  return `Round ${round + 1}, candidate ${index + 1} of ${of}: ${value}, ${chosen}${final ? ', ends the solution' : ''}`;
}
