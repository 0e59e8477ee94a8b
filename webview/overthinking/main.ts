import '../components/page.css';
import './main.css';
import type { MarkRow, OverthinkingHostMessage, OverthinkingSnapshot, OverthinkingViewMessage, TokenRow } from '../../src/protocol/overthinking-view.ts';
import { TRACE_PARTS, type TracePart } from '../../src/core/bias/trace-part.ts';
import { createButton } from '../components/button.ts';
import { createChoice } from '../components/choice.ts';
import { element } from '../components/element.ts';
import { factList } from '../components/facts.ts';
import { createStatusLine } from '../components/status-line.ts';
import { createVirtualGrid } from '../components/virtual-grid.ts';
import { LABELS } from './labels.ts';
import { createPartSection, type PartSection } from './part-section.ts';
import { createTimelineView } from './timeline-view.ts';

/** What outlives a reload: which trace, and whether the table is shown. */
interface Kept {
  readonly uri: string;
  readonly table: boolean;
}

const host = acquireVsCodeApi<Kept>();
const post = (message: OverthinkingViewMessage): void => host.postMessage(message);
let kept: Kept = host.getState() ?? { uri: '', table: false };
let shown: OverthinkingSnapshot | undefined;
let marks: readonly MarkRow[] = [];
let tokens: readonly TokenRow[] = [];

function keep(change: Partial<Kept>): void {
  kept = { ...kept, ...change };
  host.setState(kept);
}

const title = element('h1');
const summary = createStatusLine('summary');
const notes = element('p', 'quiet');
const facts = factList();
const detector = element('p', 'quiet');
const cursor = element('p', 'quiet cursor-place');
const keys = element('p', 'quiet', LABELS.keys);
const first = createChoice(LABELS.firstAnswer, (chosen) => {
  if (shown !== undefined && chosen !== shown.first.chosen) post({ type: 'first', of: shown.number, chosen });
});

const timeline = createTimelineView({ onSelect: select, onPlace: (at, enter) => { if (shown !== undefined) post({ type: 'place', of: shown.number, at, enter }); } });

function select(mark: number, enter: boolean): void {
  if (shown !== undefined) post({ type: 'select', of: shown.number, mark, enter });
}

const column = (name: keyof typeof LABELS.columns) => ({ name, title: LABELS.columns[name][0], about: LABELS.columns[name][1] });
const grid = createVirtualGrid<'kind' | 'step' | 'place' | 'text'>({
  label: LABELS.marks,
  columns: [
    { ...column('kind'), name: 'kind', least: 7, good: 9, most: 10 },
    { ...column('step'), name: 'step', least: 3.5, good: 4, most: 4.5, numeric: true },
    { ...column('place'), name: 'place', least: 5, good: 7, most: 8, numeric: true, drop: 1 },
    { ...column('text'), name: 'text', least: 8, good: 14, most: 'rest' },
  ],
  fill(position, cells) {
    const row = marks[position];
    for (const [name, cell] of cells) cell.textContent = row?.[name] ?? '';
    return row !== undefined;
  },
  onMissing: () => undefined,
  onChoose: (position) => select(position, true),
  onMove: (_, position) => chooseRow(position),
});
let row = -1;
function chooseRow(position: number): void {
  if (!kept.table || position === row || !grid.element.contains(document.activeElement)) return;
  row = position;
  timeline.select(position);
  select(position, false);
}

const tokenGrid = createVirtualGrid<'token' | 'text' | 'step' | 'value'>({
  label: LABELS.tokens,
  columns: [
    { ...column('token'), name: 'token', least: 4, good: 5, most: 6, numeric: true },
    { ...column('step'), name: 'step', least: 3.5, good: 4, most: 4.5, numeric: true },
    { ...column('value'), name: 'value', least: 6, good: 7, most: 8, numeric: true },
    { ...column('text'), name: 'text', least: 6, good: 14, most: 'rest' },
  ],
  fill(position, cells) {
    const token = tokens[position];
    for (const [name, cell] of cells) cell.textContent = name === 'token' ? String(position + 1) : (token?.[name] ?? '');
    return token !== undefined;
  },
  onMissing: () => undefined,
  onChoose: (at) => { if (shown !== undefined) post({ type: 'place', of: shown.number, at, enter: true }); },
  onMove: () => undefined,
});
const tokenBox = element('details', 'tokens');
tokenBox.append(element('summary', '', LABELS.tokenTable), tokenGrid.element);
tokenBox.addEventListener('toggle', () => tokenGrid.draw());

