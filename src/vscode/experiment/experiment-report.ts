import * as vscode from 'vscode';
import { biasBlocks } from '../../core/bias/report-blocks.ts';
import { parseRowRef } from '../../core/report/row-ref.ts';
import type { BiasState } from '../../core/bias/state.ts';
import { ok } from '../../core/result.ts';
import { EXPERIMENT_COMMANDS, RUN_COMMANDS } from '../manifest.ts';
import type { ReportContent, ReportSource } from '../report/report-source.ts';
import { runState } from '../runs/runs-tree.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { ExperimentRuns } from './experiment-runs.ts';

type Action = 'cancel' | 'resume';

/** Reports of bias experiments: a row or a point of one opens the traces of its question. */
export function createExperimentReports(experiments: ExperimentRuns, runs: RunStore): ReportSource {
  return {
    async read(id) {
      const state = await experiments.state(id);
      return state.ok ? ok(await contentOf(state.value, id, runs)) : state;
    },
    async open(id, ref) {
      const row = parseRowRef(ref)?.row;
      if (row !== undefined) await vscode.commands.executeCommand(EXPERIMENT_COMMANDS.openBiasTrace, id, row);
    },
    async act(id, action) {
      if (action === ('cancel' satisfies Action)) await vscode.commands.executeCommand(EXPERIMENT_COMMANDS.cancelBiasExperiment, id);
      if (action === ('resume' satisfies Action)) await vscode.commands.executeCommand(EXPERIMENT_COMMANDS.resumeBiasExperiment, id);
    },
    async export(id) {
      await vscode.commands.executeCommand(RUN_COMMANDS.exportRun, id);
    },
    onDidChange: (listener) => experiments.onDidChange(listener),
  };
}

async function contentOf(state: BiasState, id: string, runs: RunStore): Promise<ReportContent> {
  const { title } = state.header;
  const running = runs.isRunning(id);
  const entry = (await runs.list()).find((one) => one.id === id);
  const action = (name: Action, text: string) => ({ id: name, title: text });
  return {
    title,
    status: entry !== undefined && 'header' in entry ? runState(entry).text : '',
    actions: running ? [action('cancel', vscode.l10n.t('Cancel'))] : state.end?.reason === 'done' ? [] : [action('resume', vscode.l10n.t('Resume'))],
    blocks: biasBlocks(state),
  };
}
