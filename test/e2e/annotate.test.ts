import assert from 'node:assert/strict';
import { useWorkbench } from './hooks.ts';
import { AS_IT_IS, pictureLooks } from './looks.ts';
import { until } from './waiting.ts';

/** The bundled model scores a step in about half a second; a busy machine takes longer. */
const SCORED = 90_000;

describe('annotating a trace', () => {
  const opened = useWorkbench({ folder: 'media/samples', theme: 'light' });

  it('shows a score after every step', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('photos.md');
    await editor.clickText('In all the boxes');
    await workbench.runCommand('Stepscope: Score Steps');
    await editor.decoration(/^[✓✗?] [01]\.\d\d/, SCORED);
    await workbench.statusBarItem('6 of 6 steps scored').waitFor({ timeout: SCORED });
    const texts = await editor.decorations();
    assert.equal(texts.filter((text) => /[✓✗?] [01]\.\d\d/.test(text)).length, 6, texts.join('\n'));
  });

  it('shows lenses, the status bar and an outline', async () => {
    const { workbench, editor } = opened();
    await editor.lens('Step 1 · ✓ 1.00 · 1 sample');
    await editor.lens('First error at step 3');
    await workbench.statusBarItem('Step 1/6').waitFor();
    await workbench.clearNotifications();
    await workbench.screenshot('annotated-light');
  });

  it('explains a step in its hover', async () => {
    const { workbench, editor } = opened();
    const text = await editor.hover('84 more photos', 'Calculation Analysis');
    assert.match(text, /Step 2 of 6/);
    assert.match(text, /demonstration model/);
    await workbench.screenshot('hover-light');
    await workbench.press('Escape');
  });

  it('makes more samples from a lens', async () => {
    const { workbench, editor } = opened();
    await editor.clickLens('Ask for 4 samples');
    await editor.decoration('(K=4', SCORED);
    await workbench.statusBarItem('Step 1/6').waitFor({ timeout: SCORED });
  });

  it('steps through the trace with keys', async () => {
    const { workbench, editor } = opened();
    await editor.clickText('In all the boxes');
    const { line } = await editor.cursor();
    await workbench.press('Alt+Shift+]');
    await workbench.statusBarItem('Step 2/6').waitFor();
    assert.equal((await editor.cursor()).line, line + 2);
    await workbench.press('Alt+Shift+[');
    await workbench.statusBarItem('Step 1/6').waitFor();
  });

  it('lists the first error in Problems, and no other step', async () => {
    const { workbench, editor } = opened();
    const problems = await workbench.problems();
    assert.equal(problems.filter((text) => text.includes('Stepscope')).length, 1, problems.join('\n'));
    assert.ok(problems.some((text) => text.includes('Step 3 is the first step judged wrong')), problems.join('\n'));
    await workbench.screenshot('problems-light');
    await workbench.press('ControlOrMeta+J');
    await editor.clickText('In all the boxes');
  });

  it('shows text, glyphs and status only where they are switched on', async () => {
    const { workbench, editor } = opened();
    workbench.changeSettings({ 'stepscope.display.inlineText': false, 'stepscope.display.statusBar': false });
    await until('no text after the steps', SCORED, async () => ((await editor.decorations()).length === 0 ? true : undefined));
    await workbench.statusBarItem('Step 1/6').waitFor({ state: 'hidden' });
    workbench.changeSettings({ 'stepscope.display.inlineText': true, 'stepscope.display.statusBar': true });
    await editor.decoration('✓ 1.00');
    await workbench.statusBarItem('Step 1/6').waitFor();
  });

  it('opens the table of scores and shows a step from it', async () => {
    const { workbench, editor } = opened();
    await workbench.runCommand('Stepscope: Show Step Scores');
    const view = await workbench.webview('vscode-data-grid-row');
    const rows = view.locator('vscode-data-grid-row[row-type="default"]');
    await rows.nth(5).waitFor();
    assert.equal(await rows.count(), 6);
    await workbench.screenshot('panel-light');
    await rows.nth(2).locator('vscode-data-grid-cell').first().click();
    await workbench.statusBarItem('Step 3/6').waitFor();
    assert.ok((await editor.decorations()).length > 0);
    await rows.nth(3).locator('vscode-data-grid-cell').first().focus();
    await workbench.press('Enter');
    await workbench.statusBarItem('Step 4/6').waitFor();
  });

  for (const theme of ['dark', 'high contrast', 'high contrast light'] as const) {
    it(`is drawn in ${theme}`, async () => {
      const { workbench, editor } = opened();
      await workbench.setTheme(theme);
      await editor.clickText('In all the boxes');
      await workbench.screenshot(`panel-${theme.replaceAll(' ', '-')}`);
      await editor.hover('84 more photos', 'Calculation Analysis');
      await workbench.screenshot(`hover-${theme.replaceAll(' ', '-')}`);
      await workbench.press('Escape');
    });
  }

  it('has its table fit into 400 pixels, in every theme', async () => {
    await pictureLooks(opened().workbench, 'scores', { scores: AS_IT_IS });
  });

  it('shows table and scores again after a reload of the window', async () => {
    const { workbench, editor } = opened();
    await (await workbench.webview('vscode-data-grid-row')).locator('vscode-data-grid-cell').first().focus();
    await workbench.runCommand('Developer: Reload Window');
    await workbench.page.locator('.tab', { hasText: 'photos.md' }).first().waitFor({ state: 'detached', timeout: SCORED });
    const view = await workbench.webview('vscode-data-grid-row[row-type="default"]', SCORED);
    await view.getByText('1.00 ±0.00').first().waitFor({ timeout: SCORED });
    await editor.decoration('(K=4', SCORED);
  });
});

describe('annotating a row of a data set', () => {
  const opened = useWorkbench({ folder: 'media/samples', theme: 'dark' });

  it('opens the row beside and shows the label of the data next to the score', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('sample.jsonl');
    await editor.clickText('"sample-0"');
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.page.locator('.tab.active', { hasText: 'sample.jsonl row 0' }).waitFor({ timeout: SCORED });
    await editor.decoration('label: first error', SCORED);
    await workbench.statusBarItem('4 of 4 steps scored').waitFor({ timeout: SCORED });
    await editor.lens('1 sample · label: first error');
    await workbench.clearNotifications();
    await workbench.screenshot('row-dark');
  });

  it('keeps the row over a reload of the window, and its scores', async () => {
    const { workbench, editor } = opened();
    await workbench.runCommand('Developer: Reload Window');
    await workbench.page.locator('.tab', { hasText: 'sample.jsonl row 0' }).waitFor({ state: 'detached', timeout: SCORED });
    await workbench.page.locator('.tab', { hasText: 'sample.jsonl row 0' }).waitFor({ timeout: SCORED });
    await editor.decoration(/[✓✗?] [01]\.\d\d/, SCORED);
  });
});
