import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { eventually, fresh, LONG, openText, PHOTOS, run } from './traces.ts';

const PRM_BENCH = {
  idx: 'x1',
  original_question: 'Mia has 4 photos and gets 3 more. How many?',
  modified_question: 'Mia has 4 photos and gets 3 more. How many?',
  original_process: ['4 + 3 = 7.', 'So the answer is 7.'],
  modified_process: ['4 + 3 = 8.', 'So the answer is 8.'],
  error_steps: [1],
  reason: 'The sum is wrong.',
  classification: 'redundency',
};

const diffs = (): vscode.TabInputTextDiff[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).flatMap(({ input }) => (input instanceof vscode.TabInputTextDiff ? [input] : []));
const textOf = async (uri: vscode.Uri): Promise<string> => (await vscode.workspace.openTextDocument(uri)).getText();

describe('the regions of a trace', function () {
  this.timeout(LONG);

  it('fold where they have several lines, and units stand over steps in the outline', async () => {
    const { document } = await openText(fresh(PHOTOS).replace('So the answer', 'Wait, look again:\n64 + 84 - 37 = 111.\n\nSo the answer'));
    const first = document.getText().split('\n').findIndex((line) => line.startsWith('Wait'));
    const folds = async () => (await vscode.commands.executeCommand<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', document.uri)).filter(({ kind }) => kind === vscode.FoldingRangeKind.Region);
    assert.deepEqual(await folds(), [], 'no region before it is opened as a trace');
    await run('nextStep');
    await eventually('the step folds', async () => (await folds()).some(({ start, end }) => start === first && end === first + 1));
    await run('changeSegmentation', document.uri, 'planning-words');
    await eventually('units hold their steps', async () => {
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
      const units = symbols.filter(({ name }) => name.startsWith('Unit '));
      return units.length > 1 && units.every(({ range, children }) => children.length > 0 && children.every((step) => range.contains(step.range)));
    });
  });
});

describe('comparing traces', function () {
  this.timeout(LONG);
  beforeEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('offers original against modified first, and shows both read-only', async () => {
    await openText(`${JSON.stringify(PRM_BENCH)}\n`, 'jsonl');
    const comparing = run('compareTraces');
    await eventually('a pair is taken', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return Promise.race([comparing.then(() => true), sleep(300, false)]);
    });
    const [diff] = diffs();
    assert.ok(diff);
    assert.deepEqual([diff.original.scheme, diff.modified.scheme], ['stepscope-trace', 'stepscope-trace']);
    assert.match(await textOf(diff.original), /4 \+ 3 = 7/);
    assert.match(await textOf(diff.modified), /4 \+ 3 = 8/);
  });

  it('takes two traces that are named', async () => {
    const one = await openText(fresh(PHOTOS));
    const other = await openText(fresh(PHOTOS).replace('111.', '112.'));
    await run('compareTraces', one.document.uri, other.document.uri);
    assert.deepEqual(diffs().map(({ original, modified }) => [original.toString(), modified.toString()]), [[one.document.uri.toString(), other.document.uri.toString()]]);
  });
});
