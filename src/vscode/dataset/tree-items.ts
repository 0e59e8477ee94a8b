import * as vscode from 'vscode';
import { containerOf } from '../../formats/containers/container-of.ts';
import { COLORS, DATASET_COMMANDS } from '../manifest.ts';
import { shortAgreement } from '../note-text.ts';
import { documentName } from '../trace-documents.ts';
import { count } from '../wording.ts';
import type { DatasetLibrary } from './dataset-library.ts';
import { agreementOf } from './row-scores.ts';
import type { RowRange } from './row-ranges.ts';
import { firstErrorText, labelMaker, oneLine, oursText, type RowSummary } from './row-summary.ts';

/** A node of the *Traces* tree. */
export type TraceNode =
  | { readonly kind: 'file'; readonly uri: vscode.Uri }
  | { readonly kind: 'rows'; readonly uri: vscode.Uri; readonly range: RowRange }
  /** A row; with `variant`, one of the several traces of it. */
  | { readonly kind: 'row'; readonly uri: vscode.Uri; readonly row: number; readonly variant?: string; readonly summary: RowSummary }
  /** One sentence: what is missing, or why nothing can be shown. */
  | { readonly kind: 'note'; readonly uri: vscode.Uri; readonly text: string; readonly trouble: boolean; readonly command?: vscode.Command };

/** Longest label of a row without an id. */
const LABEL_WORDS = 60;

/** What a node is known by, over reloads. */
export function nodeId(node: TraceNode): string {
  const file = node.uri.toString();
  switch (node.kind) {
    case 'file':
      return file;
    case 'rows':
      return `${file}#${node.range.start}-${node.range.end}`;
    case 'row':
      return `${file}#${JSON.stringify([node.row, ...(node.variant === undefined ? [] : [node.variant])])}`;
    case 'note':
      return `${file}#note ${node.text}`;
  }
}

export function treeItem(node: TraceNode, library: DatasetLibrary, isUnfolded: (id: string) => boolean): vscode.TreeItem {
  const item = itemOf(node, library);
  item.id = nodeId(node);
  if (item.collapsibleState !== vscode.TreeItemCollapsibleState.None && isUnfolded(item.id)) item.collapsibleState = vscode.TreeItemCollapsibleState.Expanded;
  return item;
}

function itemOf(node: TraceNode, library: DatasetLibrary): vscode.TreeItem {
  switch (node.kind) {
    case 'file':
      return fileItem(node.uri, library);
    case 'rows':
      return rangeItem(node.range);
    case 'row':
      return node.variant === undefined ? rowItem(node) : variantItem(node, node.variant);
    case 'note':
      return noteItem(node);
  }
}

/** Whether the file is one text, and so one trace without rows. */
export function isOneTrace(uri: vscode.Uri): boolean {
  const container = containerOf(documentName(uri));
  return container === 'markdown' || container === 'text';
}

function fileItem(uri: vscode.Uri, library: DatasetLibrary): vscode.TreeItem {
  const one = isOneTrace(uri);
  const item = new vscode.TreeItem(documentName(uri), one ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed);
  item.contextValue = one ? 'trace' : 'dataset';
  item.iconPath = new vscode.ThemeIcon(one ? 'list-ordered' : 'database');
  item.tooltip = uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
  if (one) item.command = { command: DATASET_COMMANDS.openRow, title: vscode.l10n.t('Open'), arguments: [uri.toString()] };
  const opened = library.peek(uri);
  if (opened?.ok === true && !one) {
    const { progress, rowFormat } = opened.value;
    const rows = count(progress.rows, 'row');
    item.description = `${progress.complete ? rows : vscode.l10n.t('{0} so far', rows)} · ${rowFormat.isRemembered === true ? vscode.l10n.t('{0} (chosen)', rowFormat.id) : rowFormat.id}`;
    item.tooltip = `${item.tooltip}\n${rowFormat.reason}`;
  }
  const trouble = opened?.ok === false ? opened.error.message : library.lostMessage(uri);
  if (trouble !== undefined) {
    item.description = trouble;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  }
  return item;
}

function rangeItem({ start, end }: RowRange): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('rows {0}–{1}', start, end - 1), vscode.TreeItemCollapsibleState.Collapsed);
  item.iconPath = new vscode.ThemeIcon('list-unordered');
  item.contextValue = 'rows';
  return item;
}

