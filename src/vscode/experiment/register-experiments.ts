import * as vscode from 'vscode';
import { estimateBias } from '../../core/bias/estimate.ts';
import { fail, type Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import { policyAbilities } from '../bias/policy-abilities.ts';
import type { Disposable } from '../disposable.ts';
import type { LabServices } from '../lab/lab-services.ts';
import { POLICY } from '../model-role.ts';
import type { ReportSource } from '../report/report-source.ts';
import type { RunKindSupport } from '../runs/run-kinds.ts';
import { choiceText } from '../search/solve-command.ts';
import { registerExperimentCommands } from './experiment-commands.ts';
import { experimentExports, type ReadBiasLog } from './experiment-exports.ts';
import { createExperimentReports } from './experiment-report.ts';
import { createExperimentRuns } from './experiment-runs.ts';
import { createExperimentSpeed } from './experiment-speed.ts';
import { experimentTrace } from './experiment-trace.ts';

/** Bias experiments of the editor. */
export interface Experiments extends Disposable {
  readonly reports: ReportSource;
  readonly kind: RunKindSupport;
  /** A trace of a run's question: its own, or the one under a plan. */
  trace(id: string, row: number, variant: string | undefined): Promise<Result<TraceRecord, FormatErrorReason>>;
}

/** Registers the commands; `showReport` opens the report of a run. */
export function registerExperiments({ context, runs, known, policy, activities, library, rowDocuments, target, textJobs }: LabServices, showReport: (id: string) => void): Experiments {
  const read: ReadBiasLog = (name, text) => textJobs.bias(name, text);
  const speed = createExperimentSpeed(context.globalState);
  const experiments = createExperimentRuns({
    runs,
    policy: (signal) => policy.load('reasoned', signal),
    read,
    activities,
    onTimed: (settings, questions, seconds) => speed.learn(choiceText(POLICY), estimateBias(questions, settings), seconds),
  });
  const commands = registerExperimentCommands({
    experiments,
    runs,
    library,
    rows: rowDocuments,
    target,
    async abilities() {
      const abilities = await policyAbilities(context, known);
      return abilities.ok ? abilities.value : undefined;
    },
    speed,
    showReport,
  });
  return {
    reports: createExperimentReports(experiments, runs),
    kind: { open: showReport, exports: experimentExports(read, (title, blocks) => textJobs.html(title, blocks)) },
    async trace(id, row, variant) {
      const state = await experiments.state(id);
      return state.ok ? experimentTrace(state.value, row, variant) : fail('no-such-row', state.error.message);
    },
    dispose: () => void vscode.Disposable.from(commands, experiments).dispose(),
  };
}
