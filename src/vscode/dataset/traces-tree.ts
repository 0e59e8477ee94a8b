import * as vscode from 'vscode';
import { containerOf } from '../../formats/containers/container-of.ts';
import type { Disposable } from '../disposable.ts';
import { COLORS, DATASET_COMMANDS, VIEWS } from '../manifest.ts';
import { createPause } from '../pause.ts';
import { documentName } from '../trace-documents.ts';
import { count } from '../wording.ts';
import type { DatasetLibrary } from './dataset-library.ts';
import { agreementOf, type FindRowScores } from './row-scores.ts';
import { rowRanges, type RowRange } from './row-ranges.ts';
import { firstErrorText, labelMaker, oursText, summarize, type RowSummary } from './row-summary.ts';

/** A node of the *Traces* tree. */
export type TraceNode =
  | { readonly kind: 'file'; readonly uri: vscode.Uri }
  | { readonly kind: 'rows'; readonly uri: vscode.Uri; readonly range: RowRange }
  | { readonly kind: 'row'; readonly uri: vscode.Uri; readonly summary: RowSummary }
  /** One sentence: what is missing, or why nothing can be shown. */
  | { readonly kind: 'note'; readonly uri: vscode.Uri; readonly text: string; readonly trouble: boolean };

export type TracesTree = vscode.TreeDataProvider<TraceNode> & Disposable;

/** A file that is being read, or scores that come in, show at this beat. */
const BEAT_MS = 1000;
/** Longest label of a row without an id. */
const LABEL_WORDS = 60;

