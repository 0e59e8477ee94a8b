import assert from 'node:assert/strict';
import { useWorkbench } from './hooks.ts';

/** A busy machine takes long to start an engine. */
const SLOW = 90_000;

describe('a workspace that is not trusted', () => {
  const opened = useWorkbench({
    files: { 'photos.md': '# Problem\n\nAnna has 12 apples and buys 5 more. How many does she have?\n\n# Solution\n\nShe has 12 + 5 = 17 apples.\n' },
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
  });

  it('is read and scored with the bundled model, and names no other one', async () => {
    const { workbench, editor } = opened();
    workbench.changeSettings({ 'stepscope.verifier.model': '/nowhere/model', 'stepscope.verifier.endpoints': ['http://127.0.0.1:9'], 'stepscope.engine.nodePath': '/nowhere/node', 'stepscope.policy.model': '/nowhere/policy', 'stepscope.policy.endpoints': ['http://127.0.0.1:9'] });
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
    // The policy is the bundled one, too; what changes no setting and reads no model is as ever.
    await workbench.runCommand('Stepscope: Solve with PATS…');
    await workbench.quickInputSays('reasoner (bundled)');
    await workbench.press('Escape');
    await editor.clickText('She has 12');
    await workbench.runCommand('Stepscope: Show Analysis of Step');
    await (await workbench.webview('#analysis h1')).locator('h1', { hasText: 'judged correct' }).waitFor({ timeout: SLOW });
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

  it('opens the scored sample from its last step, beside it, and scores it', async () => {
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
