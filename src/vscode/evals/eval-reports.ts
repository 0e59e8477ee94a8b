import * as vscode from 'vscode';
import { parseRowRef } from '../../core/report/row-ref.ts';
import { ok, type Result } from '../../core/result.ts';
import { runLogText } from '../../core/run/run-log.ts';
import type { ReportAction } from '../../protocol/report-view.ts';
import type { ComparisonContent, EvalContent, EvalForm, NamedLog } from '../../formats/runs/eval-log.ts';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import { EVAL_COMMANDS, RUN_COMMANDS } from '../manifest.ts';
import type { ReportSource } from '../report/report-source.ts';
import { exportFile } from '../runs/export-file.ts';
import type { RunExport } from '../runs/run-kinds.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { EvalRuns } from './eval-runs.ts';

/** Opens a row of a data set at a step. */
export type OpenRowAt = (uri: vscode.Uri, row: number, step: number | undefined) => Promise<void>;

/** The forms of a report of evaluations, of one or of several beside each other. */
const forms = (): readonly { readonly title: string; readonly extension: EvalForm }[] => [
  { title: vscode.l10n.t('HTML: the report as one page'), extension: 'html' },
  { title: vscode.l10n.t('Markdown: a report for reading'), extension: 'md' },
  { title: vscode.l10n.t('CSV: a line for each row'), extension: 'csv' },
  { title: vscode.l10n.t('JSON: all numbers, without the rows'), extension: 'json' },
];

/** What an evaluation can be written as, beside its log. */
export function evalExports(jobs: Pick<TextJobs, 'evalFile'>): readonly RunExport[] {
  return forms().map((form) => ({ ...form, write: (log) => jobs.evalFile({ name: log.header.title, text: runLogText(log) }, form.extension) }));
}

/** Reports of single evaluations. */
export function evalReports(evals: EvalRuns, openRow: OpenRowAt): ReportSource {
  return {
    async read(id) {
      const content = await evals.content(id);
      if (!content.ok) return content;
      return ok({ title: content.value.header.title, status: statusOf(evals, id, content.value), actions: actionsOf(evals.state(id), content.value), blocks: content.value.blocks });
    },
    async open(id, ref) {
      const content = await evals.content(id);
      if (content.ok) await openRef(openRow, content.value.header.data?.uri, ref);
    },
    async act(id, action) {
      const command = Object.values(EVAL_COMMANDS).find((known) => known === action);
      if (command !== undefined) await vscode.commands.executeCommand(command, id);
    },
    async export(id) {
      await vscode.commands.executeCommand(RUN_COMMANDS.exportRun, id);
    },
    onDidChange: (listener) => evals.onDidChange(listener),
  };
}

/** Reports of several evaluations beside each other: the id is theirs, with a space between. */
export function comparisonReports(runs: RunStore, jobs: Pick<TextJobs, 'compareEvals' | 'comparisonFile'>, openRow: OpenRowAt): ReportSource {
  const name = (): string => vscode.l10n.t('The comparison');

  async function logsOf(id: string): Promise<Result<readonly NamedLog[]>> {
    const logs: NamedLog[] = [];
    for (const run of id.split(' ')) {
      const text = await runs.text(run);
      if (!text.ok) return text;
      logs.push({ name: `${run}.jsonl`, text: text.value });
    }
    return ok(logs);
  }

  async function compare(id: string): Promise<Result<ComparisonContent>> {
    const logs = await logsOf(id);
    return logs.ok ? jobs.compareEvals(name(), logs.value) : logs;
  }

  async function write(id: string, form: EvalForm): Promise<Result<string>> {
    const logs = await logsOf(id);
    return logs.ok ? jobs.comparisonFile(name(), logs.value, form) : logs;
  }

  return {
    async read(id) {
      const compared = await compare(id);
      return compared.ok ? ok({ title: titleOf(id), status: compared.value.headline, actions: [], blocks: compared.value.blocks }) : compared;
    },
    async open(id, ref) {
      const compared = await compare(id);
      if (compared.ok) await openRef(openRow, compared.value.uri, ref);
    },
    act: () => Promise.resolve(),
    export: (id) => exportFile(titleOf(id), forms().map((form) => ({ ...form, write: () => write(id, form.extension) }))),
    onDidChange: (listener) => runs.onDidChange(({ id }) => listener(id)),
  };
}

function titleOf(id: string): string {
  return vscode.l10n.t('Comparison of {0} runs', id.split(' ').length);
}

async function openRef(openRow: OpenRowAt, uri: string | undefined, text: string): Promise<void> {
  const ref = parseRowRef(text);
  if (ref === undefined) return;
  if (uri === undefined) void vscode.window.showInformationMessage(vscode.l10n.t('The run does not say where its data is: open the file and its row {0}.', ref.row));
  else await openRow(vscode.Uri.parse(uri), ref.row, ref.step);
}

function statusOf(evals: EvalRuns, id: string, { end, rows, header }: EvalContent): string {
  const of = header.data?.rows.length ?? rows;
  const state = evals.state(id);
  if (state !== undefined) return state === 'paused' ? vscode.l10n.t('Paused: {0}', evals.progress(id)) : vscode.l10n.t('Running: {0}', evals.progress(id));
  switch (end?.reason) {
    case 'done':
      return vscode.l10n.t('Done: {0} of {1} rows.', rows, of);
    case 'cancelled':
      return vscode.l10n.t('Cancelled after {0} of {1} rows: resume goes on with the others.', rows, of);
    case 'failed':
    case 'budget':
      return vscode.l10n.t('Failed after {0} of {1} rows: {2}', rows, of, end.message ?? '');
    case undefined:
      return vscode.l10n.t('Cut off after {0} of {1} rows: resume goes on with the others.', rows, of);
  }
}

function actionsOf(state: 'running' | 'paused' | undefined, { end }: EvalContent): ReportAction[] {
  if (state !== undefined) return [{ id: EVAL_COMMANDS.pauseEval, title: state === 'paused' ? vscode.l10n.t('Continue') : vscode.l10n.t('Pause') }, { id: EVAL_COMMANDS.cancelEval, title: vscode.l10n.t('Cancel') }];
  return [...(end?.reason === 'done' ? [] : [{ id: EVAL_COMMANDS.resumeEval, title: vscode.l10n.t('Resume') }]), { id: EVAL_COMMANDS.rerunEval, title: vscode.l10n.t('Run Again…') }, { id: EVAL_COMMANDS.compareRuns, title: vscode.l10n.t('Compare…') }];
}
