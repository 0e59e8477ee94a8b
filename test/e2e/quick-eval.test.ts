import type { FrameLocator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { AS_IT_IS, pictureLooks } from './looks.ts';
import { WAIT } from './waiting.ts';

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
});
