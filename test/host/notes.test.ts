import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, fresh, hoverTexts, lensTitles, LONG, openText, PHOTOS, positionOf, putCursor, run, scores, stepSymbols } from './traces.ts';

describe('notes on steps and the export of a trace', function () {
  this.timeout(LONG);
  let editor: vscode.TextEditor;
  const last = async (): Promise<string> => (await scores(editor.document)).at(-1) ?? '';

  before('opens a trace that is not scored', async () => {
    editor = await openText(fresh(PHOTOS));
    await run('lastStep');
  });

  it('are kept for a step without a score, in the outline and the hover', async () => {
    await run('clearNote');
    await run('nextDisagreement');
    putCursor(editor, 'So the answer');
    await run('markStepWrong');
    await run('commentOnStep', editor.document.uri, 3, '[odd](command:x) *word*');
    await eventually('the outline has the note', async () => /✎ marked wrong: \[odd\]/.test(await last()));
    const hover = (await hoverTexts(editor.document, positionOf(editor.document, 'So the answer'))).find(({ value }) => value.includes('marked wrong'));
    assert.match(hover?.value ?? '', /Note\\: marked wrong\\: \\\[odd\\\]\\\(command\\:x\\\) \\\*word\\\*/, 'a comment is never markup');
    assert.notEqual(hover?.isTrusted, true);
  });

  it('stay when the mark changes, wait while the step is cut otherwise, and are cleared', async () => {
    await run('markStepRight', editor.document.uri, 3);
    await eventually('the mark', async () => /marked right: \[odd\]/.test(await last()));
    await run('mergeStepWithNext', editor.document.uri, 2);
    await eventually('three steps', async () => (await stepSymbols(editor.document)).length === 3);
    await eventually('it is said', async () => (await lensTitles(editor.document)).some((title) => title.startsWith('1 noted step cut otherwise now')));
    await run('undoSegmentationEdit');
    await eventually('the note is back', async () => /marked right/.test(await last()));
    await run('commentOnStep', editor.document.uri, 3, '');
    await eventually('only the mark is left', async () => (await last()).endsWith('✎ marked right'));
    await run('clearNote', editor.document.uri, 3);
    await eventually('nothing is left', async () => (await last()) === '');
  });

  it('go through an export and come back with the segmentation when the row is opened', async () => {
    await run('scoreSteps');
    await run('mergeStepWithNext', editor.document.uri, 0);
    await run('markStepWrong', editor.document.uri, 1);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const target = vscode.Uri.joinPath(folder, `export-${Date.now()}.jsonl`);
    await run('exportTrace', editor.document.uri, 'jsonl', target);
    const row = JSON.parse(Buffer.from(await vscode.workspace.fs.readFile(target)).toString()) as { response: string; notes: unknown[]; segmentation: { edits: unknown[] } };
    assert.equal(row.notes.length, 1);
    assert.equal(row.segmentation.edits.length, 1);
    // Another question, so that what is shown comes from the file and not from the notes of this workspace.
    await openText(`${JSON.stringify({ ...row, problem: 'How many photos are left in another story?' })}\n`, 'jsonl');
    await run('exportTrace', undefined, 'markdown', vscode.Uri.joinPath(folder, `report-${Date.now()}.md`));
    const opened = vscode.window.activeTextEditor?.document;
    assert.equal(opened?.uri.scheme, 'stepscope-trace');
    await eventually('steps, note and edit are there', async () => {
      const details = await scores(opened);
      return details.length === 3 && (details[1] ?? '').includes('✎ marked wrong');
    });
    assert.ok((await lensTitles(opened)).some((title) => /^Steps: .*, 1 edit$/.test(title)));
    await run('undoSegmentationEdit', opened.uri);
    await eventually('edits go on from there', async () => (await stepSymbols(opened)).length === 4);
  });
});
