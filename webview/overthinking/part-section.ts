import type { TracePart } from '../../src/core/bias/trace-part.ts';
import type { PartView } from '../../src/protocol/overthinking-view.ts';
import { createButton } from '../components/button.ts';
import { chartFigure } from '../components/chart-figure.ts';
import { factList } from '../components/facts.ts';
import { plainTable } from '../components/plain-table.ts';
import { LABELS } from './labels.ts';

/** A table of layers is shown whole: no model has more. */
const MOST_ROWS = 2000;

export interface PartSection {
  readonly element: HTMLElement;
  update(part: PartView, busy: boolean): void;
}

/** One part: what it is, the button that computes it or the sentence why not, and what it came to. `extra` stands before the charts. */
export function createPartSection(onCompute: (part: TracePart) => void, onCancel: () => void, extra?: HTMLElement): PartSection {
  const element = document.createElement('section');
  const heading = document.createElement('h2');
  const about = document.createElement('p');
  about.className = 'quiet';
  const message = document.createElement('p');
  message.className = 'message';
  message.setAttribute('role', 'status');
  let part: TracePart | undefined;
  const compute = createButton('', () => {
    if (part !== undefined && !compute.hasAttribute('disabled')) onCompute(part);
  });
  const cancel = createButton(LABELS.cancel, onCancel);
  const bar = document.createElement('div');
  bar.className = 'bar';
  bar.append(compute, cancel);
  const facts = factList();
  const content = document.createElement('div');
  const provenance = document.createElement('p');
  provenance.className = 'quiet';
  element.append(heading, about, bar, message, facts.element, ...(extra === undefined ? [] : [extra]), content, provenance);
  let drawn = '';
  return {
    element,
    update(view, busy) {
      ({ part } = view);
      element.id = `part-${view.id}`;
      element.dataset['state'] = view.state;
      heading.textContent = view.title;
      about.textContent = view.about;
      bar.hidden = view.part === undefined;
      compute.textContent = view.state === 'done' ? LABELS.again(view.action ?? '') : (view.action ?? '');
      compute.hidden = view.state === 'running';
      compute.toggleAttribute('disabled', busy || view.state === 'lacking');
      cancel.hidden = view.state !== 'running';
      const text = view.state === 'running' ? LABELS.running : (view.message ?? '');
      if (message.textContent !== text) message.textContent = text;
      message.hidden = text === '';
      facts.update(view.facts);
      if (extra !== undefined) extra.hidden = view.charts.length === 0 && view.tables.length === 0;
      provenance.textContent = view.provenance ?? '';
      provenance.hidden = view.provenance === undefined;
      const now = JSON.stringify([view.charts, view.tables]);
      // What is the same keeps its elements: a table that was unfolded stays so.
      if (now === drawn) return;
      drawn = now;
      content.replaceChildren(
        ...view.charts.map((chart) => chartFigure(chart, view.id, undefined, MOST_ROWS)),
        ...view.tables.map((table) => {
          const box = document.createElement('details');
          box.open = view.charts.length === 0;
          const summary = document.createElement('summary');
          summary.textContent = table.name;
          box.append(summary, plainTable(table));
          return box;
        }),
      );
    },
  };
}
