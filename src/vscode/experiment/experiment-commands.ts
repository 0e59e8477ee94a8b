import * as vscode from 'vscode';
import type { BiasSettings } from '../../core/bias/settings.ts';
import { biasRows } from '../../core/bias/report-rows.ts';
import type { PolicyAbilities } from '../bias/policy-abilities.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { COMMANDS, EXPERIMENT_COMMANDS, RUN_SCHEME, type ExperimentCommandName } from '../manifest.ts';
import { chooseRun, chooseRuns } from '../runs/choose-run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { RowDocuments } from '../trace-content-provider.ts';
import { chooseDataset } from '../dataset/choose-dataset.ts';
import { rangeOf } from '../search/choose-rows.ts';
import { FIRST_ROWS, parseRows, rowsKnown, rowsTask, rowsText, type RowSpan } from '../search/rows-task.ts';
import { documentName } from '../trace-documents.ts';
import type { TraceTarget } from '../trace-target.ts';
import { firstWords } from '../wording.ts';
import { askExperiment, defaultExperiment, plansOf, type ExperimentChoice } from './ask-experiment.ts';
import type { ExperimentRuns } from './experiment-runs.ts';
import type { ExperimentSpeed } from './experiment-speed.ts';
import { ORIGINAL, traceNames } from './experiment-trace.ts';

export interface ExperimentCommandDependencies {
  readonly experiments: ExperimentRuns;
  readonly runs: RunStore;
  readonly library: DatasetLibrary;
  readonly rows: RowDocuments;
  readonly target: TraceTarget;
  readonly abilities: () => Promise<PolicyAbilities | undefined>;
  readonly speed: ExperimentSpeed;
  readonly showReport: (id: string) => void;
}

/** What a caller may name, so that nothing is asked: rows as a person writes them, plans by their names. */
interface GivenChoice extends Partial<Omit<BiasSettings, 'plans' | 'guesses'>> {
  readonly rows?: string;
  readonly samples?: number;
  readonly plans?: readonly string[];
  readonly maxNewTokens?: number;
}

