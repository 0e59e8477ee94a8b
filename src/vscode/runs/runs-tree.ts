import * as vscode from 'vscode';
import type { RunKind } from '../../core/run/run.ts';
import type { Disposable } from '../disposable.ts';
import { RUN_COMMANDS, VIEWS } from '../manifest.ts';
import type { RunEntry, RunStore } from './run-store.ts';

const ICONS: Readonly<Record<RunKind, string>> = { search: 'type-hierarchy', eval: 'checklist', bias: 'eye', masking: 'eye-closed' };
/** Runs that go on show at this beat. */
const BEAT_MS = 1000;

/** The **Runs** view: what was run in this workspace, newest first. */
export function createRunsView(store: RunStore): Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let timer: NodeJS.Timeout | undefined;
  const tree: vscode.TreeDataProvider<RunEntry> = {
    onDidChangeTreeData: changed.event,
    getChildren: async (entry) => (entry === undefined ? [...(await store.list())] : []),
    getTreeItem: runItem,
  };
  return vscode.Disposable.from(
    changed,
    vscode.window.createTreeView(VIEWS.runs, { treeDataProvider: tree }),
    store.onDidChange(({ id }) => {
      if (id === undefined || !store.isRunning(id)) changed.fire(undefined);
      else
        timer ??= setTimeout(() => {
          timer = undefined;
          changed.fire(undefined);
        }, BEAT_MS);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}

function runItem(entry: RunEntry): vscode.TreeItem {
  if (!('header' in entry)) return troubleItem(entry.id, entry.trouble);
  const { id, header } = entry;
  const item = new vscode.TreeItem(header.title);
  const state = runState(entry);
  item.id = id;
  item.description = [state.text, dayAndTime(header.started)].filter((part) => part !== '').join(' · ');
  item.iconPath = state.icon === undefined ? new vscode.ThemeIcon(ICONS[header.kind]) : new vscode.ThemeIcon(state.icon);
  item.tooltip = [header.title, `${header.kind} · ${state.text}`, ...(entry.end?.message === undefined ? [] : [entry.end.message]), `started ${dayAndTime(header.started)}`, ...modelLines(entry)].join('\n');
  item.accessibilityInformation = { label: [header.kind, header.title, state.text, dayAndTime(header.started)].join(', ') };
  item.command = { command: RUN_COMMANDS.openRun, title: 'Open', arguments: [id] };
  item.contextValue = `run ${header.kind} ${entry.running !== undefined ? 'running' : entry.end?.reason === 'done' ? 'done' : 'unfinished'}`;
  return item;
}

function troubleItem(id: string, trouble: string): vscode.TreeItem {
  const item = new vscode.TreeItem(id);
  item.id = id;
  item.description = trouble;
  item.tooltip = trouble;
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = 'run unknown damaged';
  return item;
}

/** What became of it: its headline, and why it is not done where it is not. An icon stands for what is not the rule. */
export function runState({ end, running }: Extract<RunEntry, { readonly header: unknown }>): { readonly text: string; readonly icon?: string } {
  if (running !== undefined) return { text: running.progress === '' ? 'running' : `running: ${running.progress}`, icon: 'sync' };
  if (end === undefined) return { text: 'cut off: the editor was closed', icon: 'debug-disconnect' };
  switch (end.reason) {
    case 'done':
      return { text: end.headline };
    case 'budget':
      return { text: `budget spent: ${end.headline}` };
    case 'cancelled':
      return { text: `cancelled: ${end.headline}`, icon: 'circle-slash' };
    case 'failed':
      return { text: `failed: ${end.headline}`, icon: 'error' };
  }
}

function modelLines({ header }: Extract<RunEntry, { readonly header: unknown }>): string[] {
  return header.models.map(({ role, info }) => `${role}: ${info.name}${!info.weights ? '' : ` (${info.weights})`}`);
}

/** In the form of the person's own language; the text itself where it is no date. */
export function dayAndTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
