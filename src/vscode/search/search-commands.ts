import * as vscode from 'vscode';
import type { RunProblem } from '../../core/search/lockstep.ts';
import type { Result } from '../../core/result.ts';
import type { ControllerSettings, SearchSettings } from '../../core/search/settings.ts';
import { SEARCH_COMMANDS, type SearchCommandName } from '../manifest.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { chooseRun, chooseRuns } from '../runs/choose-run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { documentName } from '../trace-documents.ts';
import type { ActiveTrace } from '../active-trace.ts';
import { askSettings, askTask, problemOf, taskHere, taskOf, type Task } from './solve-command.ts';
import { chooseRows } from './choose-rows.ts';
import { compareStrategies } from './compare-command.ts';
import type { ComparePanel } from './compare-panel.ts';
import { importSearch } from './import-search.ts';
import type { SearchDocuments } from './search-documents.ts';
import type { SearchPanel } from './search-panel.ts';
import type { SearchRequest, SearchRuns } from './search-runs.ts';
import { readSearchSettings } from './search-settings.ts';
import type { SearchState } from './search-state.ts';
import { branchRequest, whatIfRequest } from './what-if-requests.ts';

export interface SearchCommandDependencies {
  readonly searches: SearchRuns;
  readonly runs: RunStore;
  readonly panel: SearchPanel;
  readonly compare: ComparePanel;
  readonly documents: SearchDocuments;
  readonly library: DatasetLibrary;
  readonly active: ActiveTrace;
  readonly choosePolicy: () => Promise<void>;
}

