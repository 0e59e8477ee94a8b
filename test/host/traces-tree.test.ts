import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { createDatasetReaders } from '../../src/formats/worker/dataset-readers.ts';
import { createDatasetLibrary } from '../../src/vscode/dataset/dataset-library.ts';
import { createOpenDataset } from '../../src/vscode/dataset/open-dataset.ts';
import type { RowScores } from '../../src/vscode/dataset/row-scores.ts';
import { createReadingChoices } from '../../src/vscode/dataset/reading-choices.ts';
import { createTracesTree } from '../../src/vscode/dataset/traces-tree.ts';
import type { TraceNode } from '../../src/vscode/dataset/tree-items.ts';
import { createTreeMemory } from '../../src/vscode/dataset/tree-memory.ts';
import { eventually, fresh, LONG, openText, run } from './traces.ts';

const ROWS = [
  { id: 'first', problem: 'Mia has 4 photos and gets 3 more. How many photos does Mia have?', steps: ['Mia gets 3 more photos: 4 + 3 = 7.', 'So the answer is 7.'], label: -1 },
  { id: 'second', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 3 coins.', 'So the answer is 3.'], label: 0 },
];
const VIEW_TYPE = 'stepscope.table';

/** With the reader of the extension that is tested. */
const openDataset = createOpenDataset(createDatasetReaders(path.join(vscode.extensions.getExtension('stepscope.stepscope')?.extensionPath ?? '', 'dist', 'dataset.js')));
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
});

