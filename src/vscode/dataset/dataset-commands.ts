import * as vscode from 'vscode';
import type { Disposable } from '../disposable.ts';
import { DATASET_COMMANDS, TRACE_SCHEME, VIEWS, type DatasetCommandName } from '../manifest.ts';
import { note, type Navigation } from '../navigation.ts';
import { fileArgument, rowArgument, uriOf, type RowPlace } from '../row-argument.ts';
import { parseRowUri, type RowDocuments } from '../trace-content-provider.ts';
import { documentName } from '../trace-documents.ts';
import type { TraceMemory } from '../trace-memory.ts';
import type { TraceTarget } from '../trace-target.ts';
import { count } from '../wording.ts';
import { DATASET_EXTENSIONS } from './choose-dataset.ts';
import type { DatasetLibrary } from './dataset-library.ts';
import type { ReadingCommands } from './reading-commands.ts';
import { tellUnread } from './offer-reading.ts';
import { pickVariant } from './pick-variant.ts';
import { isOneTrace } from './tree-items.ts';

export interface DatasetCommandDependencies {
  readonly extension: vscode.Uri;
  readonly library: DatasetLibrary;
  readonly readings: ReadingCommands;
  readonly rowDocuments: RowDocuments;
  readonly target: TraceTarget;
  readonly navigation: Navigation;
  readonly memory: TraceMemory;
}

export interface DatasetCommands extends Disposable {
  /** Opens a trace of a row, the first unless one is named; says in one sentence where that cannot be done. */
  openRow(uri: vscode.Uri, row: number, column: vscode.ViewColumn, variant?: string): Promise<void>;
  /** Asks which of the traces of a row is to be opened. */
  openVariant(uri: vscode.Uri, row: number, column: vscode.ViewColumn): Promise<void>;
}

const EXTENSIONS = [...DATASET_EXTENSIONS, 'md', 'markdown', 'txt'];

