import type { MaskedStep, MaskingSnapshot, PlanResult } from '../../src/protocol/masking-view.ts';
import { t } from '../components/l10n.ts';
import { moved } from '../components/moved.ts';
import { scrollRegion } from '../components/scroll-region.ts';
import { struckText } from './struck-text.ts';

export interface StepsView {
  readonly element: HTMLElement;
  update(snapshot: MaskingSnapshot): void;
}

/** The trace beside what became of it under each plan, step by step, as a table. A step's number sets the start of the mask. */
export function createStepsView(onStart: (step: number) => void): StepsView {
  const element = scrollRegion('scroll', t('Steps of the trace and of its continuations'));
  const table = document.createElement('table');
  table.className = 'steps';
  element.append(table);
  let focused = 0;
  let drawn = '';

  table.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button.start') : null;
    if (button instanceof HTMLElement) choose(Number(button.dataset['step']));
  });
  table.addEventListener('keydown', (event) => {
    const all = buttons();
    const at = all.findIndex((button) => button === event.target);
    const next = at < 0 ? undefined : moved(event.key, at, all.length);
    if (next === undefined) return;
    event.preventDefault();
    focusOn(next);
  });

  const buttons = (): HTMLButtonElement[] => [...table.querySelectorAll<HTMLButtonElement>('button.start')];

  function choose(step: number): void {
    focused = step;
    onStart(step);
  }

  function focusOn(step: number): void {
    buttons().forEach((button, index) => (button.tabIndex = index === step ? 0 : -1));
    focused = step;
    buttons()[step]?.focus();
  }

  return {
    element,
    update(snapshot) {
      // A snapshot comes with each event of a run: what has not changed keeps its place and its focus.
      const now = JSON.stringify([snapshot.steps, snapshot.after, snapshot.results.map(({ label, rows, message }) => [label, rows, message]), snapshot.startLabel, snapshot.startStep, snapshot.busy]);
      if (now === drawn) return;
      drawn = now;
      const had = table.contains(document.activeElement);
      const head = document.createElement('thead');
      head.append(row([cell('th', t('Step')), cell('th', t('Original')), ...snapshot.results.map(({ label }) => cell('th', label))]));
      const body = document.createElement('tbody');
      snapshot.steps.forEach((_, index) => {
        if (index === snapshot.startStep) body.append(startRow(snapshot));
        body.append(stepRow(snapshot, index));
      });
      if (snapshot.steps.length === 0) body.append(startRow(snapshot));
      body.append(row([cell('th', t('end')), cell('td', snapshot.after), ...snapshot.results.map((result) => resultCell(result, snapshot.steps.length))]));
      table.replaceChildren(head, body);
      focused = Math.min(focused, Math.max(0, snapshot.steps.length - 1));
      buttons().forEach((button, index) => (button.tabIndex = index === focused ? 0 : -1));
      if (had) buttons()[focused]?.focus();
    },
  };

  function stepRow({ steps, results, startStep, busy }: MaskingSnapshot, index: number): HTMLElement {
    const step = steps[index];
    const number = cell('th', '');
    number.scope = 'row';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'start';
    button.dataset['step'] = String(index);
    button.textContent = String(index + 1);
    button.disabled = busy;
    button.title = t('Start the mask at step {0}', index + 1);
    button.setAttribute('aria-label', button.title);
    button.setAttribute('aria-pressed', String(index === startStep));
    number.append(button);
    const text = cell('td', '');
    text.append(struckText(step?.text ?? '', step?.hidden ?? [], step?.startAt));
    for (const mark of step?.marks ?? []) text.append(small('mark-note', mark));
    return row([number, text, ...results.map((result) => resultCell(result, index))]);
  }
}

/** The line at which the mask starts, over all columns. */
function startRow({ startLabel, results }: MaskingSnapshot): HTMLElement {
  const line = cell('th', t('Mask starts at: {0}', startLabel));
  line.colSpan = 2 + results.length;
  line.scope = 'rowgroup';
  const made = row([line]);
  made.className = 'start-line';
  return made;
}

/** Nothing where a plan has no result: its table of numbers says why. */
function resultCell({ rows }: PlanResult, index: number): HTMLElement {
  return rows.length === 0 ? cell('td', '') : maskedCell(rows[index] ?? []);
}

function maskedCell(steps: readonly MaskedStep[]): HTMLElement {
  const made = cell('td', '');
  for (const step of steps) made.append(maskedStep(step));
  if (steps.length === 0) made.append(small('sign', '–'));
  return made;
}

function maskedStep({ step, text, state, difference }: MaskedStep): HTMLElement {
  const element = document.createElement('div');
  element.className = `masked ${state}${difference === undefined ? '' : ' first-difference'}`;
  const sign = { kept: t('kept'), same: '=', differs: '≠' }[state];
  const number = small('sign', `${step + 1} ${sign}`);
  element.append(number);
  if (state === 'kept') return element;
  const { start, end } = difference ?? { start: text.length, end: text.length };
  const mark = document.createElement('mark');
  mark.textContent = text.slice(start, end);
  element.append(text.slice(0, start), ...(difference === undefined ? [] : [mark]), text.slice(end));
  if (difference !== undefined) element.append(small('mark-note', t('first difference')));
  return element;
}

function small(name: string, text: string): HTMLElement {
  const made = document.createElement('span');
  made.className = name;
  made.textContent = text;
  return made;
}

function row(cells: readonly HTMLElement[]): HTMLTableRowElement {
  const made = document.createElement('tr');
  made.append(...cells);
  return made;
}

function cell(tag: 'th' | 'td', text: string): HTMLTableCellElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
