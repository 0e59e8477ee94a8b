import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { accessibilityViolations } from './accessibility.ts';
import { useWorkbench } from './hooks.ts';
import { pictureLooks } from './looks.ts';
import { until, WAIT } from './waiting.ts';

/** Loading a model and its second graph is more than one wait on a busy machine. */
const READ = 100_000;

describe('the attention of a trace', () => {
  const opened = useWorkbench({ folder: 'media/samples', theme: 'light' });
  const view = (): Promise<FrameLocator> => opened().workbench.webview('#attention .status', READ);
  const maps = async (count: number): Promise<Locator> => {
    const found = (await view()).locator('.map');
    await until(`${count} matrices`, READ, async () => ((await found.count()) === count ? true : undefined));
    return found;
  };
  const said = async (text: RegExp): Promise<void> => {
    await (await view()).locator('.said', { hasText: text }).first().waitFor({ timeout: WAIT });
  };
  const choose = async (label: string, option: string): Promise<void> => {
    const list = (await view()).locator(`vscode-dropdown[aria-label="${label}"]`);
    await list.click();
    await list.locator('vscode-option', { hasText: option }).first().click();
  };

  it('draws the parts of a trace with numbers and a legend, and says what they were made of', async function () {
    this.timeout(READ + WAIT);
    const { workbench } = opened();
    await workbench.openFile('photos.md');
    await workbench.runCommand('Stepscope: Show Attention');
    const [map] = await (await maps(1)).all();
    assert.ok(map);
    assert.match((await map.getAttribute('aria-label')) ?? '', /reasoner, \d+ tokens, mean of 8 layers, 8 heads each, share of attention.*Attention is not explanation/);
    assert.equal(await map.locator('.heat-legend text').count(), 6);
    await workbench.screenshot('attention-light');
    assert.deepEqual(await accessibilityViolations(workbench.page), []);
  });

  it('goes from cell to cell by keys, and selects both texts in the document with Enter', async () => {
    const { workbench } = opened();
    const map = (await maps(1)).first();
    await map.focus();
    await workbench.press('Control+Home');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight']) await workbench.press(key);
    await said(/^step 2 → question: share \.\d{3}, \d+\.\d+ times uniform, \d+ × \d+ tokens\.$/);
    await workbench.press('Enter');
    // Both are selected beside the panel, which keeps the focus: the question and the step stand in other lines.
    await until('two selections', WAIT, async () => {
      const boxes = await workbench.page.evaluate<number[]>(`[...document.querySelectorAll('.monaco-editor .selected-text')].map((element) => element.getBoundingClientRect().top)`);
      return boxes.length >= 2 && Math.max(...boxes) - Math.min(...boxes) > 100 ? true : undefined;
    });
    await workbench.press('t');
    const tokens = (await view()).locator('#tokens-cell-0');
    await tokens.waitFor({ state: 'attached', timeout: READ });
    await until('the focus on the tokens', WAIT, async () => ((await (await view()).locator('.map:focus #tokens-cell-0').count()) === 1 ? true : undefined));
    await workbench.screenshot('attention-tokens-light');
  });

  it('hides the question from a step on: exactly 0 there, two matrices and their difference', async function () {
    this.timeout(READ + 2 * WAIT);
    const { workbench } = opened();
    await choose('Hide', 'the question');
    const found = (await view()).locator('section').first().locator('.map');
    await until('three matrices', READ, async () => ((await found.count()) === 3 ? true : undefined));
    await said(/^step 2 → question: .*; with parts hidden share 0, – times uniform, change −\.\d{3}\.$/);
    assert.ok((await found.nth(1).locator('.heat-hidden').count()) === 1);
    await choose('Numbers', 'times uniform');
    await (await view()).locator('figcaption', { hasText: 'times uniform attention (1 is uniform)' }).first().waitFor({ timeout: WAIT });
    await found.nth(2).scrollIntoViewIfNeeded();
    await workbench.screenshot('attention-hidden-light');
  });

  it('has a table with the same numbers', async () => {
    const { workbench } = opened();
    const frame = await view();
    await frame.locator('vscode-button', { hasText: 'Table' }).click();
    await frame.locator('.grid-row', { hasText: 'step 2' }).first().waitFor({ timeout: WAIT });
    await workbench.screenshot('attention-table-light');
    await frame.locator('vscode-button', { hasText: 'Picture' }).click();
  });

  it('is drawn in all themes, and fits into 400 pixels', async () => {
    const { workbench } = opened();
    await pictureLooks(workbench, 'attention', { attention: async () => (await view()).locator('.map').nth(2).scrollIntoViewIfNeeded({ timeout: WAIT }) });
  });

  it('says what a served model lacks, with its lists in sight and off, and asks no server', async () => {
    const { workbench } = opened();
    workbench.changeSettings({ 'stepscope.policy.endpoints': ['http://127.0.0.1:9/v1'] });
    await workbench.openFile('marbles-correct.md');
    await until('the sentence', WAIT, async () => {
      await workbench.runCommand('Stepscope: Show Attention');
      const status = (await view()).locator('.status', { hasText: 'does not give its attention' });
      return status.waitFor({ timeout: 5000 }).then(() => true, () => undefined);
    });
    const frame = await view();
    assert.equal(await frame.locator('vscode-dropdown[aria-label="Layer"][disabled]').count(), 1);
    assert.equal(await frame.locator('.map:visible').count(), 0);
    await workbench.screenshot('attention-lack-light');
  });
});