export function registerDatasetCommands({ extension, library, readings, rowDocuments, target, navigation, memory }: DatasetCommandDependencies): DatasetCommands {
  const say = (text: string): void => void vscode.window.showInformationMessage(text);

  /** Shows the document as a trace, at the step where it was left. */
  async function show(uri: vscode.Uri, column: vscode.ViewColumn): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: column, preview: true });
    const found = await target.find(uri, false);
    if ('refusal' in found) {
      say(found.refusal);
      return;
    }
    const step = memory.lastStep(uri);
    if (step !== undefined) await navigation.reveal(found.view, step);
  }

  async function openRow(uri: vscode.Uri, row: number, column: vscode.ViewColumn, variant?: string): Promise<void> {
    const located = await rowDocuments.locate(uri, row, variant);
    if (!located.ok) {
      tellUnread(uri, located.error);
      return;
    }
    library.setLastRow(uri, row);
    await show(located.value, column);
  }

  async function openVariant(uri: vscode.Uri, row: number, column: vscode.ViewColumn): Promise<void> {
    const variants = await library.variants(uri, row);
    if (!variants.ok) say(variants.error.message);
    else if (variants.value.length < 2) say(vscode.l10n.t('Row {0} of {1} holds one trace.', row, documentName(uri)));
    else {
      const variant = await pickVariant(library, uri, row, variants.value);
      if (variant !== undefined) await openRow(uri, row, column, variant);
    }
  }

  /** One of the open files, asked for where there are several. */
  async function choose(argument: unknown, files: readonly vscode.Uri[], title: string): Promise<vscode.Uri | undefined> {
    const named = argument === undefined ? undefined : fileArgument(argument);
    if (named !== undefined || files.length < 2) return named ?? files[0];
    const picked = await vscode.window.showQuickPick(
      files.map((uri) => ({ label: documentName(uri), description: vscode.workspace.asRelativePath(uri), uri })),
      { title },
    );
    return picked?.uri;
  }

  async function openTraces(argument: unknown, selection: unknown): Promise<void> {
    const several = Array.isArray(selection) ? selection.filter((item) => item instanceof vscode.Uri) : [];
    const named = argument instanceof vscode.Uri ? [argument] : [];
    const files = several.length > 0 ? several : named.length > 0 ? named : await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Open Traces'),
      openLabel: vscode.l10n.t('Open Traces'),
      canSelectMany: true,
      filters: { [vscode.l10n.t('Traces and data sets')]: EXTENSIONS, [vscode.l10n.t('All files')]: ['*'] },
    });
    if (files === undefined || files.length === 0) return;
    files.forEach((uri) => library.add(uri));
    await vscode.commands.executeCommand(`${VIEWS.traces}.focus`);
    if (files.length > 1) note(vscode.l10n.t('{0} are in the Traces view.', count(files.length, 'file')));
  }

  async function askRow(argument: unknown, row: unknown): Promise<void> {
    const sets = library.list();
    if (argument === undefined && sets.length === 0) {
      say(vscode.l10n.t('No data set is open: run Stepscope: Open Traces… first.'));
      return;
    }
    const uri = await choose(argument, sets, vscode.l10n.t('Open a row of'));
    if (uri === undefined) return;
    if (isOneTrace(uri)) {
      await show(uri, vscode.ViewColumn.Active);
      return;
    }
    if (typeof row === 'number') {
      await openRow(uri, row, vscode.ViewColumn.Active);
      return;
    }
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Open a row of {0}', documentName(uri)),
      prompt: vscode.l10n.t('Number of the row; the first is 0.'),
      value: String(library.lastRow(uri) ?? 0),
      validateInput: (value) => (/^\d{1,15}$/.test(value.trim()) ? undefined : vscode.l10n.t('Write a whole number, 0 or more.')),
    });
    if (text !== undefined) await openRow(uri, Number(text), vscode.ViewColumn.Active);
  }

  async function withDataset(argument: unknown, act: (uri: vscode.Uri) => Promise<void>): Promise<void> {
    const uri = fileArgument(argument) ?? (await choose(undefined, library.list(), vscode.l10n.t('Data set')));
    if (uri === undefined) say(vscode.l10n.t('No data set is open: run Stepscope: Open Traces… first.'));
    else if (uri.scheme === 'untitled') say(vscode.l10n.t('{0} is not saved yet: save it first.', documentName(uri)));
    else if (isOneTrace(uri)) say(vscode.l10n.t('{0} is a text, which is one trace: there are no rows with fields.', documentName(uri)));
    else await act(uri);
  }

  const handlers: Readonly<Record<DatasetCommandName, (argument?: unknown, second?: unknown, third?: unknown) => Promise<void> | void>> = {
    openTraces,
    openSample: () => openTraces(vscode.Uri.joinPath(extension, 'media', 'samples', 'sample.jsonl'), undefined),
    openScoredSample: () => openRow(vscode.Uri.joinPath(extension, 'media', 'samples', 'photos-scored.jsonl'), 0, vscode.ViewColumn.Active),
    openRow: askRow,
    async openVariant(argument, row, variant) {
      const place = placeOf(argument, row);
      if (place === undefined) say(vscode.l10n.t('No row is open here: open one from the Traces view or the table, and run this again.'));
      else if (typeof variant === 'string') await openRow(place.file, place.row, vscode.ViewColumn.Active, variant);
      else await openVariant(place.file, place.row, vscode.ViewColumn.Active);
    },
    async openAsTable(argument) {
      const uri = fileArgument(argument);
      if (uri === undefined) say(vscode.l10n.t('No file is open here: open a data set first, or run Stepscope: Open Traces….'));
      else if (uri.scheme === 'untitled') say(vscode.l10n.t('{0} is not saved yet: save it first.', documentName(uri)));
      else if (isOneTrace(uri)) say(vscode.l10n.t('{0} is one trace and has no rows: run Stepscope: Score Steps in its editor.', documentName(uri)));
      else await vscode.commands.executeCommand('vscode.openWith', uri, VIEWS.table);
    },
    chooseFormat: (argument, format) => withDataset(argument, (uri) => readings.chooseFormat(uri, typeof format === 'string' ? format : undefined)),
    mapFields: (argument, map) => withDataset(argument, (uri) => readings.mapFields(uri, isMap(map) ? map : undefined)),
    async closeTraces(argument) {
      const uri = await choose(argument, library.list(), vscode.l10n.t('Close'));
      if (uri === undefined) {
        if (library.list().length === 0) say(vscode.l10n.t('No data set is open.'));
      } else if (!library.remove(uri)) say(vscode.l10n.t('{0} is not in the Traces view.', documentName(uri)));
    },
    refreshTraces(argument) {
      const uris = argument === undefined ? library.list() : [fileArgument(argument)].filter((uri) => uri !== undefined);
      if (uris.length === 0) say(vscode.l10n.t('No data set is open: there is nothing to read again.'));
      uris.forEach((uri) => library.refresh(uri));
    },
  };

  const registrations = vscode.Disposable.from(
    ...Object.entries(DATASET_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as DatasetCommandName])),
  );
  return { openRow, openVariant, dispose: () => void registrations.dispose() };
}

/** A row that is named by a tree item, by its document, or by its file and number; else that of the active document. */
function placeOf(argument: unknown, row: unknown): RowPlace | undefined {
  const item = rowArgument(argument);
  const uri = uriOf(argument);
  if (item !== undefined || uri === undefined) return item;
  if (uri.scheme === TRACE_SCHEME) return parseRowUri(uri);
  return typeof row === 'number' ? { file: uri, row } : undefined;
}

/** Menus give more than the item that was clicked: a map is what says its version. */
function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'version' in value;
}
