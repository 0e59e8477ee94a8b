import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { AS_IT_IS, pictureLooks } from './looks.ts';
import { until, WAIT } from './waiting.ts';

/** Forty sums, every other one with a wrong second step, and two sets of scores for them. */
const ROWS = Array.from({ length: 40 }, (_, row) => ({ id: `sum-${row}`, problem: `Mia has ${row} photos and gets 3 more. How many has Mia? (${row})`, steps: [`At first Mia has ${row} photos.`, `${row} + 3 = ${row + 3 + (row % 2)}.`], label: row % 2 === 0 ? -1 : 1 }));
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const scores = (wrongEvery: number): string => lines(ROWS.map(({ id }, row) => ({ id, scores: [0.9, (row % 2 === 0) === (row % wrongEvery !== 0) ? 0.8 : 0.1] })));

describe('quick evals', () => {
  const opened = useWorkbench({ folder: 'media/samples', files: { 'sums.jsonl': lines(ROWS), 'first-scores.jsonl': scores(5), 'second-scores.jsonl': scores(7) }, theme: 'dark' });
  const report = (text: string): Promise<FrameLocator> => opened().workbench.webview(`#report h1:has-text("${text}")`);

  /** Evaluates on a file of scores, through the form. */
  async function evaluate(file: string): Promise<void> {
    const { workbench } = opened();
    await workbench.openFile('sums.jsonl');
    await workbench.runCommand('Stepscope: Run Quick Eval…');
    await workbench.quickInputSays('ProcessBench: first wrong step');
    await workbench.pick('from the verifier');
    await workbench.pick('From a file…');
    await workbench.chooseFile(file);
    await workbench.quickInputSays(file);
    await workbench.pick('Start');
    await (await report(file)).locator('.status', { hasText: 'Done: 40 of 40 rows' }).waitFor({ timeout: WAIT });
  }

  it('asks with everything set already, and reports numbers, pictures and every row', async () => {
    const { workbench } = opened();
    await evaluate('first-scores.jsonl');
    const view = await report('first-scores.jsonl');
    await view.getByRole('grid').last().locator('.grid-row').first().waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
    await pictureLooks(workbench, 'report', { 'eval-report': AS_IT_IS });
    await view.getByRole('grid').last().scrollIntoViewIfNeeded();
    await workbench.screenshot('eval-report-rows-light');
  });

  it('compares two runs', async () => {
    const { workbench } = opened();
    await evaluate('second-scores.jsonl');
    await workbench.runCommand('Stepscope: Compare Runs…');
    await workbench.quickInputSays('first-scores.jsonl');
    await workbench.page.locator('.quick-input-header').locator('[role="checkbox"], .quick-input-check-all').first().click({ timeout: WAIT });
    await workbench.press('Enter');
    const view = await report('Comparison');
    await view.locator('.status', { hasText: /B − A: F1/ }).waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
    await pictureLooks(workbench, 'report', { 'eval-compare': AS_IT_IS });
  });

  it('opens a row at the step in question, from the report and from the comparison', async () => {
    const { workbench } = opened();
    const { page } = workbench;
    await page.setViewportSize({ width: 1280, height: 800 });
    // Of the report the second row; of the comparison the first that differs.
    for (const [title, keys, row] of [['first-scores.jsonl', ['Home', 'ArrowDown', 'Enter'], 1], ['Comparison', ['Home', 'Enter'], 5]] as const) {
      await page.locator('.tab', { hasText: title }).first().click({ timeout: WAIT });
      await (await report(title)).getByRole('grid').last().focus();
      for (const key of keys) await workbench.press(key);
      await page.locator('.tab.active', { hasText: `sums.jsonl row ${row}` }).waitFor({ timeout: WAIT });
      await workbench.statusBarItem('Step 2/2').waitFor({ timeout: WAIT });
    }
  });

  it('exports the comparison as one page, as a report is', async () => {
    const { workbench } = opened();
    await workbench.page.locator('.tab', { hasText: 'Comparison' }).first().click({ timeout: WAIT });
    const view = await report('Comparison');
    await view.locator('vscode-button', { hasText: 'Export…' }).click({ timeout: WAIT });
    await workbench.pick('HTML: the report as one page');
    await workbench.saveAs('Comparison-of-2-runs.html');
    const page = await until('the page', WAIT, () => readFile(path.join(workbench.folder ?? '', 'Comparison-of-2-runs.html'), 'utf8').catch(() => undefined));
    assert.match(page, /<title>Comparison on sums\.jsonl/);
  });

  it('deletes the runs that are selected, by the key, with one question', async () => {
    const { workbench } = opened();
    await workbench.page.setViewportSize({ width: 1280, height: 900 });
    await workbench.runCommand('Stepscope: Focus on Runs View');
    const runs = ['first-scores.jsonl', 'second-scores.jsonl'].map((name) => workbench.treeRow(`sums.jsonl · ${name}`));
    // Selects, and opens nothing.
    for (const run of runs) await run.click({ modifiers: ['ControlOrMeta'], timeout: WAIT });
    await workbench.press('Delete');
    assert.match(await workbench.dialog(), /Delete 2 runs\?.*first-scores\.jsonl/);
    await workbench.screenshot('runs-delete-dark');
    await workbench.answer('Delete');
    for (const run of runs) await run.waitFor({ state: 'detached', timeout: WAIT });
  });
});