/** Commands about bias experiments. Each answers in every state: with what was asked for, or with one sentence. */
export function registerExperimentCommands({ experiments, runs, library, rows, target, abilities, speed, showReport }: ExperimentCommandDependencies): vscode.Disposable {
  const say = (text: string): undefined => void vscode.window.showInformationMessage(text);

  /** Resolves to the id of the run once it has ended, or undefined where none began. */
  async function runExperiment(argument: unknown, given: unknown): Promise<string | undefined> {
    const uri = await chooseDataset(library, argument, vscode.l10n.t('Bias experiment on which data set?'));
    if (uri === undefined) return undefined;
    const name = documentName(uri);
    const known = await rowsKnown(library, uri);
    if (!known.ok) return say(known.error.message);
    const first = rangeOf(argument) ?? { ...FIRST_ROWS, last: known.value.complete ? Math.max(0, Math.min(FIRST_ROWS.last, known.value.rows - 1)) : FIRST_ROWS.last };
    const choice = typeof given === 'object' && given !== null && !Array.isArray(given) ? givenExperiment(given, first) : await askExperiment({ name, known: known.value, rows: first, abilities, speed });
    if (choice === undefined) return undefined;
    const made = await rowsTask(library, uri, choice.rows);
    if (!made.ok) return say(made.error.message);
    const { faults, task } = made.value;
    const [fault] = faults;
    if (task.problems.length === 0) return say(fault ?? vscode.l10n.t('{0} has no {1}: choose others.', name, rowsText(choice.rows)));
    if (fault !== undefined) say(vscode.l10n.t('{0} rows are left out. The first: {1}', faults.length, fault));
    const questions = task.problems.map(({ question, gold, row = 0 }) => ({ row, question, ...(gold !== undefined && { gold }) }));
    const id = experiments.start({ name, questions, settings: choice.settings });
    await experiments.ended(id);
    await tell(id);
    return id;
  }

  /** Opens the report of a run that was not cancelled; a failure is said with its sentence. */
  async function tell(id: string): Promise<void> {
    const state = await experiments.state(id);
    if (!state.ok) say(state.error.message);
    else if (state.value.end?.reason === 'done') showReport(id);
    else if (state.value.end?.reason === 'failed') void vscode.window.showErrorMessage(vscode.l10n.t('The bias experiment stopped: {0} What it has is kept in the Runs view, and can be resumed there.', state.value.end.message ?? ''));
    else say(vscode.l10n.t('The bias experiment is cancelled. What it has is kept in the Runs view, and can be resumed there.'));
  }

  async function locate(id: string, row: number, name: string): Promise<vscode.Uri | undefined> {
    const located = await rows.locate(vscode.Uri.from({ scheme: RUN_SCHEME, path: `/${id}` }), row, name);
    if (located.ok) return located.value;
    say(located.error.message);
    return undefined;
  }

  async function openTrace(argument: unknown, row: unknown, variant: unknown): Promise<void> {
    const id = await chooseRun(runs, 'bias', argument, { title: vscode.l10n.t('Open a trace of which experiment?'), fits: 'any', none: vscode.l10n.t('There is no bias experiment yet: Stepscope: Run Bias Experiment… makes one.') });
    if (id === undefined) return;
    const state = await experiments.state(id);
    if (!state.ok) return say(state.error.message);
    const chosen = typeof row === 'number' ? row : (await vscode.window.showQuickPick(biasRows(state.value.events).map(({ row: at, question }) => ({ label: vscode.l10n.t('Row {0}', at), description: firstWords(question ?? '', 12), at })), { title: state.value.header.title, matchOnDescription: true }))?.at;
    if (chosen === undefined) return;
    const names = traceNames(state.value, chosen);
    if (names.length === 0) return say(vscode.l10n.t('Row {0} has no trace yet.', chosen));
    const [, ...plans] = names;
    const items = [
      ...names.map((name) => ({ label: name, description: name === ORIGINAL ? vscode.l10n.t('nothing hidden') : '', open: [name] })),
      ...plans.map((name) => ({ label: vscode.l10n.t('{0} ↔ {1}', ORIGINAL, name), description: vscode.l10n.t('compare'), open: [ORIGINAL, name] })),
    ];
    const named = typeof variant === 'string' ? { open: [variant] } : Array.isArray(variant) ? { open: variant.filter((name) => typeof name === 'string') } : undefined;
    const picked = named ?? (items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Traces of row {0}', chosen) }));
    const uris: vscode.Uri[] = [];
    for (const name of picked?.open ?? []) {
      const uri = await locate(id, chosen, name);
      if (uri === undefined) return;
      uris.push(uri);
    }
    const [first, second] = uris;
    if (first === undefined) return;
    if (second !== undefined) {
      await vscode.commands.executeCommand(COMMANDS.compareTraces, first, second);
      return;
    }
    const document = await vscode.workspace.openTextDocument(first);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    await target.open(document);
  }

  const handlers: Readonly<Record<ExperimentCommandName, (argument?: unknown, second?: unknown, third?: unknown) => Promise<unknown>>> = {
    runBiasExperiment: runExperiment,
    openBiasTrace: openTrace,
    async cancelBiasExperiment(argument, selection) {
      const ids = await chooseRuns(runs, 'bias', argument, selection, { title: vscode.l10n.t('Cancel a bias experiment'), fits: 'running', none: vscode.l10n.t('No bias experiment runs.') });
      if (ids.length > 0 && ids.filter((id) => experiments.cancel(id)).length === 0) say(vscode.l10n.t('This bias experiment does not run.'));
    },
    async resumeBiasExperiment(argument) {
      const id = await chooseRun(runs, 'bias', argument, { title: vscode.l10n.t('Resume a bias experiment'), fits: 'unfinished', none: vscode.l10n.t('Every bias experiment has come to its end: there is nothing to resume.') });
      if (id === undefined) return;
      const resumed = await experiments.resume(id);
      if (!resumed.ok) return say(resumed.error.message);
      await experiments.ended(id);
      await tell(id);
    },
  };
  return vscode.Disposable.from(...Object.entries(EXPERIMENT_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as ExperimentCommandName])));
}

/** The usual experiment with what a caller names. */
function givenExperiment(given: GivenChoice, first: RowSpan): ExperimentChoice {
  const usual = defaultExperiment(first);
  const { rows, samples, plans, maxNewTokens, ...rest } = given;
  const { settings } = usual;
  return {
    rows: (rows === undefined ? undefined : parseRows(rows)) ?? usual.rows,
    settings: {
      ...settings,
      ...rest,
      guesses: { ...settings.guesses, n: samples ?? settings.guesses.n },
      trace: { ...settings.trace, maxNewTokens: maxNewTokens ?? settings.trace.maxNewTokens },
      plans: plans === undefined ? settings.plans : plansOf(plans, 'mask'),
    },
  };
}
