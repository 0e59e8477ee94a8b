import '../components/page.css';
import './main.css';
import type { ScoresHostMessage, ScoresRow, ScoresSnapshot, ScoresViewMessage } from '../../src/protocol/scores-view.ts';
import { createGrid, type Column } from '../components/data-grid.ts';
import { factList } from '../components/facts.ts';
import { t } from '../components/l10n.ts';
import { sampleStrip } from '../components/sample-strip.ts';
import { createStatusLine } from '../components/status-line.ts';

const host = acquireVsCodeApi<{ readonly uri: string }>();
const post = (message: ScoresViewMessage): void => host.postMessage(message);

const title = document.createElement('h1');
const summary = createStatusLine('summary');
const provenance = factList();
const note = document.createElement('p');
note.className = 'note';
let threshold = 0.5;

const text = (value: (row: ScoresRow) => string) => (cell: HTMLElement, row: ScoresRow): void => {
  cell.textContent = value(row);
};
// The numbers and the strip fit into 400 pixels; what stands after them is scrolled to.
const columns: readonly Column<ScoresRow>[] = [
  { title: t('Step'), width: '3.7em', fill: text((row) => String(row.step + 1)) },
  { title: t('Score'), width: '9.2em', fill: text((row) => [row.score, row.spread].filter((part) => part !== '').join(' ')) },
  { title: t('Hard'), width: '4em', fill: text((row) => row.hard) },
  { title: 'K', width: '2.5em', fill: text((row) => (row.samples.length === 0 ? '' : String(row.samples.length))) },
  { title: 'P(Yes) 0–1', width: '8.65em', fill: (cell, row) => cell.replaceChildren(...(row.samples.length === 0 ? [] : [sampleStrip(row.samples, threshold)])) },
  { title: t('Verdict'), width: 'minmax(14em, 20em)', fill: text((row) => row.verdict) },
  { title: t('Step text'), width: 'minmax(16em, 1fr)', fill: text((row) => row.firstWords) },
];

const grid = createGrid<ScoresRow>({
  label: t('Scores of the steps. Enter shows a step in the editor.'),
  columns,
  onChoose: (row) => post({ type: 'reveal', step: row.step }),
  rowClass: (row) => `${row.state}${row.brokenPrefix ? ' broken-prefix' : ''}`,
});
const table = document.createElement('div');
table.className = 'table';
// Not a stop of its own: the browser makes one of what scrolls, and the Tab key would lead from the grid in it back to it for ever.
table.tabIndex = -1;
table.append(grid.element);

function show(snapshot: ScoresSnapshot | undefined): void {
  title.textContent = snapshot?.title ?? t('Step Scores');
  summary.update(snapshot?.summary ?? t('No trace is open: open a file with a question and its solution, and run Stepscope: Score Steps.'));
  provenance.update(snapshot?.provenance ?? []);
  note.textContent = snapshot?.note ?? '';
  note.hidden = snapshot?.note === undefined;
  const before = threshold;
  threshold = snapshot?.threshold ?? threshold;
  table.hidden = snapshot === undefined;
  grid.update(snapshot?.rows ?? [], threshold !== before);
  if (snapshot !== undefined) host.setState({ uri: snapshot.uri });
}

document.getElementById('scores')?.append(title, summary.element, provenance.element, table, note);
window.addEventListener('message', ({ data }: MessageEvent<ScoresHostMessage>) => show(data.snapshot));
post({ type: 'ready' });
