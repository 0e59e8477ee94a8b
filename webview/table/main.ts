import './main.css';
import { MOST_ROWS_A_PAGE, type TableColumn, type TableHostMessage, type TableQuery, type TableRow, type TableState, type TableViewMessage } from '../../src/protocol/table-view.ts';
import { createButton } from '../components/button.ts';
import { createFilterBox } from '../components/filter-box.ts';
import { t } from '../components/l10n.ts';
import { createStatusLine } from '../components/status-line.ts';
import { createVirtualGrid, fillCells, type VirtualColumn } from '../components/virtual-grid.ts';

/** What outlives a reload: where one was. The data is asked for again. */
interface Place {
  readonly query: TableQuery;
  readonly top: number;
  readonly selected: number;
}

const host = acquireVsCodeApi<Place>();
const post = (message: TableViewMessage): void => host.postMessage(message);

const columns: readonly VirtualColumn<TableColumn>[] = [
  { name: 'row', title: t('Row'), about: t('Place in the file, from 0'), least: 3.4, good: 3.8, most: 4.2, numeric: true },
  { name: 'id', title: t('Id'), about: t("The row's own id"), least: 4.5, good: 7, most: 11 },
  { name: 'problem', title: t('Problem'), about: t('How the problem begins; for a row that is no trace, why'), least: 7, good: 14, most: 'rest' },
  { name: 'traces', title: t('Traces'), about: t('Traces of the row; the other columns are about the first. Shift+Enter asks which one to open'), least: 5, good: 5, most: 5.8, drop: 3, numeric: true },
  { name: 'steps', title: t('Steps'), about: t('Steps of the solution'), least: 4.8, good: 4.8, most: 5.6, drop: 4, numeric: true },
  { name: 'length', title: t('Length'), about: t('Characters of the solution'), least: 5.4, good: 5.4, most: 6.2, drop: 1, numeric: true },
  { name: 'label', title: t('Label'), about: t('First error according to the data, and who made the label'), least: 4.9, good: 10, most: 12 },
  { name: 'firstError', title: t('Ours'), about: t('First step whose stored score is under the threshold'), least: 5.2, good: 6, most: 8 },
  { name: 'minScore', title: t('Min'), about: t('Lowest stored score of a step'), least: 4.2, good: 4.4, most: 5.6, numeric: true },
  { name: 'agreement', title: t('Agrees'), about: t('Whether our first error is that of the label'), least: 5.2, good: 6, most: 8.2 },
  { name: 'notes', title: t('Notes'), about: t('Marked steps of yours with which our verdicts agree, of all marked steps with a verdict'), least: 5, good: 5, most: 6, drop: 2 },
];
/** Rows that are asked for around those in sight. */
const AHEAD = 30;
/** Rows that are kept; beyond that the far ones are forgotten. */
const MOST_KEPT = 2000;

const before = host.getState();
let place: Place = before ?? { query: { filter: '', sort: undefined }, top: 0, selected: 0 };
let state: TableState | undefined;
const rows = new Map<number, TableRow>();
/** What was known of rows that are asked for again. */
let outdated: ReadonlyMap<number, TableRow> = new Map();
/** Positions that are on their way. */
const asked = new Set<number>();

function remember(change: Partial<Place>): void {
  place = { ...place, ...change };
  host.setState(place);
}

function search(query: TableQuery): void {
  remember({ query, top: 0, selected: 0 });
  grid.restore(0, 0);
  post({ type: 'query', query });
}

const filter = createFilterBox({
  label: t('Filter: text in problem or solution'),
  placeholder: t('Filter by text in problem or steps ( / )'),
  value: place.query.filter,
  onChange: (text) => search({ ...place.query, filter: text }),
  onLeave: () => grid.focus(),
});
const cancel = createButton(t('Cancel'), () => post({ type: 'cancel' }));
const status = createStatusLine();
status.update(t('Opening…'));
const trouble = document.createElement('p');
trouble.className = 'trouble';
trouble.setAttribute('role', 'alert');
const troubleText = document.createElement('span');
const readings = [createButton(t('Map Fields…'), () => post({ type: 'reading', by: 'map' })), createButton(t('Choose Format…'), () => post({ type: 'reading', by: 'format' }))];
trouble.append(troubleText, ...readings);

