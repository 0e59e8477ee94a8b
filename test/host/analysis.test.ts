import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, fresh, LONG, openText, PHOTOS, positionOf, putCursor, run, scores } from './traces.ts';

const panels = (): vscode.Tab[] =>
  vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('stepscope.analysis'));
const title = (): string | undefined => panels()[0]?.label;

/** A trace that nobody has scored, alone in the window. */
async function openAtSecondStep(): Promise<vscode.TextEditor> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const editor = await openText(fresh(PHOTOS));
  putCursor(editor, 'more photos:');
  return editor;
}

describe('the analysis of a step', function () {
  this.timeout(LONG);
  let editor: vscode.TextEditor;

  before('opens a trace', async () => {
    editor = await openAtSecondStep();
  });

  it('opens beside the text without a score, with the cursor where it was', async () => {
    const { active } = editor.selection;
    await run('showAnalysis');
    await eventually('the panel is there', () => title() === 'Analysis: Step 2');
    assert.equal(panels().length, 1);
    assert.ok(vscode.window.visibleTextEditors.some(({ document }) => document === editor.document));
    assert.ok(editor.selection.active.isEqual(active));
    assert.equal(vscode.window.activeTextEditor?.document, editor.document, 'the focus stays in the text');
  });

  it('follows stepping, and is the one panel', async () => {
    await run('scoreSteps');
    await run('nextStep');
    await eventually('the next step', () => title() === 'Analysis: Step 3');
    await run('showAnalysis', editor.document.uri.toString(), 0);
    await eventually('the step that a lens names', () => title() === 'Analysis: Step 1');
    assert.equal(vscode.window.activeTextEditor?.document, editor.document, 'with the focus in the text');
    assert.equal(editor.document.lineAt(editor.selection.active.line).text.slice(0, 6), 'In all');
    assert.equal(panels().length, 1);
    putCursor(editor, 'So the answer');
    await run('nextStep');
    await eventually('the last step', () => title() === 'Analysis: Step 4');
  });

  it('goes to the panel when it is asked for again', async () => {
    await run('showAnalysis');
    await eventually('the panel has the focus', () => panels()[0]?.isActive === true && vscode.window.tabGroups.activeTabGroup.activeTab?.label === title());
  });

  it('is about the trace that is in front', async () => {
    const other = await openText(fresh(PHOTOS));
    putCursor(other, 'more photos:');
    await run('nextStep');
    await eventually('the other trace', () => title() === 'Analysis: Step 3');
  });
});

describe('analyses as comments', function () {
  this.timeout(LONG);
  let editor: vscode.TextEditor;

  before('opens a trace', async () => {
    editor = await openAtSecondStep();
  });

  it('answer without a score, with one, twice, and after an edit', async () => {
    await run('toggleAnalysisComments');
    await run('scoreSteps');
    await eventually('the scores', async () => (await scores(editor.document)).every((score) => score !== ''));
    await run('toggleAnalysisComments');
    await run('toggleAnalysisComments', editor.document.uri, 2);
    await editor.edit((builder) => builder.insert(positionOf(editor.document, 'So the answer'), 'Indeed. '));
    await editor.edit((builder) => builder.insert(positionOf(editor.document, 'After losing'), 'Indeed. '));
    await run('toggleAnalysisComments', editor.document.uri, 1);
    await run('toggleAnalysisComments', editor.document.uri, 1);
  });

  it('keep no reply that belongs to none of them', async () => {
    await run('keepReply', { thread: {}, text: 'for no thread' });
    await run('keepReply');
    assert.ok((await scores(editor.document)).every((score) => !score.includes('✎')));
  });
});
