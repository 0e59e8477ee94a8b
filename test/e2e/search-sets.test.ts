import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { AS_IT_IS, pictureLooks } from './looks.ts';
import { WAIT } from './waiting.ts';

const PROBLEMS = [
  { id: 'mia', question: 'Mia has 4 photos and gets 3 more photos. How many photos does Mia have?', answer: '7' },
  { id: 'ida', question: 'Ida has 25 eggs and loses 6 eggs. Then Ida gets 4 bags with 3 eggs in each bag. How many eggs does Ida have now?', answer: '31' },
];
/** Two strategies on two problems are more than one wait long. */
const SEARCHED = 120_000;

describe('searching solutions of several problems', () => {
  const opened = useWorkbench({ files: { 'problems.jsonl': PROBLEMS.map((row) => `${JSON.stringify(row)}\n`).join('') }, theme: 'light', settings: { 'stepscope.search.maxRounds': 12, 'stepscope.search.strategy': 'all-simple' } });
  const comparison = (timeout = WAIT): Promise<FrameLocator> => opened().workbench.webview('#compare .table-scroll', timeout);

  it('says which rows and what they take, before it begins', async () => {
    const { workbench } = opened();
    await workbench.openFile('problems.jsonl');
    await workbench.runCommand('Stepscope: Solve with PATS… on Rows');
    await workbench.quickInputSays('rows 0 to 1 of problems.jsonl');
    await workbench.quickInputSays('No earlier search by all-simple to estimate from: at most 12 rounds a problem.');
    await workbench.screenshot('solve-rows-pick-light');
    await workbench.press('Escape');
  });

  it('compares strategies on the same problems, with what each number rests on', async function () {
    this.timeout(2 * SEARCHED);
    const { workbench } = opened();
    await workbench.runCommand('Stepscope: Compare Strategies…');
    await workbench.pick('Run strategies on rows of a data set');
    await workbench.quickInputSays('It has 2 rows.');
    await workbench.enter('2');
    await workbench.quickInputSays('Compare on 2 problems');
    // Chosen already: pats, all-simple and all-complex; the last is slow.
    await workbench.pickLabel('all-complex');
    await workbench.screenshot('compare-pick-light');
    await workbench.press('Enter');
    await workbench.page.locator('.statusbar-item', { hasText: /[01]\/2 problems/ }).first().waitFor({ timeout: WAIT });
    const view = await comparison(SEARCHED);
    await view.locator('[role="status"]', { hasText: '4 of 4 searches have ended.' }).waitFor({ timeout: SEARCHED });
    await workbench.clearNotifications();
    await view.locator('figure svg').first().scrollIntoViewIfNeeded();
    const rows = await view.getByRole('region', { name: 'Strategies' }).locator('tbody tr').allInnerTexts();
    assert.deepEqual(rows.map((text) => text.split(/\s/)[0]), ['pats', 'all-simple']);
    for (const row of rows) assert.match(row, /\d+\.\d \[\d+\.\d, \d+\.\d\]/);
    assert.equal(await view.getByRole('region', { name: 'Differences to pats' }).locator('tbody tr').count(), 1);
    const labels = await view.locator('figure').first().locator('.chart-series text').allTextContents();
    assert.deepEqual(labels, ['pats', 'all-simple']);
    assert.equal(await view.getByRole('grid').getAttribute('aria-rowcount'), '5');
    await workbench.screenshot('compare-light');
  });

  it('opens the search that a point of the picture stands for, by keys', async () => {
    const { workbench } = opened();
    const twin = (await comparison()).locator('figure').first();
    await twin.locator('summary', { hasText: 'As a table, to open what a point stands for' }).focus();
    await workbench.press('Enter');
    // The table that scrolls by itself, then its first link.
    for (let press = 0; press < 2; press++) await workbench.press('Tab');
    assert.equal(await twin.locator('button:focus').getAttribute('aria-label', { timeout: WAIT }), 'pats: open');
    await workbench.press('Enter');
    await workbench.webview('.lane .candidate', WAIT);
    await workbench.runCommand('View: Close Editor');
  });

  it('opens a search at its problem, and goes to another by keys', async () => {
    const { workbench } = opened();
    const view = await comparison();
    await view.getByRole('grid').focus();
    await workbench.press('Home');
    for (let press = 0; press < 2; press++) await workbench.press('ArrowDown');
    await workbench.press('Enter');
    const search = await workbench.webview('.lane .candidate', WAIT);
    await search.locator('.question', { hasText: 'Ida has 25 eggs' }).waitFor({ timeout: WAIT });
    assert.match(await search.locator('body').innerText(), /2 of 2 problems ended, \d of 2 correct/);
    await workbench.screenshot('search-problems-light');
    await search.locator('vscode-dropdown').first().focus();
    await workbench.press('Home');
    await search.locator('.question', { hasText: 'Mia has 4 photos' }).waitFor({ timeout: WAIT });
    await workbench.runCommand('View: Close Editor');
  });

  it('is drawn in all themes, and fits into 400 pixels', async () => {
    await comparison();
    await pictureLooks(opened().workbench, 'compare', { compare: AS_IT_IS });
  });
});
