import * as vscode from 'vscode';
import { ok } from '../../core/result.ts';
import { tableCsv } from '../../formats/report/table-csv.ts';
import { markdownBlocks } from '../../formats/report/report-markdown.ts';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import type { CompareSnapshot } from '../../protocol/compare-view.ts';
import type { ExportForm } from '../runs/export-file.ts';
import { compareBlocks, problemTable } from './compare-snapshot.ts';

/** What a comparison of strategies can be written as. */
export function compareForms(snapshot: CompareSnapshot, html: TextJobs['html']): readonly ExportForm[] {
  return [
    { title: vscode.l10n.t('HTML: the report as one page'), extension: 'html', write: () => html(snapshot.title, compareBlocks(snapshot)) },
    { title: vscode.l10n.t('Markdown: a report for reading'), extension: 'md', write: () => ok(markdownBlocks(compareBlocks(snapshot))) },
    { title: vscode.l10n.t('CSV: a line for each problem and strategy'), extension: 'csv', write: () => ok(tableCsv(problemTable(snapshot))) },
    { title: vscode.l10n.t('JSON: the comparison as one document'), extension: 'json', write: () => ok(`${JSON.stringify(snapshot, null, 2)}\n`) },
  ];
}
