import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { folder } from '../host/exports.ts';
import { eventually, openText } from '../host/traces.ts';

/** A view of the extension, and what opens it beside the open sample. */
interface View {
  readonly name: string;
  readonly open: () => Thenable<unknown>;
}

const QUESTION = 'Mia has 4 photos and gets 3 more photos. How many photos does Mia have?';
const command = <T = unknown>(name: string, ...parameters: readonly unknown[]): Thenable<T> => vscode.commands.executeCommand<T>(`stepscope.${name}`, ...parameters);
const sample = (name: string): vscode.Uri => vscode.Uri.joinPath(vscode.extensions.getExtension('stepscope.stepscope')?.extensionUri ?? folder(), 'media', 'samples', name);

/** Makes the runs that views show, with as little of a model as they can do with, and returns every view of the extension. */
export async function everyView(): Promise<readonly View[]> {
  const trace = (): vscode.Uri | undefined => vscode.window.visibleTextEditors.find(({ document }) => document.uri.scheme === 'stepscope-trace')?.document.uri;
  const [search, other] = [await importedSearch(), await importedSearch()];
  const report = await evaluation();
  const hidden = needed(await command<string | undefined>('hideInput', { question: QUESTION, gold: '7' }, { targets: ['question'], start: 'start' }), 'hidden input');
  return [
    { name: 'trace', open: () => command('openScoredSample') },
    { name: 'step scores', open: () => command('showStepScores') },
    { name: 'analysis', open: () => command('showAnalysis', trace(), 0) },
    { name: 'overthinking', open: () => command('showOverthinking', trace()) },
    { name: 'attention', open: () => command('showAttention', trace()) },
    { name: 'table', open: () => vscode.commands.executeCommand('vscode.openWith', sample('sample.jsonl'), 'stepscope.table') },
    { name: 'search', open: () => command('openRun', search) },
    { name: 'comparison', open: () => command('compareStrategies', [search, other]) },
    { name: 'report', open: () => command('openRun', report) },
    { name: 'hidden input', open: () => command('openRun', hidden) },
    { name: 'traces', open: () => vscode.commands.executeCommand('stepscope.traces.focus') },
    { name: 'runs', open: () => vscode.commands.executeCommand('stepscope.runs.focus') },
    { name: 'tests', open: () => vscode.commands.executeCommand('workbench.view.testing.focus') },
  ];
}

function needed(id: string | undefined, what: string): string {
  if (id === undefined) throw new Error(`No run came of ${what}`);
  return id;
}

/** A search that asks no model: a result file of the PATS code. */
async function importedSearch(): Promise<string> {
  const history = [{ iteration: 0, phase: 0, candidates: [{ step: '4 + 3 = 7.', reward: 0.9, valid: true }, { step: '4 + 3 = 8.', reward: 0.1, valid: true }], selected: { step: '4 + 3 = 7.', reward: 0.9, accepted: true }, new_phase: 1, terminated: true }];
  const { document } = await openText(JSON.stringify([{ question: QUESTION, history, final_steps: ['4 + 3 = 7.'], success: true }]), 'json');
  return needed(await command<string | undefined>('openAsRun', document.uri, 0), 'a search');
}

/** An evaluation that asks no model: its scores are in a file. */
async function evaluation(): Promise<string> {
  const rows = Array.from({ length: 20 }, (_, row) => ({ id: `sum-${row}`, problem: QUESTION, steps: ['4 + 3 = 7.', `So the answer is ${7 + (row % 2)}.`], label: row % 2 === 0 ? -1 : 1 }));
  const data = await openText(rows.map((row) => `${JSON.stringify(row)}\n`).join(''), 'jsonl');
  const scores = await openText(rows.map(({ id }, row) => `${JSON.stringify({ id, scores: [0.9, row % 3 === 0 ? 0.8 : 0.1] })}\n`).join(''), 'jsonl');
  return needed(await command<string | undefined>('runEval', data.document.uri, { eval: 'processbench', scores: [scores.document.uri] }), 'an evaluation');
}

/** Opens each view, sees that it is there, and closes all; so many times. */
export async function openAndCloseViews(views: readonly View[], times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    for (const { open } of views) await open();
    await sleep(60);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
  }
  await eventually('all tabs are closed', () => vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0));
}

/** How many tabs are open once each view was opened: a view that did not come would make the measure of leaks worthless. */
export async function openTabs(views: readonly View[]): Promise<number> {
  for (const { open } of views) await open();
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).length;
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  return tabs;
}
