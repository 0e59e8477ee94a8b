import * as vscode from 'vscode';
import type { RunProblem } from '../../core/search/lockstep.ts';
import { STRATEGIES, type SearchSettings, type Strategy } from '../../core/search/settings.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { readVerifierChoice, type VerifierChoice } from '../verifier-choice.ts';
import { POLICY, VERIFIER, type ModelRole } from '../model-role.ts';
import { SEARCH_COMMANDS, COMMANDS, SETTINGS, TRACE_SCHEME } from '../manifest.ts';
import type { TraceView } from '../trace-sessions.ts';
import { firstWords } from '../wording.ts';
import { readSearchSettings, readStrategy } from './search-settings.ts';

/** What to solve: problems and what to call the run. */
export interface Task {
  readonly title: string;
  readonly problems: readonly RunProblem[];
  readonly data?: { readonly file: string; readonly rows: readonly number[] };
}

/** The problem of a trace; its gold answer, where the data has one, tells whether the search was right. */
export function problemOf({ problem, source, given }: Pick<Trace, 'problem' | 'source' | 'given'>): RunProblem {
  const gold = given?.goldAnswer?.value;
  return { question: problem, ...(gold !== undefined && { gold }), ...(source.row !== undefined && { row: source.row }), ...(source.id !== undefined && { id: source.id }) };
}

/** The task that the editor is about: the selection, else the problem of the trace; undefined where there is neither. */
export function taskHere(view: TraceView | undefined): Task | undefined {
  const editor = vscode.window.activeTextEditor;
  const selected = editor === undefined || editor.selection.isEmpty ? '' : editor.document.getText(editor.selection).trim();
  if (selected !== '') return taskOf({ question: selected });
  if (view === undefined) return undefined;
  const { trace } = view.open;
  const { row, file } = trace.source;
  return { ...taskOf(problemOf(trace)), ...(view.document.uri.scheme === TRACE_SCHEME && row !== undefined && { data: { file, rows: [row] } }) };
}

export function taskOf(problem: RunProblem): Task {
  const name = problem.id ?? firstWords(problem.question, 8);
  return { title: name, problems: [problem] };
}

