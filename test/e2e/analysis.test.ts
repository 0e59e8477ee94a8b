import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { AS_IT_IS, pictureLooks } from './looks.ts';
import { normal, until, WAIT } from './waiting.ts';

describe('the analysis of a step beside the text', () => {
  const opened = useWorkbench({ folder: 'media/samples', theme: 'light' });
  const view = (): Promise<FrameLocator> => opened().workbench.webview('#analysis h1');
  const link = async (text: string, nth = 0): Promise<Locator> => (await view()).locator('.quote', { hasText: text }).nth(nth);
  const heading = async (text: string): Promise<void> => {
    await (await view()).locator('h1', { hasText: text }).waitFor({ timeout: WAIT });
  };
  /** The pieces of the text that have the border of a highlight. */
  const highlighted = (): Promise<string[]> =>
    opened().workbench.page.evaluate<string[]>(`[...document.querySelectorAll('.monaco-editor .view-overlays [class*="ced-"]')]
      .filter((mark) => getComputedStyle(mark).borderTopStyle === 'solid' && mark.getBoundingClientRect().width > 0).map((mark) => mark.className)`);
  const highlights = (count: number): Promise<unknown> =>
    until(`${count} highlights`, WAIT, async () => ((await highlighted()).length === count ? true : undefined));

  it('opens beside a step that has no score, and offers to score it', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('photos.md');
    await editor.clickText('Mia gets 84 more');
    await workbench.runCommand('Stepscope: Show Analysis of Step');
    await heading('Step 2 of 6, not scored');
    await workbench.screenshot('analysis-unscored-light');
    await (await view()).locator('vscode-button', { hasText: 'Score This Step' }).click();
    await heading('Step 2 of 6, judged correct');
  });

  it('has the five parts, the conclusion and the verification sentence', async () => {
    const names = await (await view()).locator('h2').allInnerTexts();
    assert.deepEqual(names, ['Previous Steps Analysis', 'Now Step Analysis', 'Data Source Analysis', 'Consistency Analysis', 'Calculation Analysis', 'Conclusion', 'Verification']);
  });

  it('highlights in the text what a link quotes, while the pointer is on it and after a click', async () => {
    const { workbench, editor } = opened();
    const number = await link('84', 1);
    assert.equal(await number.getAttribute('aria-label'), '84, from step 1 and this step (2 places)');
    await number.hover();
    await highlights(3);
    // The lenses have heard that the step is scored.
    await editor.lens('Ask for 4 samples');
    await workbench.screenshot('analysis-quotes-light');
    await (await view()).locator('h1').hover();
    await highlights(0);
    await (await link('At the start Mia has 64 photos')).click();
    await (await view()).locator('h1').hover();
    await highlights(1);
  });

  it('goes from link to link with the arrows, shows one with Enter, and goes back with Escape', async () => {
    const { workbench, editor } = opened();
    await editor.clickText('Mia gets 84 more');
    await until('the focus in the analysis', WAIT, async () => {
      // The key counts once the editor knows that the focus is in a trace again.
      await workbench.press('Alt+Shift+,');
      return (await (await view()).locator('.quote:focus').count()) === 1 ? true : undefined;
    });
    await workbench.press('Home');
    await workbench.press('ArrowRight');
    assert.equal(await (await view()).locator('.quote:focus').innerText(), '64');
    await workbench.press('Enter');
    await highlights(2);
    await workbench.press('Escape');
    const { line } = await editor.cursor();
    await workbench.type('x');
    await until('the letter is in the text', WAIT, async () => ((await workbench.page.locator('.view-line', { hasText: 'x' }).count()) > 0 ? true : undefined));
    await workbench.press('ControlOrMeta+Z');
    assert.equal((await editor.cursor()).line, line);
    await heading('Step 2 of 6, judged correct');
  });

  it('marks the links that quote what the cursor is at', async () => {
    const { editor } = opened();
    await editor.clickText('64 photos');
    await (await view()).locator('.quote.marked', { hasText: 'At the start' }).waitFor({ timeout: WAIT });
    await editor.clickText('How many photos do');
    await (await view()).locator('.quote.marked').first().waitFor({ state: 'detached', timeout: WAIT });
  });

  it('follows stepping, and the keys of stepping work in it', async () => {
    const { workbench, editor } = opened();
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.statusBarItem('6 of 6 steps scored').waitFor({ timeout: WAIT * 2 });
    await editor.clickText('Mia gets 84 more');
    await workbench.press('Alt+Shift+]');
    await heading('Step 3 of 6, judged wrong, the first error');
    await (await view()).locator('.misquoted-sign').first().waitFor({ timeout: WAIT });
    await (await view()).locator('.quote').first().focus();
    await workbench.press('Alt+Shift+]');
    await heading('Step 4 of 6');
    await (await view()).locator('vscode-button', { hasText: 'Previous Step' }).click();
    await heading('Step 3 of 6');
  });

  it('chooses among samples by keyboard', async () => {
    const { workbench } = opened();
    await (await view()).locator('vscode-button', { hasText: 'Ask for 4 Samples' }).click();
    const tabs = (await view()).getByRole('tab');
    await until('five samples', WAIT * 2, async () => ((await tabs.count()) === 5 ? true : undefined));
    assert.deepEqual((await tabs.allInnerTexts()).map((text) => normal(text).split(' ')[0]), ['1', '2', '3', '4', 'greedy']);
    await tabs.first().focus();
    await workbench.press('End');
    await (await view()).locator('[role=tab][aria-selected=true]', { hasText: 'greedy' }).waitFor({ timeout: WAIT });
    await workbench.press('Home');
    await (await view()).locator('[role=tab][aria-selected=true]', { hasText: '1' }).waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
  });

  for (const theme of ['light', 'dark', 'high contrast', 'high contrast light'] as const)
    it(`is drawn in ${theme}, with highlights in the text`, async () => {
      const { workbench } = opened();
      await workbench.setTheme(theme);
      await (await link('148')).hover();
      await until('highlights', WAIT, async () => ((await highlighted()).length > 0 ? true : undefined));
      await workbench.screenshot(`analysis-samples-${theme.replaceAll(' ', '-')}`);
    });

  it('is read at a width of 400 pixels, in every theme', async () => {
    const { workbench } = opened();
    await (await link('148')).click();
    await pictureLooks(workbench, 'analysis', { analysis: AS_IT_IS });
  });

  it('comes back after a reload of the window, at its step', async () => {
    const { workbench } = opened();
    await workbench.runCommand('Developer: Reload Window');
    await workbench.page.locator('.tab', { hasText: 'photos.md' }).first().waitFor({ state: 'detached', timeout: WAIT });
    await heading('Step 3 of 6');
    await (await link('148')).waitFor({ timeout: WAIT });
  });
});

