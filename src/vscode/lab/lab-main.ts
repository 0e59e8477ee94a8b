/**
 * Entry of the second bundle of the extension (dist/lab.js): what is needed for searching and measuring and not for reading and
 * scoring a trace. It is loaded with the first of its commands, views or runs. See lazy-lab.ts.
 */
import { config } from '@vscode/l10n';
import * as vscode from 'vscode';
import { createSymbolicEquality } from '../../models/symbolic/symbolic-equality.ts';
import { registerAttention } from '../attention/register-attention.ts';
import { policyAbilities } from '../bias/policy-abilities.ts';
import type { Disposable } from '../disposable.ts';
import { registerTestExplorer } from '../evals/register-test-explorer.ts';
import { registerEvalCommands } from '../evals/eval-commands.ts';
import type { EvalParts } from '../evals/eval-context.ts';
import { createEvalRates, type ModelNames } from '../evals/eval-rates.ts';
import { comparisonReports, evalExports, evalReports, type OpenRowAt } from '../evals/eval-reports.ts';
import { createEvalRuns } from '../evals/eval-runs.ts';
import { VERIFIER } from '../model-role.ts';
import { registerExperiments, type Experiments } from '../experiment/register-experiments.ts';
import { registerMaskingCommands } from '../masking/masking-commands.ts';
import { maskingExports } from '../masking/masking-log.ts';
import { createMaskingPanel } from '../masking/masking-panel.ts';
import { createMaskingWork } from '../masking/masking-work.ts';
import { createFirstAnswers } from '../overthinking/first-answers.ts';
import { registerOverthinkingCommands } from '../overthinking/overthinking-commands.ts';
import { createOverthinkingPanel } from '../overthinking/overthinking-panel.ts';
import { createTraceReadings } from '../overthinking/trace-readings.ts';
import { createReportPanels } from '../report/report-panel.ts';
import type { RunKindSupport } from '../runs/run-kinds.ts';
import { registerSearch, type Searches } from '../search/register-search.ts';
import { choiceText } from '../search/solve-command.ts';
import { readSettings } from '../settings.ts';
import { rowsAtOnce } from '../verifier-choice.ts';
import type { LabServices } from './lab-services.ts';

/** What the first bundle uses of the second. */
export interface Lab extends Disposable {
  readonly kinds: Readonly<Partial<Record<'search' | 'bias' | 'eval' | 'masking', RunKindSupport>>>;
  /** See Searches.trace. */
  searchTrace: Searches['trace'];
  /** A trace of a bias experiment (see Experiments.trace). */
  biasTrace: Experiments['trace'];
}

/** Composes the adapters of the laboratory. Starts no model. */
export function openLab(services: LabServices): Lab {
  // The bundle has a copy of its own of the module.
  config({ contents: vscode.l10n.bundle ?? {} });
  const { context, library, store, runs, activities, active, target, known, rowDocuments, textJobs, policy, verifier, second, openAt, reopen, onScored, chooseVerifier } = services;
  const searches = registerSearch(services);
  const symbolic = createSymbolicEquality(context.asAbsolutePath('dist/symbolic.js'));
  const abilities = () => policyAbilities(context, known);
  const loadPolicy = (signal: AbortSignal) => policy.load('reasoned', signal);
  const parts: EvalParts = { library, store, jobs: textJobs, verifier: ({ verifier: { mode } }, signal) => verifier.load(mode, signal), second: (judge, signal) => second.load(judge, signal), symbolicScript: context.asAbsolutePath('dist/symbolic.js') };
  const rates = createEvalRates(context.globalState);
  const names: ModelNames = { verifier: () => choiceText(VERIFIER), second: (judge) => second.text(judge) };
  const evals = createEvalRuns({ ...parts, runs, jobs: textJobs, activities, rates, names });
  const openRow: OpenRowAt = async (uri, row, step) => {
    const located = await rowDocuments.locate(uri, row);
    if (located.ok) await openAt(uri, row, located.value, step ?? 0);
    else void vscode.window.showInformationMessage(located.error.message);
  };
  const experiments = registerExperiments(services, (id) => panels.show('bias', id));
  const panels = createReportPanels(context.extensionUri, { bias: experiments.reports, eval: evalReports(evals, openRow), comparison: comparisonReports(runs, textJobs, openRow) });
  const masking = createMaskingPanel({ extension: context.extensionUri, runs, activities, work: createMaskingWork({ runs, policy: loadPolicy }), abilities });
  const traceReadings = createTraceReadings(loadPolicy, activities);
  const overthinking = createOverthinkingPanel({
    extension: context.extensionUri,
    active,
    readings: traceReadings,
    firstAnswers: createFirstAnswers(context.workspaceState),
    notes: () => policy.notes(),
    abilities: () => policyAbilities(context, known),
    reopen,
  });
  const subscriptions = vscode.Disposable.from(
    searches,
    symbolic,
    evals,
    panels,
    registerEvalCommands({ evals, parts, runs, library, rates, panels, second: { ...names, choose: () => second.choose() } }),
    registerAttention({ context, activities, active, target, models: { policy, verifier } }),
    experiments,
    masking,
    registerMaskingCommands({ panel: masking, target, active }),
    traceReadings,
    overthinking,
    registerOverthinkingCommands(target, overthinking),
    registerTestExplorer({
      library,
      store,
      activities,
      state: context.workspaceState,
      load: (mode, signal) => verifier.load(mode, signal),
      batch: rowsAtOnce,
      symbolic: (a, b) => symbolic.equal(a, b),
      settings: () => readSettings().verifier,
      openAt,
      onScored,
      chooseVerifier,
    }),
  );
  return {
    kinds: {
      search: searches.kind,
      bias: experiments.kind,
      eval: { open: (id) => panels.show('eval', id), exports: evalExports(textJobs) },
      masking: { open: (id) => void masking.open(id), exports: maskingExports() },
    },
    searchTrace: (file, problem) => searches.trace(file, problem),
    biasTrace: (id, row, variant) => experiments.trace(id, row, variant),
    dispose: () => void subscriptions.dispose(),
  };
}
