import * as vscode from 'vscode';
import type { RunKind } from '../../core/run/run.ts';
import type { Disposable } from '../disposable.ts';
import { RUN_COMMANDS, VIEWS } from '../manifest.ts';
import { dayAndTime } from '../wording.ts';
import type { RunEntry, RunStore } from './run-store.ts';

const ICONS: Readonly<Record<RunKind, string>> = { search: 'type-hierarchy', eval: 'checklist', bias: 'eye', masking: 'eye-closed' };
/** Runs that go on show at this beat. */
const BEAT_MS = 1000;

export interface RunsView extends Disposable {
  /** What is selected in it. */
  selected(): readonly RunEntry[];
}

/** The **Runs** view: what was run in this workspace, newest first. */
export function createRunsView(store: RunStore): RunsView {
  const changed = new vscode.EventEmitter<undefined>();
  let timer: NodeJS.Timeout | undefined;
  const tree: vscode.TreeDataProvider<RunEntry> = {
    onDidChangeTreeData: changed.event,
    getChildren: async (entry) => (entry === undefined ? [...(await store.list())] : []),
    getTreeItem: runItem,
  };
  const view = vscode.window.createTreeView(VIEWS.runs, { treeDataProvider: tree, canSelectMany: true });
  const subscriptions = vscode.Disposable.from(
    changed,
    view,
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
  return { selected: () => view.selection, dispose: () => void subscriptions.dispose() };
}

function runItem(entry: RunEntry): vscode.TreeItem {
  if (!('header' in entry)) return troubleItem(entry.id, entry.trouble);
  const { id, header } = entry;
  const item = new vscode.TreeItem(header.title);
  const state = runState(entry);
  item.id = id;
  item.description = [state.text, dayAndTime(header.started)].filter((part) => part !== '').join(' · ');
  item.iconPath = state.icon === undefined ? new vscode.ThemeIcon(ICONS[header.kind]) : new vscode.ThemeIcon(state.icon);
  item.tooltip = [header.title, `${kindWord(header.kind)} · ${state.text}`, ...(entry.end?.message === undefined ? [] : [entry.end.message]), vscode.l10n.t('started {0}', dayAndTime(header.started)), ...modelLines(entry)].join('\n');
  item.accessibilityInformation = { label: [kindWord(header.kind), header.title, state.text, dayAndTime(header.started)].join(', ') };
  item.command = { command: RUN_COMMANDS.openRun, title: vscode.l10n.t('Open'), arguments: [id] };
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
  if (running !== undefined) return { text: running.progress === '' ? vscode.l10n.t('running') : vscode.l10n.t('running: {0}', running.progress), icon: 'sync' };
  if (end === undefined) return { text: vscode.l10n.t('cut off: the editor was closed'), icon: 'debug-disconnect' };
  switch (end.reason) {
    case 'done':
      return { text: end.headline };
    case 'budget':
      return { text: vscode.l10n.t('budget spent: {0}', end.headline) };
    case 'cancelled':
      return { text: vscode.l10n.t('cancelled: {0}', end.headline), icon: 'circle-slash' };
    case 'failed':
      return { text: vscode.l10n.t('failed: {0}', end.headline), icon: 'error' };
  }
}

function kindWord(kind: RunKind): string {
  switch (kind) {
    case 'search':
      return vscode.l10n.t('search');
    case 'eval':
      return vscode.l10n.t('evaluation');
    case 'bias':
      return vscode.l10n.t('bias experiment');
    case 'masking':
      return vscode.l10n.t('hidden input');
  }
}

function roleWord(role: string): string {
  return role === 'verifier' ? vscode.l10n.t('verifier') : role === 'policy' ? vscode.l10n.t('policy') : role;
}

function modelLines({ header }: Extract<RunEntry, { readonly header: unknown }>): string[] {
  return header.models.map(({ role, info }) => `${roleWord(role)}: ${info.name}${!info.weights ? '' : ` (${info.weights})`}`);
}
