import '../components/page.css';
import '../components/panel.css';
import './main.css';
import type { CompareColumn, CompareHostMessage, CompareRow, CompareSnapshot, CompareViewMessage } from '../../src/protocol/compare-view.ts';
import { createButton } from '../components/button.ts';
import { chartFigure } from '../components/chart-figure.ts';
import { createChoice } from '../components/choice.ts';
import { keepPlace } from '../components/keep-place.ts';
import { t } from '../components/l10n.ts';
import { plainTable } from '../components/plain-table.ts';
import { createStatusLine } from '../components/status-line.ts';
import { createVirtualGrid, fillCells, type VirtualColumn } from '../components/virtual-grid.ts';

/** What outlives a reload: which runs, and what the others are compared with. The data is asked for again. */
interface Kept {
  readonly runs: readonly string[];
  readonly reference: number | null;
  /** Only problems on which the strategies differ. */
  readonly differing: boolean;
}

/** Words of the view. */
const WORDS = {
  waiting: t('Waiting for the first result…'),
  cancel: t('Cancel'),
  save: t('Export…'),
  reference: t('Differences to'),
  problems: t('Problems'),
  all: t('Show All Problems'),
  differing: t('Show Only Where They Differ'),
  grid: t('Problems under each strategy. Enter opens the search.'),
  none: t('No problem on which some strategies are right and some are not.'),
} as const;

const host = acquireVsCodeApi<Kept>();
const post = (message: CompareViewMessage): void => host.postMessage(message);
let kept: Kept = host.getState() ?? { runs: [], reference: null, differing: false };
let snapshot: CompareSnapshot | undefined;
let rows: readonly CompareRow[] = [];

function keep(change: Partial<Kept>): void {
  kept = { ...kept, ...change };
  host.setState(kept);
}

function openRun(at: number): void {
  const run = snapshot?.runs[at];
  if (run !== undefined) post({ type: 'open', run, problem: null });
}

const title = document.createElement('h1');
const status = createStatusLine();
status.update(WORDS.waiting);
const cancel = createButton(WORDS.cancel, () => post({ type: 'cancel' }));
const save = createButton(WORDS.save, () => post({ type: 'export' }));
const bar = document.createElement('div');
bar.className = 'bar';
bar.append(cancel, save);
const warnings = document.createElement('div');
const arms = document.createElement('section');
const charts = document.createElement('section');
charts.className = 'charts';
const reference = createChoice(WORDS.reference, (at) => {
  keep({ reference: at });
  post({ type: 'reference', reference: at });
});
const differences = document.createElement('section');
const settings = document.createElement('section');
const heading = document.createElement('h2');
heading.textContent = WORDS.problems;
const filter = createButton(WORDS.differing, () => {
  keep({ differing: !kept.differing });
  list();
});
const none = document.createElement('p');
none.className = 'quiet';
none.textContent = WORDS.none;

const columns: readonly VirtualColumn<CompareColumn>[] = [
  { name: 'problem', title: t('Problem'), about: t('Id or row of the problem'), least: 6, good: 9, most: 14 },
  { name: 'strategy', title: t('Strategy'), about: t('Whose search it is'), least: 7, good: 9, most: 18 },
  { name: 'correct', title: t('Right'), about: t('✓ right, ✗ not right, – no right answer is known; or why it is not counted'), least: 4, good: 5, most: 7 },
  { name: 'answer', title: t('Answer'), about: t('What the search answers'), least: 4.5, good: 6, most: 9 },
  { name: 'gold', title: t('Gold'), about: t('The right answer'), least: 4, good: 5, most: 8, drop: 4 },
  { name: 'rounds', title: t('Rounds'), about: t('Rounds of the search'), least: 4.5, good: 5, most: 5.5, drop: 3, numeric: true },
  { name: 'policy', title: t('Policy'), about: t('Tokens that the policy wrote'), least: 5, good: 5, most: 6, drop: 2, numeric: true },
  { name: 'verifier', title: t('Verifier'), about: t('Tokens that the verifier wrote'), least: 5, good: 5.5, most: 6, drop: 1, numeric: true },
  { name: 'question', title: t('Question'), about: t('How the question begins'), least: 7, good: 14, most: 'rest' },
];
const grid = createVirtualGrid<CompareColumn>({
  label: WORDS.grid,
  columns,
  fill(position, cells) {
    const row = rows[position];
    fillCells(cells, (name) => row?.cells[name] ?? '');
    return row !== undefined;
  },
  onMissing: () => undefined,
  onChoose(position) {
    const row = rows[position];
    if (row !== undefined) post({ type: 'open', run: row.run, problem: row.problem });
  },
  onMove: () => undefined,
});

function list(): void {
  rows = (snapshot?.rows ?? []).filter(({ differs }) => !kept.differing || differs);
  filter.textContent = kept.differing ? WORDS.all : WORDS.differing;
  grid.element.hidden = rows.length === 0;
  none.hidden = rows.length > 0;
  grid.update(rows.length, undefined);
}

function show(now: CompareSnapshot): void {
  const before = snapshot;
  snapshot = now;
  keep({ runs: now.runs, reference: now.reference });
  title.textContent = now.title;
  status.update(now.status);
  cancel.hidden = !now.busy;
  reference.update(now.names, now.reference);
  reference.element.hidden = now.names.length < 2;
  list();
  // Numbers change seldom while a search goes on: what is being read or copied stays as it is.
  if (before !== undefined && JSON.stringify(numbersOf(before)) === JSON.stringify(numbersOf(now))) return;
  warnings.replaceChildren(...now.warnings.map(warning));
  const byName = (name: string): void => openRun(now.names.indexOf(name));
  keepPlace(arms, () => arms.replaceChildren(plainTable(now.arms, byName)));
  differences.replaceChildren(...(now.names.length < 2 ? [] : [plainTable(now.differences)]));
  keepPlace(charts, () => charts.replaceChildren(...now.charts.map((chart) => chartFigure(chart, 'compare', byName)), ...now.modes.map((chart) => chartFigure(chart, 'compare'))));
  settings.replaceChildren(plainTable(now.settings));
}

function numbersOf({ names, warnings: said, charts: pictures, arms: table, differences: paired, modes, settings: set }: CompareSnapshot): unknown {
  return [names, said, pictures, table, paired, modes, set];
}

function warning(text: string): HTMLElement {
  const paragraph = document.createElement('p');
  paragraph.className = 'warning';
  paragraph.textContent = text;
  return paragraph;
}

cancel.hidden = true;
const problemBar = document.createElement('div');
problemBar.className = 'bar';
problemBar.append(filter);
document.getElementById('compare')?.append(title, status.element, bar, warnings, arms, charts, reference.element, differences, settings, heading, problemBar, none, grid.element);
list();
window.addEventListener('message', ({ data }: MessageEvent<CompareHostMessage>) => show(data.snapshot));
post({ type: 'ready', runs: [...kept.runs], reference: kept.reference });
