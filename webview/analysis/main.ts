import '../components/page.css';
import './main.css';
import type { AnalysisHostMessage, AnalysisSnapshot, AnalysisViewMessage } from '../../src/protocol/analysis-view.ts';
import { createButton } from '../components/button.ts';
import { element } from '../components/element.ts';
import { t } from '../components/l10n.ts';
import { scrollsByKeys } from '../components/scroll-region.ts';
import { createTabStrip } from '../components/tab-strip.ts';
import { createAnalysisText, MISQUOTED } from './analysis-text.ts';

const host = acquireVsCodeApi<{ readonly uri: string; readonly step: number; readonly sample: number }>();
const post = (message: AnalysisViewMessage): void => host.postMessage(message);
let shown: AnalysisSnapshot | undefined;
let shownParts = '';

const title = element('h1');
title.setAttribute('aria-live', 'polite');
const trace = element('p', 'trace');
const stepText = element('blockquote');
scrollsByKeys(stepText);
const numbers = element('div', 'numbers');
const provenance = element('p', 'provenance');
const message = element('p', 'message');
const legend = element('p', 'provenance');
const analysis = createAnalysisText({
  onPoint: (quote) => {
    if (shown !== undefined) post({ type: 'point', of: shown.number, quote });
  },
  onChoose: (quote) => {
    if (shown !== undefined) post({ type: 'choose', of: shown.number, quote });
  },
});
const samples = createTabStrip(t('Samples of the step'), analysis.element.id, (index) => post({ type: 'sample', index }));
const previous = createButton(t('Previous Step'), () => post({ type: 'step', by: -1 }));
const next = createButton(t('Next Step'), () => post({ type: 'step', by: 1 }));
const score = createButton('', () => post({ type: 'score' }));
const more = createButton('', () => post({ type: 'more' }));
const actions = element('div', 'actions');
actions.append(previous, next, score, more);

function paragraphs(texts: readonly string[], className: string): HTMLElement[] {
  return texts.map((text) => {
    const paragraph = element('p', className);
    paragraph.textContent = text;
    return paragraph;
  });
}

/** Shows a text where there is one. */
function say(where: HTMLElement, text: string | undefined): void {
  where.textContent = text ?? '';
  where.hidden = text === undefined;
}

function show(snapshot: AnalysisSnapshot | undefined): void {
  shown = snapshot;
  // Only a change is spoken.
  const heading = snapshot?.title ?? t('Analysis');
  if (title.textContent !== heading) title.textContent = heading;
  say(trace, snapshot?.trace);
  say(stepText, snapshot?.stepText);
  numbers.replaceChildren(...paragraphs(snapshot?.scores ?? [], 'score'), ...paragraphs(snapshot?.cautions ?? [], 'caution'));
  say(provenance, snapshot?.provenance);
  say(message, snapshot === undefined ? t('No trace is open: open a file with a question and its solution, and run Stepscope: Show Analysis of Step.') : snapshot.message);
  say(score, snapshot?.score);
  say(more, snapshot?.more);
  for (const [button, off] of [[previous, (snapshot?.step ?? 0) === 0], [next, snapshot === undefined || snapshot.step + 1 >= snapshot.steps]] as const) {
    button.hidden = snapshot === undefined;
    button.toggleAttribute('disabled', off);
  }
  samples.update((snapshot?.samples ?? []).map(({ name, verdict }) => ({ name, detail: verdict })), snapshot?.chosen ?? 0);
  samples.element.hidden = (snapshot?.samples.length ?? 0) < 1;
  const parts = JSON.stringify([snapshot?.uri, snapshot?.step, snapshot?.chosen, snapshot?.parts]);
  // The same analysis keeps its elements, and so the focus, while other numbers come in.
  if (parts !== shownParts) analysis.update(snapshot?.parts ?? []);
  shownParts = parts;
  const pieces = snapshot?.parts.flatMap((part) => part.pieces) ?? [];
  legend.hidden = pieces.length === 0;
  const links = t('Links are found by equal text, an approximation: numbers by their value, phrases of three words or more without case.');
  legend.textContent = pieces.some(({ misquoted }) => misquoted === true) ? `${links} ≠ ${MISQUOTED}.` : links;
  if (snapshot !== undefined) host.setState({ uri: snapshot.uri, step: snapshot.step, sample: snapshot.chosen });
}

/** The keys of stepping work here too, and Escape goes back to the text. */
window.addEventListener('keydown', (event) => {
  const stepping = (event.altKey && event.shiftKey && !event.ctrlKey) || (event.altKey && event.ctrlKey);
  if (event.key === 'Escape') post({ type: 'leave' });
  else if (stepping && event.code === 'BracketRight') post({ type: 'step', by: 1 });
  else if (stepping && event.code === 'BracketLeft') post({ type: 'step', by: -1 });
});

document.getElementById('analysis')?.append(title, trace, stepText, numbers, actions, samples.element, message, analysis.element, legend, provenance);
window.addEventListener('message', ({ data }: MessageEvent<AnalysisHostMessage>) => {
  switch (data.type) {
    case 'snapshot':
      show(data.snapshot);
      return;
    case 'marked':
      if (data.of === shown?.number) analysis.mark(data.quotes);
      return;
    case 'focus':
      analysis.focus();
  }
});
post({ type: 'ready' });
