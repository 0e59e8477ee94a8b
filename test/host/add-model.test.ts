import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { writeTinyCheckpoint } from '../unit/models/tiny-checkpoint.ts';
import { eventually, fresh, LONG, openText, PHOTOS, run, scores } from './traces.ts';

describe('adding a model of one’s own', function () {
  this.timeout(LONG);
  let work = '';
  const extension = () => vscode.extensions.getExtension('stepscope.stepscope')?.extensionPath ?? '';
  const configure = (name: string, value: unknown) => vscode.workspace.getConfiguration().update(`stepscope.verifier.${name}`, value, vscode.ConfigurationTarget.Global);

  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-add-'))));
  after(async () => {
    await configure('model', undefined);
    await configure('maxNewTokens', undefined);
    rmSync(work, { recursive: true, force: true });
  });

  it('converts a checkpoint, and scores with it', async () => {
    const source = path.join(work, 'tiny');
    writeTinyCheckpoint(source, path.join(extension(), 'models', 'r-prm', 'tokenizer.json'));
    const folder = await vscode.commands.executeCommand<string | undefined>('stepscope.addModel', { folder: source, bits: 8 });
    assert.ok(folder !== undefined && existsSync(path.join(folder, 'stepscope.json')), folder);
    assert.equal(path.basename(folder), 'tiny-8bit');
    await configure('model', folder);
    await configure('maxNewTokens', 16);
    const { document } = await openText(fresh(PHOTOS));
    await run('scoreSteps', document.uri);
    // A random model says nothing that could be read, and that is what must be shown: no number.
    await eventually('no verdict at any of the four steps', async () => {
      const shown = await scores(document);
      return shown.length === 4 && shown.every((text) => text.includes('no verdict'));
    });
  });

  it('makes nothing of a folder without a model, and leaves nothing behind', async () => {
    const empty = path.join(work, 'empty');
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(empty));
    assert.equal(await vscode.commands.executeCommand('stepscope.addModel', { folder: empty, bits: 8 }), undefined);
    assert.deepEqual(readdirSync(work).filter((name) => name.includes('partial')), []);
  });
});