const layers = { from: createChoice(LABELS.fromLayer, (from) => post({ type: 'layers', from, to: Math.max(from, shown?.layers?.to ?? from) })), to: createChoice(LABELS.toLayer, (to) => post({ type: 'layers', from: Math.min(to, shown?.layers?.from ?? to), to })) };
const threshold = createChoice(LABELS.threshold, (chosen) => post({ type: 'threshold', chosen }));
const curveBar = element('div', 'choices');
curveBar.append(layers.from.element, layers.to.element, threshold.element);
const attentionExtra = element('div');
attentionExtra.append(tokenBox);

const computeAll = createButton(LABELS.computeAll, () => { if (!computeAll.hasAttribute('disabled')) post({ type: 'compute', parts: [...TRACE_PARTS] }); });
const toggle = createButton(LABELS.table, () => {
  keep({ table: !kept.table });
  arrange();
  if (kept.table) grid.focus();
  else timeline.focus();
});
const bar = element('div', 'bar');
bar.append(computeAll, toggle);

const sections = new Map<string, PartSection>();
const parts = element('div', 'parts');
function sectionOf(id: string): PartSection {
  const known = sections.get(id);
  if (known !== undefined) return known;
  const section = createPartSection((part: TracePart) => post({ type: 'compute', parts: [part] }), () => post({ type: 'cancel' }), id === 'attention' ? attentionExtra : undefined);
  sections.set(id, section);
  parts.append(section.element);
  return section;
}

function arrange(): void {
  toggle.textContent = kept.table ? LABELS.picture : LABELS.table;
  timeline.element.hidden = kept.table;
  keys.hidden = kept.table;
  grid.element.hidden = !kept.table;
  if (kept.table) grid.draw();
}

function show(snapshot: OverthinkingSnapshot | undefined, missing: string | undefined): void {
  shown = snapshot;
  body.hidden = snapshot === undefined;
  const heading = snapshot?.title ?? LABELS.title;
  if (title.textContent !== heading) title.textContent = heading;
  summary.update(snapshot?.summary ?? missing ?? '');
  if (snapshot === undefined) return;
  notes.textContent = snapshot.notes.join(' ');
  notes.hidden = snapshot.notes.length === 0;
  facts.update(snapshot.facts);
  detector.textContent = snapshot.detector;
  first.update(snapshot.first.names, snapshot.first.chosen);
  ({ marks, tokens } = snapshot);
  row = -1;
  timeline.update(snapshot.timeline, snapshot.words, snapshot.curve, `${snapshot.description} ${LABELS.marks}`);
  grid.update(marks.length, undefined);
  tokenGrid.update(tokens.length, undefined);
  tokenBox.hidden = tokens.length === 0;
  curveBar.hidden = snapshot.layers === undefined;
  if (snapshot.layers !== undefined) {
    layers.from.update(snapshot.layers.names, snapshot.layers.from);
    layers.to.update(snapshot.layers.names, snapshot.layers.to);
  }
  threshold.update(snapshot.thresholds.names, snapshot.thresholds.chosen);
  computeAll.toggleAttribute('disabled', snapshot.busy);
  for (const part of snapshot.parts) sectionOf(part.id).update(part, snapshot.busy);
  keep({ uri: snapshot.uri });
}

window.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') post({ type: 'leave' });
});

const body = element('div');
body.append(facts.element, notes, first.element, bar, timeline.element, grid.element, curveBar, cursor, keys, detector, parts);
document.getElementById('overthinking')?.append(title, summary.element, body);
arrange();
window.addEventListener('message', ({ data }: MessageEvent<OverthinkingHostMessage>) => {
  if (data.type === 'snapshot') show(data.snapshot, data.missing);
  else if (data.of === shown?.number) {
    timeline.cursor(data.at ?? undefined, data.marks);
    cursor.textContent = data.text;
  }
});
post({ type: 'ready' });
