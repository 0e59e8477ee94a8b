import * as vscode from 'vscode';
import { containerOf } from '../../formats/containers/container-of.ts';
import { fileArgument, namedUri } from '../row-argument.ts';
import { documentName } from '../trace-documents.ts';
import type { DatasetLibrary } from './dataset-library.ts';
import { isOneTrace } from './tree-items.ts';

/** Of files of rows. */
export const DATASET_EXTENSIONS: readonly string[] = ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet', 'eval'];

/**
 * The data set that a command is about: of an address or a tree item, taken as it is (whoever opens it says what is wrong with
 * it); else of the active editor, one of those that are open, or one that a person finds; `title` asks for it.
 */
export async function chooseDataset(library: Pick<DatasetLibrary, 'list'>, argument: unknown, title: string): Promise<vscode.Uri | undefined> {
  const uri = fileArgument(argument);
  // A text that is open beside the data set is none.
  if (uri !== undefined && (namedUri(argument) !== undefined || isDataset(uri))) return uri;
  const open = library.list().filter((one) => !isOneTrace(one));
  const items = [...open.map((one) => ({ label: documentName(one), description: vscode.workspace.asRelativePath(one), uri: one })), { label: vscode.l10n.t('$(folder-opened) Another file…'), description: 'JSONL, JSON, CSV, Parquet', uri: undefined }];
  const picked = open.length === 0 ? items[0] : await vscode.window.showQuickPick(items, { title });
  if (picked === undefined || picked.uri !== undefined) return picked?.uri;
  const [file] = (await vscode.window.showOpenDialog({ title, openLabel: vscode.l10n.t('Choose'), filters: { [vscode.l10n.t('Data sets')]: [...DATASET_EXTENSIONS], [vscode.l10n.t('All files')]: ['*'] } })) ?? [];
  return file;
}

function isDataset(uri: vscode.Uri): boolean {
  return uri.scheme !== 'untitled' && containerOf(documentName(uri)) !== undefined && !isOneTrace(uri);
}
