import { reportBlocks, type EvalReport } from '../../core/eval/report.ts';
import { chartTable } from '../../core/picture/chart-table.ts';
import type { Table } from '../../core/picture/chart.ts';
import { CHART_STYLE } from '../../core/picture/chart-style.ts';
import { drawChart } from '../../core/picture/draw-chart.ts';
import { svg, svgText, type SvgNode } from '../../core/picture/svg.ts';
import type { Block } from '../../core/report/block.ts';
import { visibleText } from '../visible-text.ts';

/** The style of a report. Its digest is in the page's policy: nothing else may style it. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --quiet: #59636e; --paper: #ffffff; --line: #d1d9e0; --warn: #fff8c5; --warn-line: #9a6700;
  --chart-ink: var(--ink); --chart-quiet: var(--quiet); --chart-grid: var(--line); --chart-1: #0550ae; --chart-2: #bc4c00; --chart-3: #116329; --chart-4: #8250df; --chart-agree: #116329; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --quiet: #9198a1; --paper: #0d1117; --line: #3d444d; --warn: #272115; --warn-line: #d29922;
  --chart-1: #79c0ff; --chart-2: #ffa657; --chart-3: #7ee787; --chart-4: #d2a8ff; --chart-agree: #3fb950; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
h1 + p { font-size: 1.25rem; font-weight: 600; }
.warning { padding: 0.6rem 0.9rem; border-left: 4px solid var(--warn-line); background: var(--warn); }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; } caption { text-align: left; font-weight: 600; padding-bottom: 0.3rem; }
th, td { padding: 0.25rem 0.7rem 0.25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; margin-bottom: 0.4rem; }
figure p, .note { color: var(--quiet); max-width: 45rem; }
summary { cursor: pointer; color: var(--quiet); }
@media print { details { display: none; } }
${CHART_STYLE}`;

/**
 * The report as one HTML page that opens anywhere: no script, nothing from elsewhere, light and dark. `styleDigest` is the
 * SHA-256 of REPORT_STYLE in base64. All texts are escaped, and characters that cannot be seen are written out.
 */
export function htmlBlocks(title: string, blocks: readonly Block[], styleDigest: string): string {
  const body = blocks.map(blockNode);
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    svgText(text('title', {}, title)),
    `<style>${REPORT_STYLE}</style>`,
  ];
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n${head.join('\n')}\n</head>\n<body>\n${svgText(svg('main', {}, ...body))}\n</body>\n</html>\n`;
}

/** The report of an eval as such a page. */
export function htmlReport(report: EvalReport, styleDigest: string): string {
  return htmlBlocks(report.header.title, reportBlocks(report), styleDigest);
}

function text(tag: string, attributes: SvgNode['attributes'], content: string): SvgNode {
  return svg(tag, attributes, visibleText(content));
}

function blockNode(block: Block): SvgNode {
  switch (block.kind) {
    case 'heading':
      return text(`h${block.level}`, {}, block.text);
    case 'text':
      return text('p', {}, block.text);
    case 'warning':
      return text('p', { class: 'warning', role: 'note' }, block.text);
    case 'list':
      return svg('ul', {}, ...block.items.map((item) => text('li', {}, item)));
    case 'table':
      return tableNode(block.table);
    case 'chart': {
      const { chart } = block;
      return svg('figure', {}, text('figcaption', {}, chart.name), drawChart(chart, 'report'), text('p', {}, chart.description), svg('details', {}, text('summary', {}, 'As a table'), tableNode(chartTable(chart))));
    }
  }
}

function tableNode({ name, columns, rows, note }: Table): SvgNode {
  const kind = (column: number): SvgNode['attributes'] => (columns[column]?.numeric ? { class: 'number' } : {});
  const table = svg(
    'table',
    {},
    text('caption', {}, name),
    svg('thead', {}, svg('tr', {}, ...columns.map((column, index) => text('th', { scope: 'col', ...kind(index) }, column.name)))),
    svg('tbody', {}, ...rows.map((cells) => svg('tr', {}, ...cells.map((cell, index) => text('td', kind(index), cell))))),
  );
  return svg('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': visibleText(name) }, table, ...(note === undefined ? [] : [text('p', { class: 'note' }, note)]));
}
