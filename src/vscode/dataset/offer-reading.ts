import * as vscode from 'vscode';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import { DATASET_COMMANDS } from '../manifest.ts';
import { isMendable } from './first-rows.ts';

/** Says why a row of the file is no trace, and offers what may help. Not awaited: a notification that stays open must not hold anything up. */
export function tellUnread(file: vscode.Uri, { reason, message }: { readonly reason: FormatErrorReason; readonly message: string }): void {
  if (isMendable(reason)) offerReading(file, message);
  else void vscode.window.showInformationMessage(message);
}

/** Says something about how a file is read, with the commands that change it. */
export function offerReading(file: vscode.Uri, message: string): void {
  const [map, format] = [vscode.l10n.t('Map Fields…'), vscode.l10n.t('Choose Format…')];
  void vscode.window.showWarningMessage(message, map, format).then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(pressed === map ? DATASET_COMMANDS.mapFields : DATASET_COMMANDS.chooseFormat, file);
  });
}
