import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { run } from './traces.ts';

/** The folder that is opened. */
export function folder(): vscode.Uri {
  const uri = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(uri, 'the host has a workspace folder');
  return uri;
}

/** A run in one of its forms, as it is exported into the folder; its log where none is named. */
export async function exported(id: string | undefined, form = 'jsonl'): Promise<string> {
  assert.ok(id);
  const file = vscode.Uri.joinPath(folder(), `${id}.${form}`);
  await run('exportRun', id, form, file);
  return readFileSync(file.fsPath, 'utf8');
}

/** The titles of all tabs. */
export function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs: some }) => some.map(({ label }) => label));
}
