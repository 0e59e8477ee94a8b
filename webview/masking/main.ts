import '../components/page.css';
import './main.css';
import type { MaskDraft, MaskingHostMessage, MaskingSnapshot, MaskingViewMessage } from '../../src/protocol/masking-view.ts';
import { createButton } from '../components/button.ts';
import { createChoice } from '../components/choice.ts';
import { element } from '../components/element.ts';
import { factList } from '../components/facts.ts';
import { createFilterBox } from '../components/filter-box.ts';
import { t } from '../components/l10n.ts';
import { createOptions } from '../components/options.ts';
import { scrollsByKeys } from '../components/scroll-region.ts';
import { createStatusLine } from '../components/status-line.ts';
import { createPlansView } from './plans-view.ts';
import { createStepsView } from './steps-view.ts';
import { struckText } from './struck-text.ts';

/** What outlives a reload: the run that was shown. */
interface Kept {
  readonly id?: string;
}

const host = acquireVsCodeApi<Kept>();
const post = (message: MaskingViewMessage): void => host.postMessage(message);
let shown: MaskingSnapshot | undefined;

function change(part: Partial<MaskDraft>): void {
  if (shown !== undefined) post({ type: 'draft', draft: { ...shown.draft, ...part } });
}

const title = element('h1');
const status = createStatusLine();
const notes = element('div', 'notes');
const facts = factList();
const system = element('p', 'question');
const question = element('p', 'question');
for (const text of [system, question]) scrollsByKeys(text);
question.title = t('Select a part of the question to hide it');

const targets = createOptions('checkbox', t('What to hide'), (chosen) => change({ targets: chosen }));
const part = createFilterBox({ label: t('Part of the question to hide'), placeholder: t('Words of the question to hide; or select them above'), value: '', onChange: hideWords, onLeave: () => undefined });
const partSaid = element('p', 'quiet');
partSaid.setAttribute('role', 'status');
const start = createChoice(t('From'), (at) => change({ start: shown?.starts[at]?.name ?? 'start' }));
const methods = createOptions('radio', t('How'), ([method]) => change({ method: method === 'remove' ? 'remove' : 'mask' }));
const layers = createFilterBox({ label: t('Layers, from 0'), placeholder: t('Layers, from 0, such as 2, 4-6; empty: all'), value: '', onChange: (text) => change({ layers: text }), onLeave: () => undefined });
const heads = createFilterBox({ label: t('Query heads, from 0'), placeholder: t('Query heads, from 0; empty: all'), value: '', onChange: (text) => change({ heads: text }), onLeave: () => undefined });
const partsLack = element('p', 'quiet');
const run = createButton(t('Run'), () => post({ type: 'run' }));
run.setAttribute('appearance', 'primary');
run.title = 'Ctrl+Enter';
const cancel = createButton(t('Cancel'), () => post({ type: 'cancel' }));
const policy = createButton(t('Choose Policy…'), () => post({ type: 'choose-policy' }));
const save = createButton(t('Export…'), () => post({ type: 'export' }));
const blocked = element('p', 'quiet');
const plans = createPlansView();
const steps = createStepsView((step) => change({ start: `step:${step + 1}` }));

/** Adds a part of the question, found by its words, to what is hidden. */
function hideWords(words: string): void {
  const text = shown?.question.text ?? '';
  const at = words.trim() === '' ? -1 : text.indexOf(words.trim());
  partSaid.textContent = words.trim() === '' || at >= 0 ? '' : t('The question does not hold these words as they are written.');
  if (at >= 0) hidePart(at, at + words.trim().length);
}

function hidePart(from: number, to: number): void {
  const others = shown?.draft.targets.filter((name) => !name.startsWith('selection:')) ?? [];
  change({ targets: [`selection:${from}-${to}`, ...others] });
}

/** Offsets of the browser's selection in the question. */
question.addEventListener('mouseup', () => {
  const selection = window.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return;
  const range = selection.getRangeAt(0);
  if (!question.contains(range.commonAncestorContainer)) return;
  const before = document.createRange();
  before.selectNodeContents(question);
  before.setEnd(range.startContainer, range.startOffset);
  const from = before.toString().length;
  hidePart(from, from + range.toString().length);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && shown?.busy === false) post({ type: 'run' });
});

function show(snapshot: MaskingSnapshot | undefined, missing: string | undefined): void {
  shown = snapshot;
  body.hidden = snapshot === undefined;
  title.textContent = snapshot?.title ?? t('Hidden Input');
  status.update(snapshot?.status ?? missing ?? '');
  if (snapshot === undefined) return;
  if (snapshot.id !== undefined) host.setState({ id: snapshot.id });
  const { draft, busy } = snapshot;
  notes.replaceChildren(...snapshot.notes.map((text) => element('p', 'quiet', text)));
  facts.update(snapshot.facts);
  system.hidden = snapshot.system === undefined;
  if (snapshot.system !== undefined) system.replaceChildren(`${t('System turn')}: `, struckText(snapshot.system.text, snapshot.system.hidden));
  question.replaceChildren(struckText(snapshot.question.text, snapshot.question.hidden));
  targets.update(snapshot.targets, draft.targets);
  start.update(snapshot.starts.map(({ label, lack }) => (lack === undefined ? label : `${label} (${lack})`)), snapshot.starts.findIndex(({ name }) => name === draft.start));
  methods.update(snapshot.methods, [draft.method]);
  for (const field of [layers, heads]) field.element.toggleAttribute('disabled', snapshot.partsLack !== undefined);
  partsLack.textContent = snapshot.partsLack ?? '';
  partsLack.hidden = snapshot.partsLack === undefined;
  const writes = snapshot.steps.length === 0 && snapshot.after === '';
  run.textContent = writes ? t('Write Trace') : t('Run');
  run.toggleAttribute('disabled', busy || (!writes && snapshot.blocked !== undefined));
  cancel.hidden = !busy;
  save.hidden = busy || snapshot.id === undefined;
  blocked.textContent = busy || writes ? '' : (snapshot.blocked ?? '');
  plans.update(snapshot);
  steps.update(snapshot);
}

function section(heading: string, ...parts: readonly HTMLElement[]): HTMLElement {
  const made = element('section');
  const name = element('h2', '', heading);
  // Letters of any script: the headings are translated, and each needs an id of its own.
  name.id = `h-${heading.replace(/[^\p{L}\p{N}]/gu, '-')}`;
  made.setAttribute('aria-labelledby', name.id);
  made.append(name, ...parts);
  return made;
}

const bar = element('div', 'bar');
bar.append(run, cancel, save, policy);
const fields = element('div', 'fields');
fields.append(layers.element, heads.element);
const choices = element('div', 'choices');
choices.append(section(t('What to hide'), targets.element, part.element, partSaid), section(t('From where on, and how'), start.element, methods.element, fields, partsLack));
const body = element('div');
body.append(system, question, notes, choices, bar, blocked, plans.element, section(t('Step by step'), steps.element), section(t('How it was made'), facts.element));
document.getElementById('masking')?.append(title, status.element, body);
window.addEventListener('message', ({ data }: MessageEvent<MaskingHostMessage>) => show(data.snapshot, data.missing));
show(undefined, undefined);
post({ type: 'ready' });
