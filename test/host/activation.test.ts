import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  const id = 'stepscope.stepscope';

  it('finds the extension under development', () => {
    assert.ok(vscode.extensions.getExtension(id), `${id} is not among the extensions of this host`);
  });

  it('activates it', async () => {
    const extension = vscode.extensions.getExtension(id);
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  it('registers every command that the manifest contributes', async () => {
    const extension = vscode.extensions.getExtension(id);
    await extension?.activate();
    const manifest = extension?.packageJSON as { contributes?: { commands?: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = (manifest.contributes?.commands ?? []).map((entry) => entry.command).filter((command) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});
