import { chartTable } from '../../src/core/picture/chart-table.ts';
import { CHART_STYLE } from '../../src/core/picture/chart-style.ts';
import type { Chart } from '../../src/core/picture/chart.ts';
import { drawChart } from '../../src/core/picture/draw-chart.ts';
import './chart-figure.css';
import { t } from './l10n.ts';
import { plainTable } from './plain-table.ts';
import { svgElement } from './svg.ts';

let styled = false;

/** A chart with its name, what it shows in words, and the same as a table. `onOpen`: a click on a point opens what its label names; by keyboard the table does. */
export function chartFigure(chart: Chart, scope: string, onOpen?: (label: string) => void): HTMLElement {
  if (!styled) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CHART_STYLE);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  styled = true;
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = chart.name;
  const picture = svgElement(drawChart(chart, scope));
  const about = document.createElement('p');
  about.className = 'quiet';
  about.textContent = chart.description;
  const twin = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = t('As a table');
  twin.append(summary, plainTable(chartTable(chart)));
  figure.append(caption, picture, about, twin);
  if (onOpen !== undefined && chart.kind !== 'matrix') openPoints(picture, chart.series.flatMap(({ points }) => points.map(({ label }) => label)), onOpen);
  return figure;
}

function openPoints(picture: SVGElement, labels: readonly (string | undefined)[], onOpen: (label: string) => void): void {
  for (const [at, point] of picture.querySelectorAll<SVGElement>('.chart-point').entries()) {
    const label = labels[at];
    if (label === undefined) continue;
    point.classList.add('opens');
    point.addEventListener('click', () => onOpen(label));
  }
}
