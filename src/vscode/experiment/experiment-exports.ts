import * as vscode from 'vscode';
import { biasBlocks } from '../../core/bias/report-blocks.ts';
import type { BiasState } from '../../core/bias/state.ts';
import { ok, type Result } from '../../core/result.ts';
import { runLogText } from '../../core/run/run-log.ts';
import { biasCsv } from '../../formats/report/bias-csv.ts';
import { markdownBlocks } from '../../formats/report/report-markdown.ts';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import type { RunExport } from '../runs/run-kinds.ts';

/** Reads a log where it holds up nobody. */
export type ReadBiasLog = (name: string, text: string) => Promise<Result<BiasState>>;

/** What an experiment can be written as, beside its log. */
export function experimentExports(read: ReadBiasLog, html: TextJobs['html']): readonly RunExport[] {
  const as = (title: string, extension: string, write: (state: BiasState) => string | Promise<Result<string>>): RunExport => ({
    title,
    extension,
    async write(log) {
      const state = await read(log.header.title, runLogText(log));
      if (!state.ok) return state;
      const written = write(state.value);
      return typeof written === 'string' ? ok(written) : written;
    },
  });
  return [
    as(vscode.l10n.t('HTML: the report as one page'), 'html', (state) => html(state.header.title, biasBlocks(state))),
    as(vscode.l10n.t('Markdown: a report for reading'), 'md', (state) => markdownBlocks(biasBlocks(state))),
    as(vscode.l10n.t('CSV: a line for each trace, original and masked'), 'csv', biasCsv),
    as(vscode.l10n.t('JSON: the run as one document'), 'json', (state) => `${JSON.stringify(state, null, 2)}\n`),
  ];
}
