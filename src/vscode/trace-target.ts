import * as vscode from 'vscode';
import { rowAt } from '../formats/row-at.ts';
import type { FormatErrorReason } from '../formats/trace-file.ts';
import { isInTab, type ActiveTrace } from './active-trace.ts';
import { TRACE_SCHEME } from './manifest.ts';
import { rowArgument, type RowPlace } from './row-argument.ts';
import type { RowDocuments } from './trace-content-provider.ts';
import { documentName, isDataSet, MAX_DOCUMENT_LENGTH } from './trace-documents.ts';
import type { TraceMemory } from './trace-memory.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';

/** A trace to work on, or the sentence that says why there is none. */
export type TargetResult = { readonly view: TraceView } | Refusal;

export interface Refusal {
  readonly refusal: string;
  /** The data set whose row is no trace, and why. */
  readonly unread?: { readonly file: vscode.Uri; readonly reason: FormatErrorReason };
}

export interface TraceTarget {
  /**
   * The trace that a command is about: of the document that its argument names, of the active
   * editor, or of the last trace while a panel has the focus. Opens it as a trace.
   * `rows` says whether a row of a data set may be opened for it.
   */
  find(argument: unknown, rows: boolean): Promise<TargetResult>;
  /** Opens a document as a trace, without a word where it is none. */
  open(document: vscode.TextDocument): Promise<TraceView | undefined>;
}

export function createTraceTarget(
  sessions: TraceSessions,
  active: ActiveTrace,
  rowDocuments: RowDocuments,
  memory: TraceMemory,
): TraceTarget {
  async function openDocument(document: vscode.TextDocument): Promise<TargetResult> {
    if (document.uri.scheme === TRACE_SCHEME) await rowDocuments.load(document.uri);
    const opened = await sessions.open(document);
    if (!opened.ok) return { refusal: opened.error.message };
    memory.remember(document.uri);
    return { view: opened.value };
  }

  /** The row of a tree item; its document need not be in sight. */
  async function openItem({ file, row, variant }: RowPlace): Promise<TargetResult> {
    const located = await rowDocuments.locate(file, row, variant);
    if (!located.ok) return { refusal: located.error.message, unread: { file, reason: located.error.reason } };
    return openDocument(await vscode.workspace.openTextDocument(located.value));
  }

  /** The row at the cursor, as a document of its own beside the data set. */
  async function openRow(document: vscode.TextDocument): Promise<TargetResult> {
    const name = documentName(document.uri);
    const text = document.getText();
    if (text.length > MAX_DOCUMENT_LENGTH) {
      return { refusal: vscode.l10n.t('{0} is longer than 5 MB: run Stepscope: Open as Trace Table, and open the row from there.', name) };
    }
    const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
    const row = rowAt(text, editor === undefined ? 0 : document.offsetAt(editor.selection.active));
    if (row === undefined) return { refusal: vscode.l10n.t('The cursor is not in a row of {0}: put it into one and try again.', name) };
    const located = await rowDocuments.locate(document.uri, row);
    if (!located.ok) return { refusal: located.error.message, unread: { file: document.uri, reason: located.error.reason } };
    const opened = await vscode.workspace.openTextDocument(located.value);
    await vscode.window.showTextDocument(opened, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    return openDocument(opened);
  }

  return {
    async find(argument, rows) {
      const item = rowArgument(argument);
      if (item !== undefined) return openItem(item);
      const document = await documentOf(argument, active);
      if (document === undefined) {
        return { refusal: vscode.l10n.t('There is no trace here: open a file with a question and a step-by-step solution first.') };
      }
      if (isDataSet(document)) {
        const name = documentName(document.uri);
        return rows ? openRow(document) : { refusal: vscode.l10n.t('{0} is a data set: put the cursor into a row and run Stepscope: Score Steps.', name) };
      }
      if (!isText(document)) {
        return { refusal: vscode.l10n.t('Stepscope reads traces from Markdown, plain text, JSON and JSONL: {0} is none of these.', documentName(document.uri)) };
      }
      return openDocument(document);
    },
    async open(document) {
      const result = await openDocument(document);
      return 'view' in result ? result.view : undefined;
    },
  };
}

/** Lenses and hovers name their document by address, menus by URI. */
async function documentOf(argument: unknown, active: ActiveTrace): Promise<vscode.TextDocument | undefined> {
  const address = argument instanceof vscode.Uri ? argument.toString() : argument;
  if (typeof address === 'string') {
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === address);
    if (open !== undefined) return open;
    try {
      return await vscode.workspace.openTextDocument(vscode.Uri.parse(address, true));
    } catch {
      return undefined;
    }
  }
  const last = active.view()?.document;
  return vscode.window.activeTextEditor?.document ?? (last !== undefined && isInTab(last) ? last : undefined);
}

function isText(document: vscode.TextDocument): boolean {
  return (
    document.uri.scheme === TRACE_SCHEME ||
    document.languageId === 'markdown' ||
    document.languageId === 'plaintext' ||
    /\.(md|markdown|txt)$/i.test(document.uri.path)
  );
}
