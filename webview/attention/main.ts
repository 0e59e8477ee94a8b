import '../components/page.css';
import './main.css';
import type { AttentionChoiceName, AttentionColumn, AttentionHostMessage, AttentionSnapshot, AttentionViewMessage } from '../../src/protocol/attention-view.ts';
import { createButton } from '../components/button.ts';
import { createChoice, type Choice } from '../components/choice.ts';
import { element } from '../components/element.ts';
import { t } from '../components/l10n.ts';
import { usesScreenReader } from '../components/screen-reader.ts';
import { createStatusLine } from '../components/status-line.ts';
import { createVirtualGrid, type VirtualColumn } from '../components/virtual-grid.ts';
import { createMatrixView } from './matrix-view.ts';

/** What outlives a reload: where one was. The data is asked for again. */
interface Kept {
  readonly uri: string;
  readonly table: boolean;
}

const host = acquireVsCodeApi<Kept>();
const post = (message: AttentionViewMessage): void => host.postMessage(message);
// A table can be read out; of a matrix only the cell that has the focus.
let kept: Kept = host.getState() ?? { uri: '', table: usesScreenReader() };
let snapshot: AttentionSnapshot | undefined;

function keep(change: Partial<Kept>): void {
  kept = { ...kept, ...change };
  host.setState(kept);
}

const title = document.createElement('h1');
const status = createStatusLine();
const notes = element('ul', 'notes');
const bar = element('div', 'bar');
const choices = new Map<AttentionChoiceName, Choice>();

/** The lists, made with the first snapshot, which has their names. */
function showChoices(views: AttentionSnapshot['choices']): void {
  for (const { name, label, names, chosen, off } of views) {
    let choice = choices.get(name);
    if (choice === undefined) {
      choice = createChoice(label, (index) => post({ type: 'choice', name, index }));
      choices.set(name, choice);
      bar.append(choice.element);
    }
    choice.update(names, chosen, off);
  }
}

const read = createButton(t('Read'), () => post({ type: 'read' }));
const cancel = createButton(t('Cancel'), () => post({ type: 'cancel' }));
const save = createButton(t('Export…'), () => post({ type: 'export' }));
const model = createButton(t('Choose Model…'), () => post({ type: 'choose-model' }));
const select = createButton(t('Select in Text'), () => post({ type: 'select', grid: 'parts', ...parts.cell() }));
select.title = t('Selects both texts of the cell in the document (Enter)');
const pair = createButton(t('Show Tokens'), askForTokens);
pair.title = t('Shows the tokens of the cell one by one (T)');
const toggle = createButton(t('Table'), () => {
  keep({ table: !kept.table });
  arrange();
  if (kept.table) grid.focus();
  else parts.focus();
});

/** Who asks for tokens goes to them once they are there. */
let asksForTokens = false;
function askForTokens(): void {
  asksForTokens = true;
  post({ type: 'tokens', ...parts.cell() });
}

const parts = createMatrixView({
  grid: 'parts',
  onSelect: (cell) => post({ type: 'select', grid: 'parts', ...cell }),
  onTokens: askForTokens,
  onMove: () => undefined,
});
const tokens = createMatrixView({ grid: 'tokens', onSelect: (cell) => post({ type: 'select', grid: 'tokens', ...cell }), onMove: () => undefined });
/** What the numbers of the table were made of: a picture says so itself. */
const made = element('p', 'quiet');
const legend = element('p', 'quiet');
legend.textContent = t('Arrow keys go from cell to cell, Enter selects both texts in the document, T shows their tokens. Blank: comes later in the text. — in a corner: under uniform, or less than before. ╱ hidden.');

