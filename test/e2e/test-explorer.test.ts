import { useWorkbench } from './hooks.ts';
import { WAIT } from './waiting.ts';

const COINS = 'Mia has 9 coins and loses 5. How many coins does Mia have?';
const RIGHT = ['After losing 5, Mia has 9 - 5 = 4 coins.', 'So the answer is 4.'];
const DATA = [
  { id: 'right', problem: COINS, steps: RIGHT, label: -1 },
  { id: 'wrong', problem: COINS, steps: ['After losing 5, Mia has 9 - 5 = 3 coins.', 'So the answer is 3.'], label: 0 },
  { id: 'mislabelled', problem: COINS, steps: RIGHT, label: 1 },
].map((row) => JSON.stringify(row)).join('\n');

describe('labelled rows in the Testing view', () => {
  const opened = useWorkbench({ files: { 'coins.jsonl': DATA }, theme: 'light' });

  it('are tests of their data set, are run by the verifier, and fail at the step that differs', async () => {
    const { workbench, editor } = opened();
    const { page } = workbench;
    await workbench.openFile('coins.jsonl');
    await workbench.runCommand('Stepscope: Open as Trace Table');
    await workbench.webview('.grid-row');
    await workbench.runCommand('View: Show Testing');
    const item = (text: string) => page.locator('.test-explorer .monaco-list-row', { hasText: text }).first();
    await item('coins.jsonl').waitFor({ timeout: WAIT });
    await workbench.runCommand('Test: Run All Tests');
    await page.locator('.test-explorer .monaco-list-row[aria-label*="Failed"]', { hasText: 'coins.jsonl' }).waitFor({ timeout: WAIT });
    await item('coins.jsonl').click();
    await item('mislabelled').click({ timeout: WAIT });
    await page.locator('.tab.active', { hasText: 'coins.jsonl row 2' }).waitFor({ timeout: WAIT });
    await page.locator('.monaco-editor', { hasText: 'labelled step 2, predicted no error' }).first().waitFor({ timeout: WAIT });
    await editor.decoration('label: first error', WAIT);
    await workbench.clearNotifications();
    await workbench.screenshot('testing-light');
  });
});
