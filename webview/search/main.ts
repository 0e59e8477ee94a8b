import '../components/page.css';
import '../components/panel.css';
import './main.css';
import type { CandidateColumn, CandidateRow, SearchHostMessage, SearchSnapshot, SearchViewMessage } from '../../src/protocol/search-view.ts';
import { createButton } from '../components/button.ts';
import { createChoice } from '../components/choice.ts';
import { factList } from '../components/facts.ts';
import { t } from '../components/l10n.ts';
import { scrollsByKeys } from '../components/scroll-region.ts';
import { createStatusLine } from '../components/status-line.ts';
import { createVirtualGrid, fillCells, type VirtualColumn } from '../components/virtual-grid.ts';
import { createDetailView } from './detail-view.ts';
import { createLaneView, type Place } from './lane-view.ts';
import { createWhatIfView } from './what-if-view.ts';

/** What outlives a reload: where one was. The data is asked for again. */
interface Kept {
  readonly id: string;
  readonly problem: number;
  readonly selected?: Place;
  readonly table: boolean;
}

const host = acquireVsCodeApi<Kept>();
const post = (message: SearchViewMessage): void => host.postMessage(message);
let kept: Kept = host.getState() ?? { id: '', problem: 0, table: false };
let rows: readonly CandidateRow[] = [];

function keep(change: Partial<Kept>): void {
  kept = { ...kept, ...change };
  host.setState(kept);
}

function select(place: Place): void {
  keep({ selected: place });
  post({ type: 'select', ...place });
}

const title = document.createElement('h1');
const status = createStatusLine();
const overall = document.createElement('p');
overall.className = 'quiet';
const question = document.createElement('p');
question.className = 'question';
scrollsByKeys(question);
const notes = document.createElement('p');
notes.className = 'quiet';
const facts = factList();
const more = factList();
const settings = document.createElement('details');
const settingsTitle = document.createElement('summary');
settingsTitle.textContent = t('All settings');
settings.append(settingsTitle, more.element);
const problems = createChoice(t('Problem'), (problem) => {
  leave(problem);
  post({ type: 'problem', problem });
});

/** Goes to another problem, whose candidates are others. */
function leave(problem: number): void {
  kept = { id: kept.id, problem, table: kept.table };
  host.setState(kept);
  detail.update(undefined);
  lane.select(undefined);
}
const cancel = createButton(t('Cancel'), () => post({ type: 'cancel' }));
const resume = createButton(t('Resume'), () => post({ type: 'resume' }));
const trace = createButton(t('Show Trace'), () => post({ type: 'show-trace' }));
const save = createButton(t('Export…'), () => post({ type: 'export' }));
const toggle = createButton(t('Table'), () => {
  keep({ table: !kept.table });
  arrange();
  if (kept.table) grid.focus();
  else lane.focus();
});

const lane = createLaneView(select);
const legend = document.createElement('p');
legend.className = 'quiet legend';
legend.textContent = t('● chosen   ○ not chosen   × dropped   – no score   ◌ being judged   ■ ends the solution   ↻ made again. The bar is P(Yes); the ticks under it are bad, low and good.');

