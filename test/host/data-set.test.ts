import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, fresh, hoverTexts, lensTitles, LONG, openText, positionOf, putCursor, run, scores } from './traces.ts';

const ROWS = [
  { id: 'a', problem: 'Mia has 4 photos and gets 3 more. How many photos does Mia have?', steps: ['Mia gets 3 more photos: 4 + 3 = 7.', 'So the answer is 7.'], label: -1 },
  { id: 'b', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 3 coins.', 'So the answer is 3.'], label: 0 },
];

describe('a row of a data set', function () {
  this.timeout(LONG);
  let row: vscode.TextEditor;

  before('scores the second row', async () => {
    const editor = await openText(fresh(`${ROWS.map((entry) => JSON.stringify(entry)).join('\n')}\n`), 'jsonl');
    putCursor(editor, '"b"');
    await run('scoreSteps');
    const active = vscode.window.activeTextEditor;
    assert.ok(active);
    row = active;
  });

  it('opens as a read-only Markdown document of its own', async () => {
    const { document } = row;
    assert.equal(document.uri.scheme, 'stepscope-trace');
    assert.equal(document.languageId, 'markdown');
    assert.match(document.uri.path, /\.jsonl row 1$/);
    assert.match(document.getText(), /After losing 5/);
    assert.equal(vscode.workspace.fs.isWritableFileSystem('stepscope-trace'), false);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.writeFile(document.uri, Buffer.from('x'))));
  });

  it('is annotated there, with the label beside the score', async () => {
    await eventually('score and label', async () => {
      const found = await scores(row.document);
      return found.length === 2 && /^[✓✗?] [01]\.\d\d.*label: first error \(maker unknown, field "label"\)$/.test(found[0] ?? '');
    });
    assert.ok((await lensTitles(row.document)).includes('label: first error at step 1 (maker unknown, field "label")'));
    const position = positionOf(row.document, 'After losing 5');
    const hover = (await hoverTexts(row.document, position)).map(({ value }) => value).join('\n');
    assert.match(hover.replaceAll('\\', ''), /From the data: label: first error at step 1 \(maker unknown, field "label"\)/);
    const given = vscode.languages.getDiagnostics(row.document.uri).filter(({ source }) => source === 'Stepscope (data)');
    assert.deepEqual(given.map(({ message, range }) => [message, range.start.line]), [['Step 1 is wrong according to the data: label: first error (maker unknown, field "label").', position.line]]);
  });

  it('can be opened again from its address alone, with its scores', async () => {
    const { uri } = row.document;
    const before = await scores(row.document);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri.toString()));
    await vscode.window.showTextDocument(document);
    await eventually('the scores are there', async () => (await scores(document)).join() === before.join());
  });

  it('is stepped to where our verdict and the label disagree', async () => {
    const steps = ['In all the boxes there are 6 × 14 = 84 photos.', 'Mia gets 84 more photos: 64 + 84 = 148.', 'After losing 37, Mia has 148 - 37 = 111 photos.', 'So the answer is 111.'];
    const problem = 'At the start Mia has 64 photos. Mia gets 6 boxes with 14 photos in each box. Then Mia gives 37 photos to Omar. How many photos does Mia have now?';
    await openText(fresh(`${JSON.stringify({ problem, steps, label: 1 })}\n`), 'jsonl');
    await run('scoreSteps');
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.scheme, 'stepscope-trace');
    putCursor(editor, 'At the start');
    await run('nextDisagreement');
    assert.match(editor.document.lineAt(editor.selection.active.line).text, /more photos/);
    const { active } = editor.selection;
    await run('nextDisagreement');
    assert.ok(editor.selection.active.isEqual(active), 'there is none after it');
  });

  it('is refused in one sentence for a row that is not there', async () => {
    const uri = row.document.uri.with({ query: JSON.stringify({ file: 'file:///no/such/file.jsonl', row: 3 }) });
    await assert.rejects(Promise.resolve(vscode.workspace.openTextDocument(uri)));
  });
});