/** The verifier is slow enough to look on. The first ten have no error, so that F1 and the pictures come later. */
const MANY = Array.from({ length: 20 }, (_, row) => ({ id: `sum-${row}`, problem: `Mia has ${row + 2} shells and gets ${row + 3} more shells. How many shells does Mia have?`, steps: [`At first Mia has ${row + 2} shells.`, `${row + 2} + ${row + 3} = ${2 * row + 5 + (row < 10 ? 0 : 1)}.`], label: row < 10 ? -1 : 1 }));

describe('a quick eval that goes on', () => {
  const opened = useWorkbench({ files: { 'shells.jsonl': lines(MANY) }, theme: 'dark' });
  const report = (): Promise<FrameLocator> => opened().workbench.webview('#report h1:has-text("shells.jsonl")');
  const rowsIn = async (grid: Locator): Promise<number> => Number(await grid.getAttribute('aria-rowcount', { timeout: WAIT })) - 1;
  const moreThan = (grid: Locator, rows: number): Promise<number> => until(`more than ${rows} rows`, 2 * WAIT, async () => ((await rowsIn(grid)) > rows ? rowsIn(grid) : undefined));
  /** What is selected in the grid that has the focus, and where that is on the screen. */
  async function placeOf(view: FrameLocator): Promise<{ readonly row: string | null; readonly top: number }> {
    const focused = view.locator('[role=grid]:focus');
    const box = await focused.boundingBox({ timeout: WAIT });
    return { row: await focused.getAttribute('aria-activedescendant'), top: Math.round(box?.y ?? NaN) };
  }

  it('shows rows as they come in, and leaves focus and place to who reads', async function () {
    this.timeout(5 * WAIT);
    const { workbench } = opened();
    await workbench.openFile('shells.jsonl');
    await workbench.runCommand('Stepscope: Run Quick Eval…');
    await workbench.quickInputSays('ProcessBench: first wrong step');
    await workbench.pick('Start');
    const view = await report();
    const grid = view.getByRole('grid').last();
    const first = await moreThan(grid, 0);
    await grid.focus();
    const before = await placeOf(view);
    const more = await moreThan(grid, first);
    const after = await placeOf(view);
    assert.ok(before.row !== null, 'a row is selected');
    assert.deepEqual(after, before);
    await workbench.press('End');
    await until('another row is selected', WAIT, async () => ((await placeOf(view)).row === before.row ? undefined : true));
    assert.ok(more < MANY.length);
    await view.getByRole('button', { name: 'Pause' }).click({ timeout: WAIT });
    await view.locator('.status', { hasText: /^Paused: \d+\/20 rows/ }).waitFor({ timeout: WAIT });
    await view.getByRole('button', { name: 'Continue' }).waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
    await workbench.screenshot('eval-paused-dark');
  });

  it('says after a reload of the window that it was cut off, and goes on to the end without a row twice', async function () {
    this.timeout(5 * WAIT);
    const { workbench } = opened();
    await workbench.runCommand('View: Show Stepscope');
    await workbench.runCommand('Developer: Reload Window');
    await workbench.page.locator('.tab', { hasText: 'shells.jsonl' }).first().waitFor({ state: 'detached', timeout: WAIT });
    const view = await report();
    await view.locator('.status', { hasText: /^Cut off after \d+ of 20 rows: resume goes on with the others\./ }).waitFor({ timeout: WAIT });
    await workbench.treeRow('cut off').waitFor({ timeout: WAIT });
    await workbench.screenshot('eval-cut-off-dark');
    await view.getByRole('button', { name: 'Resume' }).click({ timeout: WAIT });
    await view.locator('.status', { hasText: 'Done: 20 of 20 rows' }).waitFor({ timeout: 3 * WAIT });
    const folder = path.join(workbench.storage ?? '', 'runs');
    const [log = '', ...others] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    assert.deepEqual(others, []);
    const written = readFileSync(path.join(folder, log), 'utf8').split('\n').flatMap((line) => (line.startsWith('{"type":"row"') ? [(JSON.parse(line) as { readonly row: { readonly row: number } }).row.row] : []));
    assert.deepEqual(written, MANY.map((_, row) => row));
  });
});