describe('the Traces tree', function () {
  this.timeout(LONG);
  const stored = new Map<string, unknown>();
  const memento = {
    get: (key: string) => stored.get(key) as never,
    update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)),
  };
  const scores = new vscode.EventEmitter<void>();
  const readings = createReadingChoices(memento);
  const treeMemory = createTreeMemory(memento);
  const library = createDatasetLibrary(memento, openDataset, readings);
  let ours: RowScores | undefined;
  const tree = createTracesTree({ library, memory: treeMemory, scoresOf: () => Promise.resolve(ours), onScores: scores.event });
  let file: vscode.Uri;

  const children = async (node?: TraceNode): Promise<TraceNode[]> => (await tree.getChildren(node)) ?? [];
  const item = async (node: TraceNode | undefined): Promise<vscode.TreeItem> => {
    assert.ok(node);
    return tree.getTreeItem(node);
  };
  async function rowItems(): Promise<vscode.TreeItem[]> {
    const [node] = await children();
    return Promise.all((await children(node)).map(item));
  }

  before('writes a data set with a row that is no trace', async () => {
    file = (await openText(textOf([...ROWS, { note: 'nothing' }]), 'jsonl')).document.uri;
    library.add(file);
  });

  after('lets go', () => {
    tree.dispose();
    library.dispose();
  });

  it('lists rows with steps and label, and a row that is no trace with its reason', async () => {
    const [first, second, third] = await rowItems();
    assert.deepEqual([first?.label, first?.description], ['first', '2 steps · label: no error']);
    assert.deepEqual([second?.label, second?.description], ['second', '2 steps · label: step 1']);
    assert.match(String(third?.description), /^no trace: has the fields "note"/);
    assert.match(typeof third?.tooltip === 'string' ? third.tooltip : '', /row 2/);
    assert.deepEqual(second?.command?.arguments, [file.toString(), 1]);
    const [node] = await children();
    assert.equal((await item(node)).description, '3 rows · processbench');
  });

  it('says by icon and in words whether our first error agrees with the label', async () => {
    ours = { scored: 2, firstError: 0, min: 0.125, decided: true };
    const [first, second] = await rowItems();
    assert.equal(second?.description, '2 steps · label: step 1 · ours: step 1, min 0.13');
    assert.match(second.accessibilityInformation?.label ?? '', /agrees with the label/);
    assert.match(first?.accessibilityInformation?.label ?? '', /differs from the label/);
    assert.notEqual((first?.iconPath as vscode.ThemeIcon).id, (second.iconPath as vscode.ThemeIcon).id);
    ours = undefined;
  });

  it('lists the traces of a row under it, each with its label, and finds a node again by its id', async () => {
    const row = { idx: 'p1', original_question: 'Q?', modified_question: 'Q?', original_process: ['First.', 'Right.'], modified_process: ['First.', 'Wrong.'], error_steps: [2], classification: 'c' };
    const { uri } = (await openText(textOf([row]), 'jsonl')).document;
    library.add(uri);
    try {
      const node = (await children()).find(({ uri: each }) => each.toString() === uri.toString());
      const [rowNode] = await children(node);
      assert.ok(node && rowNode);
      assert.equal((await item(rowNode)).description, '2 traces · modified · 2 steps · label: step 2');
      const variants = await children(rowNode);
      const items = await Promise.all(variants.map(item));
      assert.deepEqual(items.map(({ label, description }) => [label, description]), [['modified', '2 steps · label: step 2'], ['original', '2 steps']]);
      assert.deepEqual(items[1]?.command?.arguments, [uri.toString(), 0, 'original']);
      const id = items[1].id ?? '';
      assert.equal(await tree.find(id), undefined, 'nothing above it is unfolded');
      for (const above of [node, rowNode]) treeMemory.setUnfolded((await item(above)).id ?? '', true);
      const found = await tree.find(id);
      assert.ok(found?.kind === 'row');
      assert.equal(found.variant, 'original');
      const parent = tree.getParent(found);
      assert.equal((await item(parent)).id, (await item(rowNode)).id);
      assert.equal((await item(node)).collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
    } finally {
      library.remove(uri);
    }
  });

  it('says where no row of a file is a trace, and offers to map its fields', async () => {
    const { uri } = (await openText(textOf([{ q: 'What?', s: ['Yes.'] }]), 'jsonl')).document;
    library.add(uri);
    try {
      const node = (await children()).find(({ uri: each }) => each.toString() === uri.toString());
      const [note] = await children(node);
      const { label, command } = await item(note);
      assert.match(typeof label === 'string' ? label : '', /^Map Fields… No row of the first 1 can be read as a trace/);
      assert.equal(command?.command, 'stepscope.mapFields');
      readings.keep(uri, [{ q: 'What?', s: ['Yes.'] }], { fieldMap: { version: 1, problem: 'q', steps: 's' } });
      const [row] = await children(node);
      assert.equal((await item(row)).description, '1 step');
      assert.equal((await item(node)).description, '1 row · fields (chosen)');
    } finally {
      library.remove(uri);
    }
  });

  it('shows the file as it is after it changed, and says when it is gone', async () => {
    const seen: string[] = [];
    // A choice for another file of the folder has this one read anew, when it is looked at.
    await rowItems();
    library.onDidChange(({ type }) => seen.push(type));
    await vscode.workspace.fs.writeFile(file, Buffer.from(textOf(Array.from({ length: 250 }, (_, row) => ({ ...ROWS[0], id: `n${row}` })))));
    await eventually('the change is seen', () => seen.includes('replaced'));
    // A last line without a line feed may still be written to: for a moment the tree says that the file is being read.
    await eventually('all rows', async () => JSON.stringify((await rowItems()).map(({ label }) => label)) === JSON.stringify(['rows 0–99', 'rows 100–199', 'rows 200–249']));
    const [node] = await children();
    const last = (await children((await children(node))[2])).at(-1);
    assert.equal((await item(last)).label, 'n249');
    await vscode.workspace.fs.delete(file);
    await eventually('the loss is seen', () => seen.includes('lost'));
    const [first] = await rowItems();
    assert.match(typeof first?.label === 'string' ? first.label : '', /not there any more/);
  });

  it('remembers what is open, and forgets what is closed', async () => {
    const again = createDatasetLibrary(memento, openDataset, readings);
    assert.deepEqual(again.list().map(String), [file.toString()]);
    again.dispose();
    assert.equal(library.remove(file), true);
    assert.deepEqual(await children(), []);
    assert.equal(library.peek(file), undefined);
  });
});