/** Asks for a problem to type. */
export async function askTask(): Promise<Task | undefined> {
  const question = await vscode.window.showInputBox({ title: vscode.l10n.t('Solve with PATS'), prompt: vscode.l10n.t('The problem, as the policy is to read it. Or select a text, open a trace or a row first.'), ignoreFocusOut: true, validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Write a problem.') : undefined) });
  return question === undefined || question.trim() === '' ? undefined : taskOf({ question: question.trim() });
}

/** Each strategy in a few words. */
export const aboutStrategies = (): Readonly<Record<Strategy, string>> => ({
  pats: vscode.l10n.t('PATS: 2, 4 or 8 candidates a step, decided by how good the last step was'),
  'all-simple': vscode.l10n.t('2 candidates at every step'),
  'all-medium': vscode.l10n.t('4 candidates at every step'),
  'all-complex': vscode.l10n.t('8 candidates at every step'),
  'random-mode': vscode.l10n.t('a mode drawn at each step'),
  'solution-switching': vscode.l10n.t('a simple solution; where the verifier does not pass it, another in complex mode'),
  guided: vscode.l10n.t('guided search of R-PRM: 8 candidates a step, the best is kept'),
  beam: vscode.l10n.t('several paths side by side'),
  'best-of-n': vscode.l10n.t('whole solutions; the best score wins'),
  majority: vscode.l10n.t('whole solutions; the most frequent answer wins, nothing is judged'),
  sampling: vscode.l10n.t('one solution, nothing is judged'),
});

/** The rows of a data set that are to be solved, where a person may choose them. */
export interface RowsChoice {
  /** Which they are. */
  readonly text: () => string;
  /** What they take with these settings. */
  readonly estimate: (settings: SearchSettings) => Promise<string>;
  readonly ask: () => Promise<void>;
}

type Row = vscode.QuickPickItem & { readonly act: 'go' | 'rows' | 'strategy' | 'policy' | 'verifier' | 'seed' | 'temperature' | 'settings' };

/**
 * One list with all that a search is told, each with what it is now: Enter on the first starts, on another changes it. So the
 * usual case is one key. Resolves to the settings, or undefined after Escape.
 */
export async function askSettings(title: string, rows?: RowsChoice): Promise<SearchSettings | undefined> {
  let strategy = readStrategy();
  let changes: { readonly seed?: number; readonly temperature?: number } = {};
  for (;;) {
    const settings = changed(readSearchSettings(strategy), changes);
    const items = [...rowsOf(settings)];
    if (rows !== undefined) items.splice(1, 0, { act: 'rows', label: `$(list-ordered) ${vscode.l10n.t('Rows')}`, description: rows.text(), detail: await rows.estimate(settings) });
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Enter starts the search; choose a line to change it'), ignoreFocusOut: true });
    switch (picked?.act) {
      case undefined:
        return undefined;
      case 'go':
        return settings;
      case 'rows':
        await rows?.ask();
        break;
      case 'strategy':
        strategy = (await pickStrategy(strategy)) ?? strategy;
        break;
      case 'policy':
        await vscode.commands.executeCommand(SEARCH_COMMANDS.choosePolicy);
        break;
      case 'verifier':
        await vscode.commands.executeCommand(COMMANDS.chooseVerifier);
        break;
      case 'seed':
        changes = { ...changes, ...numberNamed('seed', await askNumber(vscode.l10n.t('Seed'), vscode.l10n.t('A whole number from 0 on.'), settings.seed, (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31)) };
        break;
      case 'temperature':
        changes = { ...changes, ...numberNamed('temperature', await askNumber(vscode.l10n.t('Temperature of the policy'), vscode.l10n.t('From 0 (greedy) to 2.'), settings.policy.temperature, (value) => value >= 0 && value <= 2)) };
        break;
      case 'settings':
        await vscode.commands.executeCommand('workbench.action.openSettings', 'stepscope.search');
        return undefined;
    }
  }
}

function changed(settings: SearchSettings, { seed, temperature }: { readonly seed?: number; readonly temperature?: number }): SearchSettings {
  return { ...settings, ...(seed !== undefined && { seed }), ...(temperature !== undefined && { policy: { ...settings.policy, temperature } }) };
}

function rowsOf({ strategy, policy, verifier, thresholds, seed, widths, budget }: SearchSettings): Row[] {
  const choice = readVerifierChoice(POLICY);
  const keepsTemplate = choice.ok && choice.value.type === 'server' && policy.template === undefined;
  return [
    { act: 'go', label: `$(play) ${vscode.l10n.t('Start')}`, detail: strategy === 'pats' ? vscode.l10n.t('good {0}, low {1}, bad {2}; {3}, {4} or {5} candidates; at most {6} rounds', thresholds.good, thresholds.low, thresholds.bad, widths.simple, widths.medium, widths.complex, budget.rounds) : vscode.l10n.t('at most {0} rounds', budget.rounds) },
    { act: 'strategy', label: `$(type-hierarchy) ${vscode.l10n.t('Strategy')}`, description: strategy, detail: aboutStrategies()[strategy] },
    { act: 'policy', label: `$(edit) ${vscode.l10n.t('Policy')}`, description: choiceText(POLICY), detail: keepsTemplate ? vscode.l10n.t('writes the steps; {0} prompt: a server that continues a text keeps its chat template to itself, so write it into {1}', policy.prompt, SETTINGS.policyTemplate) : vscode.l10n.t('writes the steps; {0} prompt', policy.prompt) },
    { act: 'verifier', label: `$(law) ${vscode.l10n.t('Verifier')}`, description: choiceText(VERIFIER), detail: vscode.l10n.t('judges the steps; K = {0}', verifier.k) },
    { act: 'temperature', label: `$(flame) ${vscode.l10n.t('Temperature')}`, description: String(policy.temperature) },
    { act: 'seed', label: `$(symbol-numeric) ${vscode.l10n.t('Seed')}`, description: String(seed) },
    { act: 'settings', label: `$(gear) ${vscode.l10n.t('More settings…')}`, detail: vscode.l10n.t('thresholds, penalty, budgets, limits of tokens') },
  ];
}

/** What is set for a role, in a few words. */
export function choiceText(role: ModelRole): string {
  const choice = readVerifierChoice(role);
  return choice.ok ? modelText(choice.value, role) : choice.error.message;
}

/** A model in a few words. */
export function modelText(choice: VerifierChoice, role: ModelRole): string {
  switch (choice.type) {
    case 'bundled':
      return vscode.l10n.t('{0} (bundled)', role.bundled);
    case 'folder':
      return choice.folder;
    case 'server':
      return vscode.l10n.t('{0} at {1}', choice.server.model ?? vscode.l10n.t('the model'), choice.server.endpoints.join(', '));
  }
}

export async function pickStrategy(now: Strategy): Promise<Strategy | undefined> {
  const items = STRATEGIES.map((strategy) => ({ label: `${strategy === now ? '$(check) ' : ''}${strategy}`, detail: aboutStrategies()[strategy], strategy }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Strategy'), matchOnDetail: true }))?.strategy;
}

async function askNumber(title: string, rule: string, value: number, fits: (value: number) => boolean): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({ title, prompt: rule, value: String(value), validateInput: (typed) => (typed.trim() !== '' && fits(Number(typed)) ? undefined : rule) });
  return text === undefined ? undefined : Number(text);
}

function numberNamed<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}
