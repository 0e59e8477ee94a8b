import * as vscode from 'vscode';
import { STRATEGIES, type SearchSettings, type Strategy } from '../../core/search/settings.ts';
import { runIdsOf } from '../runs/named-runs.ts';
import type { RunEntry, RunStore } from '../runs/run-store.ts';
import { runState } from '../runs/runs-tree.ts';
import { count, dayAndTime } from '../wording.ts';
import type { ChosenRows } from './choose-rows.ts';
import type { ComparePanel } from './compare-panel.ts';
import type { SearchRuns } from './search-runs.ts';
import { aboutStrategies, type Task } from './solve-command.ts';

export interface CompareDependencies {
  readonly searches: SearchRuns;
  readonly runs: RunStore;
  readonly compare: ComparePanel;
  /** The problem, or the rows of a data set, that a command is about. */
  readonly taskOf: (argument: unknown) => Promise<Task | undefined>;
  readonly rowsOf: (argument: unknown, rows: unknown) => Promise<ChosenRows | undefined>;
  readonly settingsOf: (strategy: Strategy, changes: Partial<SearchSettings>) => SearchSettings;
}

/** What is run where nobody says otherwise: PATS between the least and the most that it can do. */
const USUAL: readonly Strategy[] = ['pats', 'all-simple', 'all-complex'];

/** What a caller may name so that nothing is asked. */
interface CompareChoice {
  readonly strategies?: readonly Strategy[];
  readonly rows?: string;
  readonly settings?: Partial<SearchSettings>;
}

/**
 * Compares strategies: runs of the *Runs* view that are named or selected, else runs that it makes of a problem or of rows. Resolves to the ids
 * of the runs once all have ended; undefined where there is nothing to compare.
 */
export async function compareStrategies(dependencies: CompareDependencies, argument: unknown, second: unknown): Promise<readonly string[] | undefined> {
  const existing = runsNamed(argument, second);
  if (existing !== undefined) return compareRuns(dependencies, existing);
  const choice: CompareChoice = typeof second === 'object' && second !== null && !Array.isArray(second) ? second : {};
  const source = argument === undefined ? await askSource() : isRows(argument) ? 'rows' : 'problem';
  if (source === undefined) return undefined;
  if (source === 'runs') return compareRuns(dependencies, []);
  const rows = source === 'rows' ? await dependencies.rowsOf(argument, choice.rows) : undefined;
  if (source === 'rows' && rows === undefined) return undefined;
  if (rows !== undefined && choice.rows === undefined && !isRange(argument)) await rows.ask();
  const task = rows === undefined ? await dependencies.taskOf(argument) : await rows.read();
  if (task === undefined) return undefined;
  const strategies = choice.strategies ?? (await askStrategies(task));
  return strategies === undefined || strategies.length === 0 ? undefined : runAll(dependencies, task, strategies, choice.settings ?? {});
}

/** One strategy after the other: models are asked by one search at a time, so that its seconds are its own. */
async function runAll({ searches, compare, settingsOf }: CompareDependencies, task: Task, strategies: readonly Strategy[], changes: Partial<SearchSettings>): Promise<readonly string[]> {
  const comparison = compare.show([]);
  const ids: string[] = [];
  for (const [at, strategy] of strategies.entries()) {
    const id = searches.start({ ...task, title: `${strategy} · ${task.title}`, settings: settingsOf(strategy, changes) });
    ids.push(id);
    comparison.add(id, strategies.slice(at + 1));
    await searches.ended(id);
    const state = await searches.find(id);
    if (comparison.isCancelled() || (state.ok && state.value.end?.reason === 'cancelled')) {
      const left = strategies.slice(at + 1);
      if (left.length > 0) void vscode.window.showInformationMessage(vscode.l10n.t('Cancelled: {0} did not begin. What has ended is compared.', left.join(', ')));
      break;
    }
  }
  comparison.complete();
  return ids;
}

async function compareRuns({ runs, compare }: CompareDependencies, named: readonly string[]): Promise<readonly string[] | undefined> {
  const ids = named.length >= 2 ? named : await askRuns(await runs.list(), named);
  if (ids === undefined || ids.length === 0) return undefined;
  compare.show(ids);
  return ids;
}

async function askRuns(entries: readonly RunEntry[], named: readonly string[]): Promise<readonly string[] | undefined> {
  const searches = entries.flatMap((entry) => ('header' in entry && entry.header.kind === 'search' ? [entry] : []));
  if (searches.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There are no searches yet to compare: Stepscope: Solve with PATS… makes one.'));
    return undefined;
  }
  const items = searches.map((entry) => ({ label: entry.header.title, description: `${runState(entry).text} · ${dayAndTime(entry.header.started)}`, picked: named.includes(entry.id), id: entry.id }));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Compare Which Searches?'), canPickMany: true, matchOnDescription: true });
  return picked?.map(({ id }) => id);
}

async function askSource(): Promise<'problem' | 'rows' | 'runs' | undefined> {
  const items = [
    { label: vscode.l10n.t('$(play) Run strategies on one problem'), detail: vscode.l10n.t('The selected text, the problem of the active trace, or one that you type'), source: 'problem' as const },
    { label: vscode.l10n.t('$(database) Run strategies on rows of a data set'), detail: vscode.l10n.t('Each strategy solves the same rows'), source: 'rows' as const },
    { label: vscode.l10n.t('$(type-hierarchy) Compare searches that there are'), detail: vscode.l10n.t('Runs of the Runs view'), source: 'runs' as const },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Compare Strategies') }))?.source;
}

async function askStrategies(task: Task): Promise<readonly Strategy[] | undefined> {
  const items = STRATEGIES.map((strategy) => ({ label: strategy, detail: aboutStrategies()[strategy], picked: USUAL.includes(strategy), strategy }));
  const title = vscode.l10n.t('Compare on {0}: {1}', count(task.problems.length, 'problem'), task.title);
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Enter runs the chosen strategies one after the other, with the settings of stepscope.policy and stepscope.search'), canPickMany: true, ignoreFocusOut: true }))?.map(({ strategy }) => strategy);
}

/** Ids of runs: a list of them, or items of the *Runs* view, which a menu gives with all that are selected. A text alone is a question. */
function runsNamed(argument: unknown, second: unknown): readonly string[] | undefined {
  const areRuns = Array.isArray(argument) || (typeof argument === 'object' && argument !== null && 'header' in argument);
  const ids = areRuns ? runIdsOf(argument, second) : [];
  return ids.length === 0 ? undefined : ids;
}

/** Something that has rows: a data set or a range of it, as an item of the *Traces* view or an address. */
function isRows(argument: unknown): boolean {
  if (argument instanceof vscode.Uri) return true;
  const { kind } = (argument ?? {}) as { readonly kind?: unknown };
  return kind === 'file' || kind === 'rows';
}

function isRange(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'range' in argument;
}
