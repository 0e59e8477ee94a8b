// A folder that only the editor knows, as that of a repository which is opened without a clone: stepscope-memory:/ has the files
// that files.json beside this file says, by name. Nothing of it can be written.
const { readFileSync } = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');

exports.activate = ({ subscriptions }) => {
  const files = new Map(Object.entries(JSON.parse(readFileSync(path.join(__dirname, 'files.json'), 'utf8'))).map(([name, text]) => [`/${name}`, Buffer.from(text)]));
  const refused = (uri) => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  const bytes = (uri) => {
    const found = files.get(uri.path);
    if (found === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return found;
  };
  const provider = {
    onDidChangeFile: new vscode.EventEmitter().event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: (uri) => (uri.path === '/' ? { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 } : { type: vscode.FileType.File, ctime: 0, mtime: 0, size: bytes(uri).length }),
    readDirectory: () => [...files.keys()].map((name) => [name.slice(1), vscode.FileType.File]),
    readFile: bytes,
    createDirectory: refused,
    writeFile: refused,
    delete: refused,
    rename: refused,
  };
  subscriptions.push(vscode.workspace.registerFileSystemProvider('stepscope-memory', provider, { isCaseSensitive: true, isReadonly: true }));
};
