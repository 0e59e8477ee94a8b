import * as vscode from 'vscode';
import { errorText } from '../core/error-text.ts';
import type { SegmentationChoice } from '../core/segment/segment-trace.ts';
import type { TraceRecord } from '../core/trace/record.ts';
import type { ExportFormat } from '../formats/export/export-format.ts';
import { EXPORT_FORMATS } from '../formats/export/exports.ts';
import { lossesText } from '../formats/export/losses-text.ts';
import { documentName } from './trace-documents.ts';
import type { TraceView } from './trace-sessions.ts';

/**
 * Writes a trace with its scores, notes and segmentation to a file, and says what the format could not hold. Asks for
 * the format and the file, unless `id` and `target` say them.
 */
export async function exportTrace(view: TraceView, choice: SegmentationChoice, id?: unknown, target?: unknown): Promise<void> {
  const format = EXPORT_FORMATS.find((known) => known.id === id) ?? (await pickFormat(view));
  if (format === undefined) return;
  const uri = target instanceof vscode.Uri ? target : await askForFile(view, format);
  if (uri === undefined) return;
  const { text, losses } = format.write([recordOf(view, choice)]);
  const name = documentName(uri);
  if (text === '') {
    void vscode.window.showWarningMessage(vscode.l10n.t('{0} is not written: {1} takes a trace with an id and a score at every step.', name, format.title));
    return;
  }
  try {
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot be written: {1}. Choose another folder.', name, errorText(error)));
    return;
  }
  // Not awaited: a notification that stays open must not hold the command up.
  void vscode.window.showInformationMessage([vscode.l10n.t('{0} is exported to {1}.', view.open.name, name), lossesText(name, losses)].join(' ').trim(), vscode.l10n.t('Open')).then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand('vscode.open', uri);
  });
}

/** All that is known of a trace. */
export function recordOf({ open, annotations, notes }: TraceView, choice: SegmentationChoice): TraceRecord {
  const segmentation = open.segmentation === undefined ? undefined : choice;
  return {
    trace: open.trace,
    ...(annotations.scored > 0 && { scores: annotations.steps.map(({ score }) => score) }),
    ...(notes.length > 0 && { notes }),
    ...(segmentation !== undefined && { segmentation }),
  };
}

async function pickFormat({ open }: TraceView): Promise<ExportFormat | undefined> {
  const items = EXPORT_FORMATS.map((format) => ({ label: format.title, description: `.${format.extension}`, format }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export {0}', open.name), placeHolder: vscode.l10n.t('What to write') }))?.format;
}

/** The dialog itself asks before a file is written over. */
function askForFile({ document, open }: TraceView, { title, extension }: ExportFormat): Thenable<vscode.Uri | undefined> {
  const base = documentName(document.uri).replace(/\.[^.]+$/, '').replace(/[^\p{L}\p{N}._-]+/gu, '-');
  const folder = document.uri.scheme === 'file' ? vscode.Uri.joinPath(document.uri, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `${base}-stepscope.${extension}`;
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export {0}', open.name),
    filters: { [title.split(':')[0] ?? title]: [extension] },
    ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, file) }),
  });
}
