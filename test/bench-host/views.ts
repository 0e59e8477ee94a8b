import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

/** Views by what opens them beside an open trace. */
const VIEWS: Readonly<Record<string, () => Thenable<unknown>>> = {
  scores: () => vscode.commands.executeCommand('stepscope.showStepScores'),
  analysis: () => vscode.commands.executeCommand('stepscope.showAnalysis'),
  table: () => vscode.commands.executeCommand('vscode.openWith', sample('sample.jsonl'), 'stepscope.table'),
  trace: () => vscode.commands.executeCommand('stepscope.openScoredSample'),
};

export const VIEW_NAMES = Object.keys(VIEWS);

function sample(name: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.extensions.getExtension('stepscope.stepscope')?.extensionUri ?? vscode.Uri.file('/'), 'media', 'samples', name);
}

/** Opens each view and closes all, so many times. */
export async function openAndCloseViews(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await VIEWS['trace']?.();
    for (const open of Object.values(VIEWS)) await open();
    await sleep(60);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  }
}