/** The open data sets and traces with their rows. Nothing is read before a node is unfolded. */
export function createTracesTree(library: DatasetLibrary, scoresOf: FindRowScores, onScores: vscode.Event<void>): TracesTree {
  const changed = new vscode.EventEmitter<TraceNode | undefined>();
  const files = new Map<string, TraceNode>();
  /** Files whose rows are to be shown anew at the next beat. */
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  function fileNode(uri: vscode.Uri): TraceNode {
    const key = uri.toString();
    const node = files.get(key) ?? { kind: 'file', uri };
    files.set(key, node);
    return node;
  }

  function showSoon(uris: readonly vscode.Uri[]): void {
    for (const uri of uris) waiting.add(uri.toString());
    timer ??= setTimeout(() => {
      timer = undefined;
      const now = [...waiting];
      waiting.clear();
      for (const key of now) if (files.has(key)) changed.fire(files.get(key));
    }, BEAT_MS);
  }

  async function rowNodes(uri: vscode.Uri, range: RowRange): Promise<TraceNode[]> {
    const ranges = rowRanges(range);
    if (ranges !== undefined) return ranges.map((part) => ({ kind: 'rows', uri, range: part }));
    const use = library.use(uri);
    try {
      const opened = await use.current();
      if (!opened.ok) return [{ kind: 'note', uri, text: opened.error.message, trouble: true }];
      const nodes: TraceNode[] = [];
      const pause = createPause();
      for (let row = range.start; row < range.end; row++) {
        const trace = await opened.value.trace(row);
        nodes.push({ kind: 'row', uri, summary: summarize(row, trace, trace.ok ? await scoresOf(trace.value) : undefined) });
        await pause();
      }
      return nodes;
    } finally {
      use.dispose();
    }
  }

  async function fileChildren(uri: vscode.Uri): Promise<TraceNode[]> {
    const use = library.use(uri);
    try {
      const opened = await use.current();
      if (!opened.ok) return [{ kind: 'note', uri, text: opened.error.message, trouble: true }];
      const lost = library.lostMessage(uri);
      const { rows, bytes, total, complete } = opened.value.progress;
      const notes: TraceNode[] = [];
      if (lost !== undefined) notes.push({ kind: 'note', uri, text: lost, trouble: true });
      if (!complete) notes.push({ kind: 'note', uri, text: `The file is being read: ${Math.floor((100 * bytes) / Math.max(1, total))} %, ${count(rows, 'row')} so far.`, trouble: false });
      return [...notes, ...(await rowNodes(uri, { start: 0, end: rows }))];
    } finally {
      use.dispose();
    }
  }

  const subscriptions = vscode.Disposable.from(
    changed,
    library.onDidChange(({ uri, type }) => {
      if (type === 'listed') changed.fire(undefined);
      else if (type === 'progress') showSoon([uri]);
      else if (files.has(uri.toString())) changed.fire(fileNode(uri));
    }),
    onScores(() => showSoon(library.list())),
  );

  return {
    onDidChangeTreeData: changed.event,
    getTreeItem(node) {
      switch (node.kind) {
        case 'file':
          return fileItem(node.uri, library);
        case 'rows':
          return rangeItem(node.uri, node.range);
        case 'row':
          return rowItem(node.uri, node.summary);
        case 'note':
          return noteItem(node.text, node.trouble);
      }
    },
    getChildren(node) {
      switch (node?.kind) {
        case undefined: {
          const uris = library.list();
          for (const key of files.keys()) if (!uris.some((uri) => uri.toString() === key)) files.delete(key);
          return uris.map(fileNode);
        }
        case 'file':
          return fileChildren(node.uri);
        case 'rows':
          return rowNodes(node.uri, node.range);
        case 'row':
        case 'note':
          return [];
      }
    },
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}

/** Whether the file is one text, and so one trace without rows. */
export function isOneTrace(uri: vscode.Uri): boolean {
  const container = containerOf(documentName(uri));
  return container === 'markdown' || container === 'text';
}

function fileItem(uri: vscode.Uri, library: DatasetLibrary): vscode.TreeItem {
  const one = isOneTrace(uri);
  const item = new vscode.TreeItem(documentName(uri), one ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed);
  item.id = uri.toString();
  item.contextValue = one ? 'trace' : 'dataset';
  item.iconPath = new vscode.ThemeIcon(one ? 'list-ordered' : 'database');
  item.tooltip = uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
  if (one) item.command = { command: DATASET_COMMANDS.openRow, title: 'Open', arguments: [uri.toString()] };
  const opened = library.peek(uri);
  if (opened?.ok === true && !one) {
    const { progress, rowFormat } = opened.value;
    item.description = `${count(progress.rows, 'row')}${progress.complete ? '' : ' so far'} · ${rowFormat.id}`;
    item.tooltip = `${item.tooltip}\n${rowFormat.reason}`;
  }
  const trouble = opened?.ok === false ? opened.error.message : library.lostMessage(uri);
  if (trouble !== undefined) {
    item.description = trouble;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  }
  return item;
}

function rangeItem(uri: vscode.Uri, { start, end }: RowRange): vscode.TreeItem {
  const item = new vscode.TreeItem(`rows ${start}–${end - 1}`, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${uri.toString()}#${start}-${end}`;
  item.iconPath = new vscode.ThemeIcon('list-unordered');
  return item;
}

function rowItem(uri: vscode.Uri, summary: RowSummary): vscode.TreeItem {
  const { row } = summary;
  if (summary.kind === 'no-trace') {
    const item = new vscode.TreeItem(`row ${row}`);
    item.description = `no trace: ${summary.reason}`;
    item.tooltip = summary.reason;
    item.iconPath = new vscode.ThemeIcon('circle-slash');
    return item;
  }
  const { id, problem, steps, label, ours } = summary;
  const item = new vscode.TreeItem(id ?? (problem.length > LABEL_WORDS ? `${problem.slice(0, LABEL_WORDS - 1).trimEnd()}…` : problem));
  const parts = [
    count(steps, 'step'),
    ...(label === undefined ? [] : [`label: ${firstErrorText(label.firstError)}`]),
    ...(ours === undefined ? [] : [`ours: ${oursText(ours, steps)}`]),
  ];
  const { icon, color, words } = agreementIcon(summary);
  item.description = parts.join(' · ');
  item.tooltip = [`row ${row}${id === undefined ? '' : ` · ${id}`}`, ...parts, ...(label === undefined ? [] : [`label and ours are first errors; labelled by: ${labelMaker(label)} (field ${label.field})`]), words, '', problem].join('\n');
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.accessibilityInformation = { label: [`row ${row}`, id ?? problem, ...parts, words].join(', ') };
  item.command = { command: DATASET_COMMANDS.openRow, title: 'Open', arguments: [uri.toString(), row] };
  item.contextValue = 'row';
  return item;
}

function agreementIcon({ label, ours }: Extract<RowSummary, { readonly kind: 'trace' }>): { readonly icon: string; readonly color?: string; readonly words: string } {
  switch (agreementOf(label, ours)) {
    case 'agree':
      return { icon: 'pass', color: COLORS.correct, words: 'our first error agrees with the label' };
    case 'differ':
      return { icon: 'diff', color: COLORS.error, words: 'our first error differs from the label' };
    case undefined:
      if (ours !== undefined) return { icon: 'beaker', words: label === undefined ? 'scored, no label' : 'not all steps are scored' };
      return label === undefined ? { icon: 'circle-outline', words: 'no label, not scored' } : { icon: 'tag', words: 'labelled, not scored' };
  }
}

function noteItem(text: string, trouble: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.tooltip = text;
  item.iconPath = new vscode.ThemeIcon(trouble ? 'warning' : 'sync');
  return item;
}

/** The view in the side bar. */
export function createTracesView(tree: TracesTree): Disposable {
  return vscode.Disposable.from(tree, vscode.window.createTreeView(VIEWS.traces, { treeDataProvider: tree, showCollapseAll: true }));
}