describe('analyses as comments', () => {
  const opened = useWorkbench({ folder: 'media/samples', theme: 'dark', settings: { 'comments.openView': 'never' } });

  it('come on demand, take a reply as a note, and go', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('photos.md');
    await editor.clickText('After losing 37');
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.statusBarItem('6 of 6 steps scored').waitFor({ timeout: WAIT * 2 });
    const thread = workbench.page.locator('.review-widget');
    assert.equal(await thread.count(), 0);
    await editor.clickText('After losing 37');
    await workbench.runCommand('Stepscope: Show or Hide Analyses as Comments');
    await thread.getByText('Calculation Analysis').waitFor({ timeout: WAIT });
    await thread.getByText('verdict no, P(Yes) 0.00').waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
    await workbench.screenshot('comments-dark');
    await thread.getByRole('button', { name: 'Note on this step' }).click();
    await workbench.type('121 is a slip');
    await thread.getByRole('button', { name: 'Keep as Comment on Step' }).click({ timeout: WAIT });
    await thread.locator('.review-comment', { hasText: '121 is a slip' }).waitFor({ timeout: WAIT });
    await workbench.screenshot('comments-note-dark');
  });

  it('stay while text is added after their step, and go when the text of the step changes', async () => {
    const { workbench, editor } = opened();
    const thread = workbench.page.locator('.review-widget');
    await editor.clickText('For Omar that makes');
    await workbench.type('x');
    await editor.lens('Score this step');
    assert.equal(await thread.count(), 1);
    await workbench.press('ControlOrMeta+Z');
    await workbench.runCommand('Stepscope: Show or Hide Analyses as Comments');
    await until('a second thread', WAIT, async () => ((await thread.count()) === 2 ? true : undefined));
    await workbench.runCommand('Stepscope: Show or Hide Analyses as Comments');
    await until('the first thread alone', WAIT, async () => ((await thread.count()) === 1 ? true : undefined));
    await workbench.runCommand('Stepscope: Previous Step');
    await editor.decoration('✎ comment');
    await workbench.type('x');
    await thread.first().waitFor({ state: 'detached', timeout: WAIT });
    await workbench.press('ControlOrMeta+Z');
  });
});
