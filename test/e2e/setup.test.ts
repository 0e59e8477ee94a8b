import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { useWorkbench } from './hooks.ts';
import { until } from './waiting.ts';

/** A busy machine takes long to start an engine. */
const SLOW = 90_000;

describe('a workspace that is not trusted', () => {
  const opened = useWorkbench({
    files: { 'photos.md': '# Problem\n\nAnna has 12 apples and buys 5 more. How many does she have?\n\n# Solution\n\nShe has 12 + 5 = 17 apples.\n' },
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
  });

  /** Counts what a server that the workspace names is asked. */
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end('{}');
  });
  const inFolder = (name: string): string => path.join(opened().workbench.folder ?? assert.fail('a folder is open'), name);
  const untouched = (): void => assert.deepEqual([existsSync(inFolder('ran')), asked], [false, 0]);
  before((done) => void server.listen(0, '127.0.0.1', done));
  after(() => void server.close());

  it('is read and scored with the bundled model, starts no program of its settings and asks no server of theirs', async () => {
    const { workbench, editor } = opened();
    const program = inFolder('node.sh');
    writeFileSync(program, `#!/bin/sh\ntouch "${inFolder('ran')}"\n`);
    chmodSync(program, 0o755);
    const endpoints = [`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`];
    workbench.changeSettings({ 'stepscope.verifier.model': '/nowhere/model', 'stepscope.verifier.endpoints': endpoints, 'stepscope.verifier.servedModel': 'm', 'stepscope.engine.nodePath': program, 'stepscope.policy.model': '/nowhere/policy', 'stepscope.policy.endpoints': endpoints });
    await workbench.openFile('photos.md');
    await workbench.runCommand('Stepscope: Doctor');
    await workbench.notification('Nothing needs attention.', SLOW);
    await editor.clickText('Workspace');
    await editor.clickText('not trusted: model folders and servers in its settings are not taken');
    await workbench.openFile('photos.md');
    await editor.clickText('She has 12');
    await workbench.runCommand('Stepscope: Score Steps');
    await editor.decoration(/^✓ 1\.00/, SLOW);
    await workbench.screenshot('not-trusted');
    untouched();
    // Where a model is chosen stands why that of the workspace is not there, and what would change it.
    await workbench.runCommand('Stepscope: Choose Verifier…');
    await workbench.quickInputSays('This workspace is not trusted');
    await workbench.screenshot('not-trusted-choose');
    await workbench.pick('This workspace is not trusted');
    await workbench.page.locator('.workspace-trust-editor').first().waitFor({ timeout: SLOW });
    await workbench.openFile('photos.md');
    await editor.clickText('She has 12');
    // The policy is the bundled one, too; what changes no setting and reads no model is as ever.
    await workbench.runCommand('Stepscope: Solve with PATS…');
    await workbench.quickInputSays('reasoner (bundled)');
    await workbench.press('Escape');
    await editor.clickText('She has 12');
    await workbench.runCommand('Stepscope: Show Analysis of Step');
    await (await workbench.webview('#analysis h1')).locator('h1', { hasText: 'judged correct' }).waitFor({ timeout: SLOW });
    untouched();
  });

  it('has the server of its settings asked once it is trusted, and a program of theirs started never', async () => {
    const { workbench, editor } = opened();
    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await workbench.page.locator('.workspace-trust-editor .monaco-button', { hasText: /^\s*Trust\s*$/ }).first().click({ timeout: SLOW });
    await workbench.page.locator('.workspace-trust-trusted').waitFor({ timeout: SLOW });
    await workbench.openFile('photos.md');
    await editor.clickText('She has 12');
    await workbench.runCommand('Stepscope: Score Steps');
    await until('a request', SLOW, () => Promise.resolve(asked > 0 ? true : undefined));
    assert.ok(!existsSync(inFolder('ran')));
  });
});

describe('setting up', () => {
  const opened = useWorkbench({ folder: 'test/e2e/workspace', theme: 'light' });

  it('walks through, with pictures in every theme', async () => {
    const { workbench } = opened();
    // A narrow walkthrough has no room for pictures.
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await workbench.runCommand('Stepscope: Open Walkthrough');
    const steps = workbench.page.locator('.getting-started-step');
    await steps.filter({ hasText: 'See That Everything Runs' }).waitFor();
    assert.equal(await steps.count(), 5);
    for (const [title, name, says] of [
      ['See That Everything Runs', 'doctor', 'Bundled verifier loaded'],
      ['Open Traces', 'open', 'TRACES'],
      ['Choose the Verifier', 'verifier', 'Your model folder'],
      ['Move by Keyboard', 'keys', 'next suspicious step'],
      ['See Scores, Then Make Them', 'score', 'Calculation Analysis'],
    ] as const) {
      await steps.filter({ hasText: title }).click();
      const picture = await workbench.webview(`svg text:has-text("${says}")`, SLOW);
      assert.ok(await picture.locator('svg').first().isVisible());
      await workbench.screenshot(`walkthrough-${name}-light`);
    }
    for (const theme of ['dark', 'high contrast', 'high contrast light'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`walkthrough-score-${theme.replaceAll(' ', '-')}`);
    }
  });

  it('opens the scored sample from its step, beside it, and scores it', async () => {
    const { workbench, editor } = opened();
    const step = workbench.page.locator('.getting-started-step', { hasText: 'See Scores, Then Make Them' });
    await step.getByText('Open Scored Sample').click();
    await editor.decoration('✗ 0.00 (recorded)', SLOW);
    await editor.lens('6 scores recorded in the file: Score Here');
    await workbench.screenshot('scored-sample');
    await step.getByText('Score It Here').click();
    await workbench.statusBarItem('6 of 6 steps scored').waitFor({ timeout: SLOW });
    assert.deepEqual((await editor.decorations()).filter((text) => text.includes('recorded')), []);
  });

  it('has one item for the verifier and what runs, with a menu', async () => {
    const { workbench } = opened();
    await workbench.statusBarItem('r-prm').click();
    await workbench.quickInputSays('Nothing runs');
    const rows = await workbench.quickPickRows();
    assert.ok(rows.some((row) => row.includes('Choose Verifier…')), rows.join('\n'));
    await workbench.screenshot('status-menu');
    await workbench.pick('Doctor');
    await workbench.page.locator('.tab.active', { hasText: 'Stepscope Doctor.md' }).waitFor({ timeout: SLOW });
    await workbench.notification('Nothing needs attention.', SLOW);
    await workbench.screenshot('doctor');
  });
});
