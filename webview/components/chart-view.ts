import './chart.css';
import type { Chart, Table } from '../../src/core/picture/chart.ts';
import { drawChart } from '../../src/core/picture/draw-chart.ts';
import { svgElement } from './svg.ts';

/** A chart with its name, its description and, folded, its numbers as a table. `scope` keeps ids apart on a page. */
export function chartView(chart: Chart, table: Table, scope: string, folded: string): HTMLElement {
  const element = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.className = 'chart-caption';
  caption.textContent = chart.name;
  const box = document.createElement('div');
  box.className = 'chart-box-scroll';
  // Where it is narrow the picture scrolls, and keys must reach it.
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', chart.name);
  box.append(svgElement(drawChart(chart, scope)));
  const description = document.createElement('p');
  description.className = 'quiet';
  description.textContent = chart.description;
  const twin = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = folded;
  twin.append(summary, tableView(table));
  element.append(caption, box, description, twin);
  return element;
}

/** A table in a box that scrolls by itself. All cells are text. */
export function tableView({ name, columns, rows, note }: Table): HTMLElement {
  const box = document.createElement('div');
  box.className = 'chart-table-box';
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', name);
  const table = document.createElement('table');
  table.className = 'chart-table';
  const head = table.createTHead().insertRow();
  for (const { name: title, numeric } of columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = title;
    cell.classList.toggle('numeric', numeric === true);
    head.append(cell);
  }
  const body = table.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    cells.forEach((text, at) => {
      const cell = row.insertCell();
      cell.textContent = text;
      cell.classList.toggle('numeric', columns[at]?.numeric === true);
    });
  }
  box.append(table);
  if (note !== undefined) {
    const under = document.createElement('p');
    under.textContent = note;
    box.append(under);
  }
  return box;
}