const grid = createVirtualGrid<TableColumn>({
  label: t('Traces of the data set. Enter opens a trace, Shift+Enter asks which one of a row with several, slash goes to the filter.'),
  columns,
  fill(position, cells, line) {
    const row = rows.get(position) ?? outdated.get(position);
    line.className = row === undefined ? 'grid-row waiting' : `grid-row ${row.kind} ${row.agreement ?? ''}`;
    fillCells(cells, (name) => row?.cells[name] ?? (name === 'problem' ? '…' : ''));
    return rows.has(position);
  },
  onMissing(start, count) {
    if (state === undefined) return;
    const from = Math.max(0, start - AHEAD);
    const to = Math.min(state.shown, start + count + AHEAD);
    const positions = Array.from({ length: to - from }, (_, index) => from + index).filter((position) => !rows.has(position) && !asked.has(position));
    const first = positions[0];
    if (first === undefined) return;
    const wanted = positions.filter((position) => position < first + MOST_ROWS_A_PAGE);
    wanted.forEach((position) => asked.add(position));
    post({ type: 'page', list: state.list, start: first, count: (wanted.at(-1) ?? first) - first + 1 });
  },
  onChoose(position, others) {
    const row = rows.get(position) ?? outdated.get(position);
    // For a row that is no trace, the extension says why.
    if (row !== undefined) post({ type: others ? 'variants' : 'open', row: row.row });
  },
  onSort(column) {
    const { sort } = place.query;
    const next = sort?.column !== column ? { column, descending: false } : sort.descending ? undefined : { column, descending: true };
    search({ ...place.query, sort: next });
  },
  onMove: (top, selected) => remember({ top, selected }),
});

function show(now: TableState): void {
  if (state?.list !== now.list) {
    rows.clear();
    asked.clear();
    outdated = new Map();
  }
  state = now;
  status.update([now.status, now.format].filter((part) => part !== '').join(' '));
  cancel.hidden = !now.busy;
  troubleText.textContent = now.trouble ?? '';
  for (const button of readings) button.hidden = !now.unread;
  trouble.hidden = now.trouble === undefined;
  grid.element.hidden = now.status === '';
  grid.update(now.shown, place.query.sort);
}

function keep(start: number, page: readonly TableRow[]): void {
  page.forEach((row, index) => {
    rows.set(start + index, row);
    asked.delete(start + index);
  });
  for (const position of rows.keys()) {
    if (rows.size <= MOST_KEPT) break;
    if (Math.abs(position - place.top) > MOST_KEPT / 4) rows.delete(position);
  }
  grid.draw();
}

function receive(message: TableHostMessage): void {
  switch (message.type) {
    case 'state':
      show(message.state);
      return;
    case 'page':
      if (message.list === state?.list) keep(message.start, message.rows);
      return;
    case 'stale':
      outdated = new Map(rows);
      rows.clear();
      asked.clear();
      grid.draw();
  }
}

const bar = document.createElement('div');
bar.className = 'bar';
bar.append(filter.element, cancel);
cancel.hidden = true;
trouble.hidden = true;
document.getElementById('table')?.append(bar, status.element, trouble, grid.element);
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof Element && event.target.tagName === 'VSCODE-TEXT-FIELD';
  if (event.key !== '/' || typing || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  filter.focus();
});
window.addEventListener('message', ({ data }: MessageEvent<TableHostMessage>) => receive(data));
grid.restore(place.top, place.selected);
post({ type: 'ready', query: place.query });
grid.focus();
