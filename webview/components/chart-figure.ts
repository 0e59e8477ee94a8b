import { chartTable } from '../../src/core/picture/chart-table.ts';
import { CHART_STYLE } from '../../src/core/picture/chart-style.ts';
import type { Chart } from '../../src/core/picture/chart.ts';
import { drawChart } from '../../src/core/picture/draw-chart.ts';
import './chart-figure.css';
import { t } from './l10n.ts';
import { plainTable } from './plain-table.ts';
import { onScreenReader, usesScreenReader } from './screen-reader.ts';
import { svgElement } from './svg.ts';

/** Rows of a table by which points are opened: by keyboard each of them is reached there. */
const MOST_LINKS = 2000;

let prepared = false;

/** A chart with its name, what it shows in words, and the same as a table. `most`: rows of that table (see chartTable). `onOpen`: a click on a point opens what its `ref` names, and so does a button in its row of the table. */
export function chartFigure(chart: Chart, scope: string, onOpen?: (ref: string) => void, most?: number): HTMLElement {
  if (!prepared) prepare();
  prepared = true;
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = chart.name;
  const picture = svgElement(drawChart(chart, scope));
  const about = document.createElement('p');
  about.className = 'quiet';
  about.textContent = chart.description;
  const twin = document.createElement('details');
  // What cannot be seen is read.
  twin.open = usesScreenReader();
  const summary = document.createElement('summary');
  const refs = onOpen !== undefined && 'series' in chart ? chart.series.flatMap(({ points }) => points.map(({ ref }) => ref)) : [];
  const opens = refs.some((ref) => ref !== undefined);
  summary.textContent = opens ? t('As a table, to open what a point stands for') : t('As a table');
  twin.append(summary, plainTable(chartTable(chart, opens ? MOST_LINKS : most), onOpen));
  figure.append(caption, picture, about, twin);
  if (onOpen !== undefined) openPoints(picture, refs, onOpen);
  return figure;
}

/** Once for all charts of a page: their style, and their tables unfolded when a screen reader comes. */
function prepare(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CHART_STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  onScreenReader(() => document.querySelectorAll('figure > details').forEach((twin) => twin.toggleAttribute('open', true)));
}

function openPoints(picture: SVGElement, refs: readonly (string | undefined)[], onOpen: (ref: string) => void): void {
  for (const [at, point] of picture.querySelectorAll<SVGElement>('.chart-series:not(.chart-legend *) > .chart-point, .chart-series:not(.chart-legend *) > .chart-ring, .chart-cloud > g').entries()) {
    const ref = refs[at];
    if (ref === undefined) continue;
    point.classList.add('opens');
    point.addEventListener('click', () => onOpen(ref));
  }
}
