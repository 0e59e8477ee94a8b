import '../components/page.css';
import './main.css';
import { reportReader } from '../../src/protocol/report-parts.ts';
import type { ReportHostMessage, ReportKey, ReportViewMessage } from '../../src/protocol/report-view.ts';
import { createButton } from '../components/button.ts';
import { keepInSight, keepPlace } from '../components/keep-place.ts';
import { t } from '../components/l10n.ts';
import { createStatusLine } from '../components/status-line.ts';
import { createBlockList } from './block-view.ts';

const host = acquireVsCodeApi<ReportKey>();
const post = (message: ReportViewMessage): void => host.postMessage(message);

const status = createStatusLine();
const actions = document.createElement('span');
actions.className = 'bar';
const copy = createButton(t('Copy as Markdown'), () => post({ type: 'copy' }));
const save = createButton(t('Export…'), () => post({ type: 'export' }));
const bar = document.createElement('div');
bar.className = 'bar';
bar.append(actions, copy, save);
const list = createBlockList((ref) => post({ type: 'open', ref }));
document.getElementById('report')?.append(status.element, bar, list.element);

let offered = '';
const reader = reportReader();
window.addEventListener('message', ({ data: message }: MessageEvent<ReportHostMessage>) => {
  const data = reader.take(message);
  if (data === undefined) return;
  host.setState(data.key);
  document.title = data.title;
  keepInSight(list.element, () => {
    status.update(data.status);
    copy.hidden = data.blocks.length === 0;
    save.hidden = !data.canExport;
    const now = JSON.stringify(data.actions);
    if (now !== offered) keepPlace(actions, () => actions.replaceChildren(...data.actions.map(({ id, title }) => createButton(title, () => post({ type: 'action', action: id })))));
    offered = now;
    list.update(data.blocks);
  });
});
post({ type: 'ready' });
