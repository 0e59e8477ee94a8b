import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, fresh, lensTitles, LONG, openText, putCursor, run, scores, stepSymbols } from './traces.ts';

const TEXT = `# Problem

Mia has 4 photos and gets 3 more. How many photos does Mia have?

# Solution

Mia gets 3 more photos: 4 + 3 = 7. That is $x = 7$ photos.

Wait, check: 7 - 3 = 4.

So the answer is 7.
`;

async function steps(document: vscode.TextDocument): Promise<string[]> {
  return (await stepSymbols(document)).map(({ range }) => document.getText(range));
}

async function shows(document: vscode.TextDocument, count: number): Promise<void> {
  await eventually(`${count} steps`, async () => (await stepSymbols(document)).length === count);
}

describe('the segmentation of a trace', function () {
  this.timeout(LONG);
  let editor: vscode.TextEditor;
  let opened: string[];

  beforeEach(async () => {
    editor = await openText(fresh(TEXT));
    await run('nextStep');
    await shows(editor.document, 3);
    opened = await steps(editor.document);
  });

  it('changes by name, is shown on the first line, and is still there when the document is opened again', async () => {
    const { document } = editor;
    await run('changeSegmentation', document.uri, 'sentences');
    await shows(document, 4);
    assert.ok((await lensTitles(document)).includes('Steps: Sentences'));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const again = await vscode.workspace.openTextDocument(vscode.Uri.parse(document.uri.toString()));
    await vscode.window.showTextDocument(again);
    await shows(again, 4);
  });

  it('is shown while moving through the picks, and is as it was after Escape', async () => {
    const { document } = editor;
    await run('changeSegmentation', document.uri);
    await eventually('another segmentation is shown', async () => {
      await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
      return (await lensTitles(document)).includes('Steps: Sentences');
    });
    await shows(document, 4);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await shows(document, 3);
    assert.deepEqual(await steps(document), opened);
    assert.ok((await lensTitles(document)).every((title) => !title.startsWith('Steps:')));
  });

  it('is kept with Enter', async () => {
    const { document } = editor;
    await run('changeSegmentation', document.uri);
    await eventually('sentences are shown', async () => {
      await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
      return (await lensTitles(document)).includes('Steps: Sentences');
    });
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await shows(document, 4);
    assert.ok((await lensTitles(document)).includes('Steps: Sentences'));
  });

  it('groups steps into units in the outline', async () => {
    const { document } = editor;
    await run('changeSegmentation', document.uri, 'planning-words');
    await eventually('units', async () => {
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>('vscode.executeDocumentSymbolProvider', document.uri);
      return (symbols ?? []).filter(({ name }) => name.startsWith('Unit ')).map(({ name }) => name).join() === 'Unit 1,Unit 2: Wait,Unit 3: So';
    });
  });

  it('takes edits at the cursor, one after the other, and takes them back', async () => {
    const { document } = editor;
    putCursor(editor, 'That is');
    await run('splitStepAtCursor');
    await shows(document, 4);
    assert.match((await steps(document))[1] ?? '', /^That is/);
    assert.ok((await lensTitles(document)).includes('Steps: Blank lines, 1 edit'));
    putCursor(editor, 'photos.\n\nWait');
    await run('moveStepBoundary');
    await eventually('the boundary moved', async () => /^photos\.\s+Wait/.test((await steps(document))[2] ?? ''));
    putCursor(editor, 'Wait');
    await run('mergeStepWithNext');
    await shows(document, 3);
    assert.match((await steps(document))[2] ?? '', /^photos\.[\s\S]*So the answer is 7\.$/);
    for (const count of [4, 4, 3]) {
      await run('undoSegmentationEdit');
      await shows(document, count);
    }
    assert.deepEqual(await steps(document), opened);
    await run('undoSegmentationEdit');
    assert.deepEqual(await steps(document), opened);
  });

  it('refuses to cut a formula, and changes nothing', async () => {
    putCursor(editor, '= 7$');
    await run('splitStepAtCursor');
    assert.deepEqual(await steps(editor.document), opened);
  });

  it('drops edits with the text that they were made for', async () => {
    const { document } = editor;
    putCursor(editor, 'That is');
    await run('splitStepAtCursor');
    await shows(document, 4);
    await editor.edit((builder) => builder.insert(document.positionAt(document.getText().length), '\nIndeed.\n'));
    await shows(document, 4);
    assert.match((await steps(document))[0] ?? '', /7\$ photos\.$/);
    await vscode.commands.executeCommand('undo');
    await eventually('the edit is back', async () => /^That is/.test((await steps(document))[1] ?? ''));
  });

  it('scores the steps as they are cut', async () => {
    const { document } = editor;
    await run('changeSegmentation', document.uri, 'sentences');
    await shows(document, 4);
    await run('scoreSteps', document.uri);
    await eventually('four scores', async () => (await scores(document)).filter((score) => score !== '').length === 4);
    await run('changeSegmentation', document.uri, 'auto');
    await shows(document, 3);
    assert.deepEqual((await scores(document)).filter((score) => score !== ''), []);
  });
});

describe('the segmentation of a row with steps of its own', function () {
  this.timeout(LONG);

  it('changes in place, and goes back to the given steps', async () => {
    const row = { problem: 'Mia has 4 photos. How many?', steps: ['Mia has 4. Mia keeps them.', 'So the answer is 4.'], label: -1 };
    const editor = await openText(fresh(`${JSON.stringify(row)}\n`), 'jsonl');
    putCursor(editor, '"problem"');
    await run('changeSegmentation', editor.document.uri, 'sentences');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    assert.equal(document.uri.scheme, 'stepscope-trace');
    await shows(document, 3);
    assert.match((await steps(document))[1] ?? '', /keeps them\.$/);
    await run('changeSegmentation', document.uri, 'given');
    await shows(document, 2);
  });
});