const columns: readonly VirtualColumn<CandidateColumn>[] = [
  { name: 'round', title: t('Round'), about: t('Position of the round'), least: 4.5, good: 4.5, most: 5, numeric: true },
  { name: 'step', title: t('Step'), about: t('Step of the solution that the round proposes; ↻: made again'), least: 4, good: 4, most: 4.5, numeric: true },
  { name: 'mode', title: t('Mode'), about: t('Thinking mode of the round'), least: 5.5, good: 6.5, most: 7, drop: 3 },
  { name: 'candidate', title: t('Candidate'), about: t('Number among the candidates of the round'), least: 4, good: 6, most: 6.5, drop: 4 },
  { name: 'score', title: 'P(Yes)', about: t('Score as the last step'), least: 4.6, good: 5, most: 5.5, numeric: true },
  { name: 'state', title: t('What became of it'), about: t('Chosen or not, dropped and why'), least: 6, good: 12, most: 14 },
  { name: 'next', title: t('Rule'), about: t('What the round was decided by, and what came next'), least: 8, good: 14, most: 18, drop: 5 },
  { name: 'policy', title: t('Policy'), about: t('Tokens that the policy wrote'), least: 5, good: 5, most: 5.5, drop: 2, numeric: true },
  { name: 'verifier', title: t('Verifier'), about: t('Tokens that the verifier wrote about it'), least: 5.5, good: 5.5, most: 6, drop: 1, numeric: true },
  { name: 'text', title: t('Text'), about: t('How the candidate begins'), least: 7, good: 14, most: 'rest' },
];
const grid = createVirtualGrid<CandidateColumn>({
  label: t('Candidates of all rounds. Enter shows a candidate below.'),
  columns,
  fill(position, cells, line) {
    const row = rows[position];
    line.className = `grid-row ${row?.state ?? ''}`;
    fillCells(cells, (name) => row?.cells[name] ?? '');
    return row !== undefined;
  },
  onMissing: () => undefined,
  onChoose: (position) => choose(position),
  onMove: (_, selected) => choose(selected),
});

function choose(position: number): void {
  const row = rows[position];
  if (row === undefined || !kept.table) return;
  const place = { round: row.round, candidate: row.candidate };
  if (kept.selected?.round === place.round && kept.selected.candidate === place.candidate) return;
  lane.select(place);
  select(place);
}

const detail = createDetailView(({ round, candidate }) => post({ type: 'branch', round, candidate }));
const whatIf = createWhatIfView({ onChange: (settings) => post({ type: 'what-if', settings: settings ?? null }), onRun: () => post({ type: 'run' }) });

function arrange(): void {
  toggle.textContent = kept.table ? t('Picture') : t('Table');
  lane.element.hidden = kept.table;
  legend.hidden = kept.table;
  grid.element.hidden = !kept.table;
  if (kept.table) grid.draw();
}

function show(snapshot: SearchSnapshot | undefined, missing: string | undefined): void {
  body.hidden = snapshot === undefined;
  if (snapshot !== undefined && snapshot.problem !== kept.problem) leave(snapshot.problem);
  title.textContent = snapshot?.title ?? t('Search');
  status.update(snapshot?.status ?? missing ?? '');
  if (snapshot === undefined) return;
  overall.textContent = snapshot.overall ?? '';
  overall.hidden = snapshot.overall === undefined;
  question.textContent = snapshot.question;
  notes.textContent = snapshot.notes.join(' ');
  notes.hidden = snapshot.notes.length === 0;
  facts.update(snapshot.facts);
  more.update(snapshot.settings);
  settings.hidden = snapshot.settings.length === 0;
  problems.element.hidden = snapshot.problems.length < 2;
  problems.update(snapshot.problems, snapshot.problem);
  cancel.hidden = !snapshot.busy;
  resume.hidden = !snapshot.resumable;
  trace.hidden = !snapshot.hasTrace;
  lane.update(snapshot.picture, snapshot.label);
  ({ rows } = snapshot);
  grid.update(rows.length, undefined);
  whatIf.update(snapshot.whatIf);
  const first = kept.id === '' || restoring;
  restoring = false;
  keep({ id: snapshot.id, problem: snapshot.problem });
  if (first && kept.selected !== undefined) {
    lane.select(kept.selected);
    post({ type: 'select', ...kept.selected });
  }
}
let restoring = true;

const bar = document.createElement('div');
bar.className = 'bar';
bar.append(cancel, resume, trace, save, toggle);
const below = document.createElement('div');
below.className = 'below';
below.append(detail.element, whatIf.element);
const body = document.createElement('div');
body.append(overall, problems.element, question, facts.element, settings, notes, bar, lane.element, legend, grid.element, below);
document.getElementById('search')?.append(title, status.element, body);
detail.update(undefined);
arrange();
window.addEventListener('message', ({ data }: MessageEvent<SearchHostMessage>) => {
  if (data.type === 'snapshot') show(data.snapshot, data.missing);
  else if (data.detail.round === kept.selected?.round && data.detail.candidate === kept.selected.candidate) detail.update(data.detail);
});
post({ type: 'ready', problem: kept.problem });
