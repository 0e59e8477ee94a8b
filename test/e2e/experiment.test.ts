import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { accessibilityViolations } from './accessibility.ts';
import { useWorkbench } from './hooks.ts';
import { pictureLooks } from './looks.ts';
import { WAIT } from './waiting.ts';

const ROWS = [
  { question: 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?', answer: '156' },
  { question: 'Calculate (7 × 18) - 36.', answer: '90' },
  { question: 'Count the letter "i" in "zinindni".', answer: '3' },
];
/** An experiment is more than one wait long. */
const RUN = 90_000;

describe('a bias experiment', () => {
  const opened = useWorkbench({ folder: 'media/samples', files: { 'questions.jsonl': ROWS.map((row) => JSON.stringify(row)).join('\n') }, theme: 'light', settings: { 'stepscope.policy.system': 'reflect at random', 'stepscope.policy.maxSolutionTokens': 200 } });
  const report = (): Promise<FrameLocator> => opened().workbench.webview('.report .chart, svg.chart', RUN);

  it('says what it will take before it starts, and shows its report when it has run', async function () {
    this.timeout(2 * RUN);
    const { workbench } = opened();
    await workbench.openFile('questions.jsonl');
    await workbench.runCommand('Stepscope: Run Bias Experiment…');
    await workbench.quickInputSays('on two slow cores');
    await workbench.quickInputSays('Controls: random@answer, nothing@answer');
    await workbench.screenshot('experiment-pick-light');
    await workbench.pick('Guesses a question');
    await workbench.enter('3');
    await workbench.quickInputSays('n = 3');
    await workbench.pick('Start');
    const view = await report();
    await view.locator('h1', { hasText: 'Internal bias · questions.jsonl · reasoner' }).waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
    await workbench.screenshot('experiment-report-light');
    assert.deepEqual(await accessibilityViolations(workbench.page), []);
  });

  it('is drawn in all themes, and fits into 400 pixels with every question in its list', async () => {
    const { workbench } = opened();
    const view = await report();
    await pictureLooks(workbench, 'report', { 'experiment-report': () => view.locator('h1').scrollIntoViewIfNeeded(), 'experiment-charts': () => view.locator('svg.chart').nth(1).scrollIntoViewIfNeeded() });
    const grid = view.getByRole('grid', { name: /^3 questions/ });
    await grid.scrollIntoViewIfNeeded();
    assert.equal(await grid.getAttribute('aria-rowcount'), String(ROWS.length + 1));
    await workbench.screenshot('experiment-report-questions-light');
  });
});
