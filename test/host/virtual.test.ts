import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, fresh, LONG, PHOTOS, run, scores } from './traces.ts';

const SCHEME = 'stepscope-elsewhere';
const ROWS = [
  { id: 'a', problem: 'Mia has 4 photos and gets 3 more. How many photos does Mia have?', steps: ['Mia gets 3 more photos: 4 + 3 = 7.', 'So the answer is 7.'], label: -1 },
  { id: 'b', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 3 coins.', 'So the answer is 3.'], label: 0 },
];

/** A disk that only the editor knows: files in memory, as those of a repository that is opened without a clone. */
function memoryFiles(files: Map<string, Uint8Array>): vscode.FileSystemProvider {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const bytes = (uri: vscode.Uri): Uint8Array => {
    const found = files.get(uri.path);
    if (found === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return found;
  };
  const refused = (): never => {
    throw vscode.FileSystemError.NoPermissions();
  };
  return {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: (uri) => (uri.path === '/' ? { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 } : { type: vscode.FileType.File, ctime: 0, mtime: 0, size: bytes(uri).length }),
    readDirectory: () => [...files.keys()].map((name): [string, vscode.FileType] => [name.slice(1), vscode.FileType.File]),
    readFile: bytes,
    writeFile(uri, content) {
      files.set(uri.path, content);
      changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    },
    createDirectory: refused,
    delete: refused,
    rename: refused,
  };
}

describe('files that are on no disk', function () {
  this.timeout(LONG);
  const files = new Map<string, Uint8Array>();
  const at = (name: string): vscode.Uri => vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
  let provider: vscode.Disposable;
  before(() => {
    provider = vscode.workspace.registerFileSystemProvider(SCHEME, memoryFiles(files), { isCaseSensitive: true });
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    provider.dispose();
  });

  it('are traces that are scored by the bundled model', async () => {
    files.set('/photos.md', Buffer.from(fresh(PHOTOS)));
    const document = await vscode.workspace.openTextDocument(at('photos.md'));
    await vscode.window.showTextDocument(document);
    await run('scoreSteps');
    await eventually('four scores', async () => (await scores(document)).filter((score) => /^[✓✗?] [01]\.\d\d/.test(score)).length === 4);
  });

  it('are data sets, whose rows open, are scored and can be exported beside them', async () => {
    files.set('/rows.jsonl', Buffer.from(fresh(ROWS.map((row) => JSON.stringify(row)).join('\n'))));
    await run('openRow', at('rows.jsonl'), 1);
    const row = vscode.window.activeTextEditor?.document;
    assert.equal(row?.uri.scheme, 'stepscope-trace');
    assert.match(row.getText(), /After losing 5/);
    await run('scoreSteps');
    await eventually('two scores', async () => (await scores(row)).filter((score) => /^[✓✗?] [01]\.\d\d/.test(score)).length === 2);
    await run('exportTrace', undefined, 'jsonl', at('out.jsonl'));
    await eventually('the export', () => files.has('/out.jsonl'));
    assert.match(Buffer.from(files.get('/out.jsonl') ?? []).toString(), /"schema":"stepscope\.trace"/);
  });

  it('that are gone are named in a sentence', async () => {
    const gone = at('row').with({ scheme: 'stepscope-trace', path: '/gone.jsonl row 0', query: JSON.stringify({ file: at('gone.jsonl').toString(), row: 0 }) });
    await assert.rejects(Promise.resolve(vscode.workspace.openTextDocument(gone)), /gone\.jsonl/);
  });

  it('are named by Doctor as a folder of another kind, with what that means', async () => {
    const { workspaceFolders = [] } = vscode.workspace;
    assert.ok(vscode.workspace.updateWorkspaceFolders(workspaceFolders.length, 0, { uri: at(''), name: 'elsewhere' }));
    try {
      await eventually('the folder', () => vscode.workspace.workspaceFolders?.some(({ uri }) => uri.scheme === SCHEME) === true);
      const report = await vscode.commands.executeCommand<string>('stepscope.doctor');
      assert.match(report, /virtual \(`stepscope-elsewhere`\): files are read through the editor; a model must be on a local disk/);
    } finally {
      vscode.workspace.updateWorkspaceFolders(workspaceFolders.length, 1);
    }
  });
});
