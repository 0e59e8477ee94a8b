import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { eventually, fresh, LONG, openText, run } from './traces.ts';

const ROWS = [
  { id: 'first', problem: 'Mia has 4 photos and gets 3 more. How many photos does Mia have?', steps: ['Mia gets 3 more photos: 4 + 3 = 7.', 'So the answer is 7.'], label: -1 },
  { id: 'second', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 3 coins.', 'So the answer is 3.'], label: 0 },
];
const VIEW_TYPE = 'stepscope.table';

const textOf = (rows: readonly unknown[]): string => fresh(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
const activeInput = (): unknown => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
const tableIsActive = (uri: vscode.Uri): boolean => {
  const input = activeInput();
  return input instanceof vscode.TabInputCustom && input.viewType === VIEW_TYPE && input.uri.toString() === uri.toString();
};

describe('data sets', function () {
  this.timeout(LONG);
  let file: vscode.Uri;

  before('writes one', async () => {
    file = (await openText(textOf(ROWS), 'jsonl')).document.uri;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('opens a row as its trace document, and remembers the row', async () => {
    await run('openTraces', file);
    await run('openRow', file.toString(), 1);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'stepscope-trace');
    assert.match(document.getText(), /After losing 5/);
    assert.equal((await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri)).filter(({ name }) => name.startsWith('Step ')).length, 2);
  });

  it('opens a row again at the step where it was left', async () => {
    await run('nextStep');
    await run('nextStep');
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const { line } = editor.selection.active;
    assert.ok(line > 0);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('openRow', file.toString(), 1);
    await eventually('the cursor is at the step', () => vscode.window.activeTextEditor?.selection.active.line === line);
  });

  it('leaves a .jsonl file to the text editor, and shows it as a table only when asked', async () => {
    await vscode.commands.executeCommand('vscode.open', file);
    assert.ok(activeInput() instanceof vscode.TabInputText);
    await run('openAsTable', file);
    await eventually('the table', () => tableIsActive(file));
  });

  it('opens the table of the file in the active editor', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
    await run('openAsTable');
    await eventually('the table', () => tableIsActive(file));
  });

  it('takes rows from files that are too long for a text document', async () => {
    const filler = Array.from({ length: 4000 }, (_, row) => ({ id: `f${row}`, problem: 'x'.repeat(1500), steps: ['one', 'two'] }));
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const large = vscode.Uri.joinPath(folder.uri, `large-${Date.now()}.jsonl`);
    await vscode.workspace.fs.writeFile(large, Buffer.from(textOf([...filler, ROWS[1]])));
    assert.ok(readFileSync(large.fsPath).byteLength > 5_000_000);
    await run('openRow', large.toString(), 4000);
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /After losing 5/);
    await run('closeTraces', large);
  });

  it('closes what is open, and answers where there is nothing', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('refreshTraces', file);
    await run('closeTraces', file);
    await run('refreshTraces');
    await run('closeTraces', file);
  });
});
