import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

const IDLE_MS = 2000;

/** What code of the extension begins until `end` is called: timers, promises, threads, processes, files; each by its kind, with the place. */
function watchWork(folder: string): { end(): readonly string[] } {
  const begun: string[] = [];
  const hook = createHook({
    init(_id, kind) {
      const { stack = '' } = new Error();
      const at = stack.split('\n').find((line) => line.includes(path.join(folder, 'dist')));
      if (at !== undefined) begun.push(`${kind} ${at.trim()}`);
    },
  }).enable();
  return {
    end() {
      hook.disable();
      return begun;
    },
  };
}

const threadsAndProcesses = (): readonly string[] => process.getActiveResourcesInfo().filter((kind) => /process|worker|messageport/i.test(kind)).sort();

describe('activation', () => {
  const id = 'stepscope.stepscope';

  it('finds the extension under development', () => {
    assert.ok(vscode.extensions.getExtension(id), `${id} is not among the extensions of this host`);
  });

  it('starts no thread and no process, and then does nothing while nothing is open', async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension);
    const before = threadsAndProcesses();
    await extension.activate();
    // What comes right after: the laboratory is looked for.
    await sleep(500);
    assert.deepEqual(threadsAndProcesses(), before);
    const work = watchWork(extension.extensionPath);
    await sleep(IDLE_MS);
    assert.deepEqual(work.end(), []);
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
