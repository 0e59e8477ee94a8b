import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { pictureLooks } from './looks.ts';
import { WAIT } from './waiting.ts';

const QUESTION = 'At the start Ida has 14 coins. Ida gets 3 bags with 5 coins in each bag. Then Ida gives 9 coins to Omar. How many coins does Ida have now?';
/** The model loads, and writes. */
const WRITTEN = 100_000;

describe('hiding input', () => {
  const opened = useWorkbench({ files: { 'problem.md': `${QUESTION}\n` }, theme: 'light', settings: { 'stepscope.policy.system': 'reflect at random' } });
  const panel = (): Promise<FrameLocator> => opened().workbench.webview('button.start', WRITTEN);

  it('has the policy write a trace of the selected problem, and strikes through what is chosen', async function () {
    this.timeout(2 * WRITTEN);
    const { workbench, editor } = opened();
    await workbench.openFile('problem.md');
    await editor.clickText('At the start');
    await workbench.press('ControlOrMeta+A');
    await workbench.page.locator('#status\\.editor\\.selection', { hasText: 'selected' }).waitFor({ timeout: WAIT });
    await workbench.runCommand('Stepscope: Hide Input and Compare…');
    const view = await panel();
    await view.locator('.status', { hasText: 'Choose what to hide' }).waitFor({ timeout: WRITTEN });
    assert.equal(await view.locator('.question del').first().innerText(), QUESTION);
    await view.getByRole('checkbox', { name: 'The question', exact: true }).click();
    await view.locator('.question del', { hasText: /^14$/ }).waitFor({ timeout: WAIT });
    assert.deepEqual(await view.locator('.question del').allInnerTexts(), ['14', '3', '5', '9']);
    assert.equal(await view.locator('.start-line').count(), 1);
  });

  it('starts the mask at a step that the keys choose', async () => {
    const { workbench } = opened();
    const view = await panel();
    await view.locator('button.start[tabindex="0"]').focus();
    await workbench.press('Home');
    await workbench.press('ArrowDown');
    await workbench.press('Enter');
    await view.locator('.start-line', { hasText: 'step 2' }).waitFor({ timeout: WAIT });
    await view.locator('button.start[aria-pressed="true"]', { hasText: '2' }).waitFor({ timeout: WAIT });
    await workbench.screenshot('masking-draft-light');
  });

  it('puts the continuations beside the trace, marks the first difference and lists the tokens that were hidden', async function () {
    this.timeout(2 * WRITTEN);
    const { workbench } = opened();
    const view = await panel();
    await view.getByRole('checkbox', { name: 'The question', exact: true }).click();
    await view.locator('.question del', { hasText: QUESTION }).waitFor({ timeout: WAIT });
    await workbench.press('ControlOrMeta+Enter');
    await view.locator('.status', { hasText: /^Done: 3 plans/ }).waitFor({ timeout: WRITTEN });
    assert.equal(await view.locator('.steps thead th').count(), 5);
    assert.equal(await view.locator('.first-difference mark').count() > 0, true);
    assert.deepEqual(await view.locator('.plans tr').count(), 5);
    await view.locator('summary').first().click();
    assert.ok((await view.locator('details[open] .tokens code').count()) > 10);
    await workbench.clearNotifications();
  });

  it('is drawn in all themes, and read at a width of 400 pixels', async () => {
    const { workbench } = opened();
    const view = await panel();
    await pictureLooks(workbench, 'masking', { masking: () => view.locator('h1').scrollIntoViewIfNeeded(), 'masking-steps': () => view.locator('.steps thead').scrollIntoViewIfNeeded() });
  });
});
