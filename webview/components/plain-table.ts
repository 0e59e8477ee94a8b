import type { Table } from '../../src/core/picture/chart.ts';
import { t } from './l10n.ts';
import './plain-table.css';
import { scrollRegion } from './scroll-region.ts';

/** A table of a report. `onOpen`: in a row that opens something, the cell that names it is a button that does. */
export function plainTable({ name, columns, rows, refs = [], opens = 0, note }: Table, onOpen?: (ref: string) => void): HTMLElement {
  const region = scrollRegion('table-scroll', name);
  const table = document.createElement('table');
  table.createCaption().textContent = name;
  const head = table.createTHead().insertRow();
  for (const column of columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = column.name;
    cell.classList.toggle('number', column.numeric === true);
    head.append(cell);
  }
  const body = table.createTBody();
  for (const [at, cells] of rows.entries()) {
    const row = body.insertRow();
    for (const [column, text] of cells.entries()) {
      const cell = row.insertCell();
      cell.className = columns[column]?.numeric === true ? 'number' : lengthClass(text);
      const ref = column === opens ? refs[at] : undefined;
      if (ref !== undefined && onOpen !== undefined) cell.append(link(text, () => onOpen(ref)));
      else cell.textContent = text;
    }
  }
  region.append(table);
  if (note !== undefined) {
    const under = document.createElement('p');
    under.className = 'quiet';
    under.textContent = note;
    region.append(under);
  }
  return region;
}

/** Words that belong together stay on one line, and a sentence is not squeezed into a column of single words. */
function lengthClass({ length }: string): string {
  return length <= 12 ? 'short' : length > 20 ? 'long' : '';
}

function link(text: string, onPress: () => void): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'link';
  button.textContent = text;
  // Begins with what stands there, so that it is found by voice as well.
  button.setAttribute('aria-label', t('{0}: open', text));
  button.addEventListener('click', onPress);
  return button;
}