/** Registers the commands about searches. Each answers in every state: with what was asked for, or with one sentence. */
export function registerSearchCommands({ searches, runs, panel, compare, documents, library, active, choosePolicy }: SearchCommandDependencies): vscode.Disposable {
  const say = (text: string): void => void vscode.window.showInformationMessage(text);

  /** What the argument names: a row of the *Traces* view, `{ question, gold? }`; else what the editor is about. */
  async function taskOfArgument(argument: unknown): Promise<Task | undefined> {
    if (typeof argument === 'object' && argument !== null) {
      if ('question' in argument && typeof argument.question === 'string') return taskOf(argument as RunProblem);
      const place = rowOf(argument);
      if (place !== undefined) {
        const record = await library.record(place.uri, place.row);
        if (record.ok) return { ...taskOf(problemOf(record.value.trace)), data: { file: documentName(place.uri), rows: [place.row] } };
        say(record.error.message);
        return undefined;
      }
    }
    return taskHere(active.view()) ?? (await askTask());
  }

  /** With settings nothing is asked. Resolves to the id of the run once it has ended, or undefined where none began. */
  async function solve(argument: unknown, chosen: unknown): Promise<string | undefined> {
    const task = await taskOfArgument(argument);
    if (task === undefined) return undefined;
    const settings = isSettings(chosen) ? withChanges(chosen) : await askSettings(vscode.l10n.t('Solve: {0}', task.title));
    if (settings === undefined) return undefined;
    const id = searches.start({ ...task, settings });
    panel.show(id);
    documents.follow(id);
    await searches.ended(id);
    return id;
  }

  /** Solves rows of a data set as one run. With rows (`20`, `40-59`) and settings nothing is asked. Resolves as `solve` does. */
  async function solveRows(argument: unknown, named: unknown, chosen: unknown): Promise<string | undefined> {
    const rows = await chooseRows({ library, runs, searches }, argument, named);
    if (rows === undefined) return undefined;
    const settings = isSettings(chosen) ? withChanges(chosen) : await askSettings(vscode.l10n.t('Solve rows of {0}', rows.name), rows);
    const task = settings === undefined ? undefined : await rows.read();
    if (settings === undefined || task === undefined) return undefined;
    const id = searches.start({ ...task, title: `${settings.strategy} · ${task.title}`, settings });
    panel.show(id);
    await searches.ended(id);
    return id;
  }

  /** Begins the run that follows from one that there is; resolves to its id once it has ended. */
  async function goOn(argument: unknown, problem: unknown, request: (state: SearchState, problem: number) => Result<SearchRequest>): Promise<string | undefined> {
    const state = await searches.find(typeof argument === 'string' ? argument : '');
    const made = state.ok ? request(state.value, whole(problem)) : state;
    if (!made.ok) {
      say(made.error.message);
      return undefined;
    }
    const id = searches.start(made.value);
    panel.show(id);
    await searches.ended(id);
    return id;
  }


  const handlers: Readonly<Record<SearchCommandName, (argument?: unknown, second?: unknown, third?: unknown, fourth?: unknown) => Promise<unknown>>> = {
    solve,
    solveRows,
    compareStrategies: (argument, second) => compareStrategies({ searches, runs, compare, taskOf: taskOfArgument, rowsOf: (item, rows) => chooseRows({ library, runs, searches }, item, rows), settingsOf: (strategy, changes) => withChanges({ ...changes, strategy }) }, argument, second),
    choosePolicy,
    async cancelSearch(argument, selection) {
      const ids = await chooseRuns(runs, 'search', argument, selection, { title: vscode.l10n.t('Cancel a Search'), fits: 'running', none: vscode.l10n.t('No search runs.') });
      if (ids.length > 0 && ids.filter((id) => searches.cancel(id)).length === 0) say(vscode.l10n.t('This search does not run.'));
    },
    async resumeSearch(argument) {
      const id = await chooseRun(runs, 'search', argument, { title: vscode.l10n.t('Resume a Search'), fits: 'unfinished', none: vscode.l10n.t('Every search has come to its end: there is nothing to resume.') });
      if (id === undefined) return;
      const resumed = await searches.resume(id);
      if (!resumed.ok) return say(resumed.error.message);
      panel.show(id);
      await searches.ended(id);
    },
    /** For other programs: id of the run, problem, round and candidate, all 0-based. */
    continueFromCandidate: (argument, second, third, fourth) => goOn(argument, second, (state, problem) => branchRequest(state, problem, { round: whole(third), candidate: whole(fourth) })),
    /** The same with settings of the controller: only those that are named change. */
    searchWithSettings: (argument, second, third) => goOn(argument, second, (state, problem) => whatIfRequest(state, problem, controllerWith(state, third))),
    async openAsRun(argument, row) {
      const id = await importSearch(runs, library, argument, row);
      if (id !== undefined) panel.show(id);
      return id;
    },
  };
  return vscode.Disposable.from(...Object.entries(SEARCH_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as SearchCommandName])));
}

/** A number of a run, as another program gives it. */
function whole(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}

function controllerWith({ header }: SearchState, changes: unknown): ControllerSettings {
  const { thresholds, penalty, initialMode } = header.settings;
  return { thresholds, penalty, initialMode, ...(isSettings(changes) ? changes : {}) };
}

/** A menu gives a command the selected items, as a list. */
function isSettings(value: unknown): value is Partial<SearchSettings> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The settings as they are, with the parts that a caller names. */
function withChanges(changes: Partial<SearchSettings>): SearchSettings {
  const settings = readSearchSettings(changes.strategy ?? 'pats');
  return { ...settings, ...changes, policy: { ...settings.policy, ...changes.policy }, verifier: { ...settings.verifier, ...changes.verifier }, budget: { ...settings.budget, ...changes.budget } };
}

function rowOf(argument: object): { readonly uri: vscode.Uri; readonly row: number } | undefined {
  const { kind, uri, summary } = argument as { readonly kind?: unknown; readonly uri?: unknown; readonly summary?: { readonly row?: unknown } };
  return kind === 'row' && uri instanceof vscode.Uri && typeof summary?.row === 'number' ? { uri, row: summary.row } : undefined;
}
