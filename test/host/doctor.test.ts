import assert from 'node:assert/strict';
import os from 'node:os';
import * as vscode from 'vscode';
import { engineProcesses, eventually, LONG, openText, PHOTOS, fresh, run, scores } from './traces.ts';

const configuration = () => vscode.workspace.getConfiguration('stepscope');

describe('Doctor', function () {
  this.timeout(LONG);
  const doctor = (): Thenable<string> => vscode.commands.executeCommand<string>('stepscope.doctor');

  it('starts the engine, scores two known steps and shows what it found', async () => {
    const before = engineProcesses().length;
    const report = await doctor();
    assert.match(report, /- ✓ Bundled r-prm: 29M parameters/);
    assert.match(report, /- ✓ Started in [\d.]+ s: Node \d+\.\d+\.\d+, linux-x64, onnxruntime \d/);
    assert.match(report, /- ✓ A right step scores 1\.00 and a wrong one 0\.00 \(n = 2 steps, K = 1, greedy/);
    assert.match(report, /none in the settings; nothing is sent anywhere/);
    assert.ok(!report.includes(os.homedir()), report);
    const shown = vscode.window.activeTextEditor?.document;
    assert.equal(shown?.uri.scheme, 'stepscope-report');
    assert.equal(shown.languageId, 'markdown');
    assert.equal(shown.getText(), report);
    await eventually('its engine has ended', () => engineProcesses().length === before);
  });

  it('names a setting that is not allowed, a server without asking it, and no key', async () => {
    await configuration().update('verifier.samples', 200, vscode.ConfigurationTarget.Workspace);
    await configuration().update('verifier.endpoints', ['http://127.0.0.1:9/v1'], vscode.ConfigurationTarget.Workspace);
    try {
      const report = await doctor();
      assert.match(report, /\*\*!\*\* "stepscope\.verifier\.samples" is 200 and must be a whole number from 1 to 64/);
      assert.match(report, /`http:\/\/127\.0\.0\.1:9\/v1`: no key; not asked/);
    } finally {
      await configuration().update('verifier.samples', undefined, vscode.ConfigurationTarget.Workspace);
      await configuration().update('verifier.endpoints', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('says what is wrong with the Node that the settings name, as scoring does', async () => {
    await configuration().update('engine.nodePath', '/nowhere/node', vscode.ConfigurationTarget.Global);
    try {
      await eventually('the setting is there', () => configuration().get('engine.nodePath') === '/nowhere/node');
      assert.match(await doctor(), /\*\*!\*\* "stepscope\.engine\.nodePath" names a file that is not there \(\/nowhere\/node\): name a Node/);
      await configuration().update('engine.nodePath', process.execPath, vscode.ConfigurationTarget.Global);
      await eventually('the setting is there', () => configuration().get('engine.nodePath') === process.execPath);
      const { document } = await openText(fresh(PHOTOS));
      await run('scoreSteps');
      assert.equal((await scores(document)).filter((score) => score !== '').length, 4);
    } finally {
      await configuration().update('engine.nodePath', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

describe('the scored sample', function () {
  this.timeout(LONG);
  it('opens with the scores that came with it, and is scored here', async () => {
    await run('openScoredSample');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    await eventually('recorded scores', async () => (await scores(document)).filter((score) => score.includes('recorded')).length === 6);
    await run('scoreSteps');
    await eventually('scores of this machine', async () => (await scores(document)).every((score) => /\d\.\d\d/.test(score) && !score.includes('recorded')));
  });
});
