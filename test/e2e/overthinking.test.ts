import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { pictureLooks } from './looks.ts';
import { WAIT } from './waiting.ts';

const TRACE = `# Problem

Ben has 19 books and gets 4 boxes with 12 books in each box. How many books does Ben have?

# Solution

<think>
In all the boxes there are 4 × 12 = 48 books.

Ben gets 48 more books: 19 + 48 = 67.

So the answer is 67.

Wait, let me check.

4 × 12 = 48.

19 + 48 = 67.

Hmm, let me count again.

4 × 12 = 48.

4 × 12 = 48.

4 × 12 = 48.

So the answer is 67.
</think>

The answer is \\boxed{67}.
`;
/** Three parts of the bundled model are more than one wait long. */
const COMPUTED = 90_000;

describe('overthinking in one trace', () => {
  const opened = useWorkbench({ folder: 'media/samples', files: { 'books.md': TRACE }, theme: 'dark', settings: { 'stepscope.bias.guesses': 16 } });
  const panel = (): Promise<FrameLocator> => opened().workbench.webview('.timeline .mark');

  it('shows what the detectors find at once, and goes from mark to mark with the arrow keys', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('books.md');
    await workbench.runCommand('Stepscope: Show Overthinking');
    const view = await panel();
    await view.locator('.summary', { hasText: '2 reflections, 6 redundant steps, 1 loop in 11 steps' }).waitFor({ timeout: WAIT });
    const list = view.getByRole('listbox');
    await list.focus();
    await workbench.press('Home');
    assert.match((await view.locator('.mark[aria-selected="true"]').getAttribute('aria-label')) ?? '', /^first answer: 67, step 3, at \d+–\d+ characters$/);
    await workbench.press('ArrowRight');
    assert.match((await view.locator('.mark[aria-selected="true"]').getAttribute('aria-label')) ?? '', /^reflection: Wait, step 4/);
    await workbench.screenshot('overthinking-detectors-dark');
    await workbench.press('Enter');
    await editor.cursorAt(14);
  });

  it('follows the cursor of the text, and takes a first answer by hand', async () => {
    const { workbench, editor } = opened();
    await editor.clickText('Hmm, let me count');
    const view = await panel();
    await view.locator('.cursor-place', { hasText: 'in step 7' }).waitFor({ timeout: WAIT });
    await editor.clickText('19 + 48 = 67.');
    await workbench.press('End');
    await workbench.press('ArrowLeft');
    await workbench.press('Shift+ArrowLeft');
    await workbench.press('Shift+ArrowLeft');
    await workbench.runCommand('Stepscope: Set First Answer to Selection');
    await view.locator('dd', { hasText: '67, step 2 (by hand)' }).waitFor({ timeout: WAIT });
    await workbench.runCommand('Stepscope: Use Detected First Answer');
    await view.locator('dd', { hasText: '67, step 3 (answer is {answer})' }).waitFor({ timeout: WAIT });
  });

  it('asks the model for guesses, layers and attention, and counts in its tokens from then on', async function () {
    this.timeout(2 * COMPUTED);
    const { workbench } = opened();
    const view = await panel();
    await view.getByRole('button', { name: 'Compute All' }).click();
    await view.locator('#part-attention[data-state="done"]').waitFor({ timeout: COMPUTED });
    await view.locator('#part-exit[data-state="done"]').waitFor({ timeout: WAIT });
    await view.locator('.timeline .curve-line').waitFor({ state: 'attached', timeout: WAIT });
    assert.match(await view.locator('dl').first().innerText(), /P_first:?\s*\d+ of \d+ tokens/);
    await view.locator('#part-guesses .chart-bars').waitFor({ timeout: WAIT });
    await workbench.screenshot('overthinking-dark');
  });

  it('is drawn in all themes and fits into 400 pixels, with a table for each picture', async function () {
    this.timeout(COMPUTED + WAIT);
    const { workbench } = opened();
    const view = await panel();
    const at = (part: string) => () => view.locator(part).scrollIntoViewIfNeeded();
    await pictureLooks(workbench, 'overthinking', { overthinking: at('h1'), 'overthinking-parts': at('#part-guesses h2'), 'overthinking-attention': at('#part-attention h2') });
    await view.getByRole('button', { name: 'Table', exact: true }).click();
    const marks = await view.locator('.timeline .mark').count();
    assert.equal(await view.getByRole('grid').first().getAttribute('aria-rowcount'), String(marks + 1));
    await workbench.screenshot('overthinking-table-light');
    await view.getByRole('button', { name: 'Picture', exact: true }).click();
  });

  it('shows disabled what a served policy cannot do, and says which model can', async () => {
    const { workbench } = opened();
    workbench.changeSettings({ 'stepscope.policy.endpoints': ['http://127.0.0.1:9'] });
    const view = await panel();
    // What was measured stays, with the model that it was measured with: another trace has nothing yet.
    await workbench.openFile('photos.md');
    await workbench.runCommand('Stepscope: Show Overthinking');
    await view.locator('h1', { hasText: 'photos.md' }).waitFor({ timeout: WAIT });
    await view.locator('#part-attention[data-state="lacking"] .message', { hasText: 'does not give its attention' }).waitFor({ timeout: WAIT });
    assert.equal(await view.locator('#part-attention vscode-button[disabled]').count(), 1);
    assert.equal(await view.locator('#part-guesses vscode-button[disabled]').count(), 0);
    await view.locator('#part-attention h2').scrollIntoViewIfNeeded();
    await workbench.screenshot('overthinking-lacking-light');
    workbench.changeSettings({ 'stepscope.policy.endpoints': [] });
    await view.locator('#part-attention[data-state="open"]').waitFor({ timeout: WAIT });
  });
});