/** With parts hidden there are three numbers more. */
const HIDDEN_COLUMNS: readonly AttentionColumn[] = ['hiddenShare', 'hiddenTimes', 'change'];
const columns: readonly VirtualColumn<AttentionColumn>[] = [
  { name: 'from', title: t('From'), about: t('Whose tokens attend'), least: 6, good: 7, most: 'rest' },
  { name: 'to', title: t('To'), about: t('What they attend to'), least: 6, good: 7, most: 9 },
  { name: 'tokens', title: t('Tokens'), about: t('Tokens of both'), least: 5, good: 6, most: 7, drop: 1, numeric: true },
  { name: 'share', title: t('Share'), about: t('Share of all attention of the row, nothing hidden'), least: 4, good: 4.5, most: 6, numeric: true },
  { name: 'times', title: t('× uniform'), about: t('Times what uniform attention would give, nothing hidden'), least: 5, good: 6, most: 7, drop: 3, numeric: true },
  { name: 'hiddenShare', title: t('Hidden'), about: t('Share with parts hidden'), least: 4.5, good: 4.5, most: 6, numeric: true },
  { name: 'hiddenTimes', title: t('× uniform, hidden'), about: t('Times what uniform attention would give, with parts hidden'), least: 5, good: 8, most: 9, drop: 2, numeric: true },
  { name: 'change', title: t('Change'), about: t('Share with parts hidden minus share without'), least: 4.5, good: 5, most: 7, numeric: true },
];
const grid = createVirtualGrid<AttentionColumn>({
  label: t('The cells of the matrix. Enter selects both texts in the document.'),
  columns,
  fill(position, cells) {
    const row = snapshot?.parts?.cells[position];
    for (const [name, cell] of cells) {
      const text = row?.cells[name] ?? (HIDDEN_COLUMNS.includes(name) ? '–' : '');
      if (cell.textContent !== text) cell.textContent = text;
    }
    return row !== undefined;
  },
  onMissing: () => undefined,
  onChoose: (position) => {
    const row = snapshot?.parts?.cells[position];
    if (row !== undefined) post({ type: 'select', grid: 'parts', row: row.row, column: row.column });
  },
  onMove: (_, selected) => {
    const row = snapshot?.parts?.cells[selected];
    if (row !== undefined && kept.table) parts.goTo(row);
  },
});

function arrange(): void {
  toggle.textContent = kept.table ? t('Picture') : t('Table');
  const none = snapshot?.parts === undefined;
  parts.element.hidden = none || kept.table;
  legend.hidden = none || kept.table;
  grid.element.hidden = none || !kept.table;
  made.hidden = grid.element.hidden;
  if (!grid.element.hidden) grid.draw();
}

function show(now: AttentionSnapshot): void {
  snapshot = now;
  const { status: said, busy, off } = now;
  title.textContent = now.title;
  status.update(said);
  showChoices(now.choices);
  notes.replaceChildren(
    ...now.notes.map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
  read.textContent = off ? t('Read') : t('Read Again');
  read.toggleAttribute('disabled', busy || now.uri === '');
  cancel.hidden = !busy;
  for (const button of [save, select, pair, toggle]) button.toggleAttribute('disabled', off);
  parts.update(now.parts);
  made.textContent = now.parts?.maps.at(-1)?.description ?? '';
  tokens.update(now.tokens);
  if (asksForTokens && !busy) {
    asksForTokens = false;
    if (now.tokens !== undefined) tokens.focus();
  }
  grid.update(now.parts?.cells.length ?? 0, undefined);
  arrange();
  keep({ uri: now.uri });
}

window.addEventListener('keydown', ({ key, target }) => {
  // A list that is open is closed first.
  if (key === 'Escape' && !(target instanceof Element && target.closest('vscode-dropdown') !== null)) post({ type: 'leave' });
});
const actions = element('div', 'bar');
actions.append(read, cancel, model, pair, select, toggle, save);
document.getElementById('attention')?.append(title, status.element, bar, actions, parts.element, made, grid.element, legend, tokens.element, notes);
window.addEventListener('message', ({ data }: MessageEvent<AttentionHostMessage>) => show(data.snapshot));
post({ type: 'ready' });