type RowNode = Extract<TraceNode, { readonly kind: 'row' }>;

function rowItem(node: RowNode): vscode.TreeItem {
  const { uri, row, summary } = node;
  const { variants } = summary;
  const several = variants.length > 1 ? count(variants.length, 'trace') : undefined;
  const item = summary.kind === 'no-trace'
    ? noTraceItem(vscode.l10n.t('row {0}', row), summary.reason, several)
    : traceItem(summary.id ?? oneLine(summary.problem, LABEL_WORDS), { ...node, summary }, several === undefined ? [] : [several, oneLine(variants[0] ?? '')]);
  if (summary.kind === 'trace') item.command = { command: DATASET_COMMANDS.openRow, title: vscode.l10n.t('Open'), arguments: [uri.toString(), row] };
  item.contextValue = several === undefined ? 'row' : 'row-variants';
  if (several !== undefined) item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
  return item;
}

function variantItem(node: RowNode, variant: string): vscode.TreeItem {
  const { uri, row, summary } = node;
  const item = summary.kind === 'no-trace' ? noTraceItem(oneLine(variant), summary.reason, undefined) : traceItem(oneLine(variant), { ...node, summary }, []);
  item.command = { command: DATASET_COMMANDS.openVariant, title: vscode.l10n.t('Open'), arguments: [uri.toString(), row, variant] };
  item.contextValue = 'variant';
  return item;
}

function noTraceItem(label: string, reason: string, several: string | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  // File and row are known from where the item stands.
  const why = reason.replace(/^.* row \d+(?: \(line \d+\))? (?=has |is )/, '');
  item.description = [...(several === undefined ? [] : [several]), vscode.l10n.t('no trace: {0}', why)].join(' · ');
  item.tooltip = reason;
  item.iconPath = new vscode.ThemeIcon('circle-slash');
  return item;
}

type TraceSummary = Extract<RowSummary, { readonly kind: 'trace' }>;

function traceItem(name: string, { row, variant, summary }: RowNode & { readonly summary: TraceSummary }, before: readonly string[]): vscode.TreeItem {
  const { id, problem, steps, label, ours } = summary;
  const item = new vscode.TreeItem(name);
  const parts = [
    ...before,
    count(steps, 'step'),
    ...(label === undefined ? [] : [vscode.l10n.t('label: {0}', firstErrorText(label.firstError))]),
    ...(ours === undefined ? [] : [vscode.l10n.t('ours: {0}', oursText(ours, steps))]),
    ...(ours?.marks === undefined ? [] : [vscode.l10n.t('{0} marks', shortAgreement(ours.marks))]),
  ];
  const { icon, color, words } = agreementIcon(summary);
  const place = [vscode.l10n.t('row {0}', row), ...(id === undefined ? [] : [id]), ...(variant === undefined ? [] : [oneLine(variant)])].join(' · ');
  item.description = parts.join(' · ');
  item.tooltip = [place, ...parts, ...(label === undefined ? [] : [vscode.l10n.t('label and ours are first errors; labelled by: {0} (field {1})', labelMaker(label), label.field)]), words, '', problem].join('\n');
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.accessibilityInformation = { label: [place, ...(id === undefined ? [problem] : []), ...parts, words].join(', ') };
  return item;
}

function agreementIcon({ label, ours }: TraceSummary): { readonly icon: string; readonly color?: string; readonly words: string } {
  switch (agreementOf(label, ours)) {
    case 'agree':
      return { icon: 'pass', color: COLORS.correct, words: vscode.l10n.t('our first error agrees with the label') };
    case 'differ':
      return { icon: 'diff', color: COLORS.error, words: vscode.l10n.t('our first error differs from the label') };
    case undefined:
      if (ours !== undefined) return { icon: 'beaker', words: label === undefined ? vscode.l10n.t('scored, no label') : vscode.l10n.t('not all steps are scored') };
      return label === undefined ? { icon: 'circle-outline', words: vscode.l10n.t('no label, not scored') } : { icon: 'tag', words: vscode.l10n.t('labelled, not scored') };
  }
}

function noteItem({ text, trouble, command }: Extract<TraceNode, { readonly kind: 'note' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.tooltip = text;
  item.iconPath = new vscode.ThemeIcon(trouble ? 'warning' : 'sync');
  if (command !== undefined) item.command = command;
  return item;
}
