import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import type { Result } from '../../core/result.ts';
import { note } from '../navigation.ts';
import { documentName } from '../trace-documents.ts';

/** A form that something can be written in. */
export interface ExportForm {
  /** `Markdown: a report for reading`. */
  readonly title: string;
  /** Without a dot. */
  readonly extension: string;
  write(): Result<string> | Promise<Result<string>>;
}

/** Writes what is called `name` to a file. Asks for the form and the file, unless they are named: a form by its extension. */
export async function exportFile(name: string, forms: readonly ExportForm[], form?: unknown, file?: unknown): Promise<void> {
  const title = vscode.l10n.t('Export {0}', name);
  const chosen = forms.find(({ extension }) => extension === form) ?? (await vscode.window.showQuickPick(forms.map((one) => ({ label: one.title, description: `.${one.extension}`, one })), { title }))?.one;
  if (chosen === undefined) return;
  const text = await chosen.write();
  if (!text.ok) {
    void vscode.window.showWarningMessage(text.error.message);
    return;
  }
  const uri = file instanceof vscode.Uri ? file : await askFile(title, name, chosen.extension);
  if (uri === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text.value));
    note(vscode.l10n.t('{0} is exported to {1}.', name, documentName(uri)));
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot be written: {1}. Choose another folder.', documentName(uri), errorText(error)));
  }
}

async function askFile(title: string, name: string, extension: string): Promise<vscode.Uri | undefined> {
  const base = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({ title, filters: { [extension.toUpperCase()]: [extension] }, ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, `${base}.${extension}`) }) });
}
