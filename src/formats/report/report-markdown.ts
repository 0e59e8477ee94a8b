import { reportBlocks, type EvalReport } from '../../core/eval/report.ts';
import { chartTable } from '../../core/picture/chart-table.ts';
import type { Table } from '../../core/picture/chart.ts';
import type { Block } from '../../core/report/block.ts';
import { visibleText } from '../visible-text.ts';

/** The report as Markdown, its charts as their tables. Nothing in a text of the data is markup, a link or HTML. */
export function markdownBlocks(blocks: readonly Block[]): string {
  return `${blocks.map(blockText).join('\n\n')}\n`;
}

/** The report of an eval as such a text. */
export function markdownEvalReport(report: EvalReport): string {
  return markdownBlocks(reportBlocks(report));
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${plain(block.text)}`;
    case 'text':
      return plain(block.text);
    case 'warning':
      return `> **Note.** ${plain(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${plain(item)}`).join('\n');
    case 'table':
      return tableText(block.table);
    case 'chart':
      return `### ${plain(block.chart.name)}\n\n${plain(block.chart.description)}\n\n${tableText(chartTable(block.chart))}`;
  }
}

function tableText({ name, columns, rows, note }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => plain(cell)).join(' | ')} |`;
  const rule = `|${columns.map(({ numeric }) => (numeric ? ' ---: ' : ' --- ')).join('|')}|`;
  const table = [line(columns.map((column) => column.name)), rule, ...rows.map(line)].join('\n');
  return [`**${plain(name)}**`, table, ...(note === undefined ? [] : [plain(note)])].join('\n\n');
}

/** One line in which what Markdown or HTML would take for markup, a link or a mention is escaped. */
function plain(text: string): string {
  return visibleText(text.replace(/\s+/g, ' ').trim())
    .replace(/[\\`*_{}[\]<>!|~&$@]/g, (sign) => `\\${sign}`)
    .replace(/\b(https?|ftp|mailto):/gi, '$1\\:')
    .replace(/^[#+=-]/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/\bwww\./gi, 'www\\.');
}
