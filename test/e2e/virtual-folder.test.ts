import assert from 'node:assert/strict';
import { useWorkbench } from './hooks.ts';
import { WAIT } from './waiting.ts';

/** A busy machine takes long to start an engine. */
const SLOW = 90_000;
const ROWS = [
  { id: 'a', problem: 'Mia has 4 photos and gets 3 more. How many photos does Mia have?', steps: ['Mia gets 3 more photos: 4 + 3 = 7.', 'So the answer is 7.'], label: -1 },
  { id: 'b', problem: 'Mia has 9 coins and loses 5. How many coins does Mia have?', steps: ['After losing 5, Mia has 9 - 5 = 3 coins.', 'So the answer is 3.'], label: 0 },
];

describe('a folder on no disk as the workspace', () => {
  const opened = useWorkbench({ memoryFiles: { 'photos.md': '# Problem\n\nAnna has 12 apples and buys 5 more. How many does she have?\n\n# Solution\n\nShe has 12 + 5 = 17 apples.\n', 'rows.jsonl': ROWS.map((row) => JSON.stringify(row)).join('\n') } });

  async function openFile(name: string): Promise<void> {
    const { workbench } = opened();
    // Nothing searches such a folder, so quick open does not find its files.
    await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).dblclick({ timeout: WAIT });
    await workbench.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: WAIT });
  }

  it('has its traces scored, its data sets as tables, and is named by Doctor', async () => {
    const { workbench, editor } = opened();
    await openFile('photos.md');
    await editor.clickText('She has 12');
    await workbench.runCommand('Stepscope: Score Steps');
    await editor.decoration(/^✓ 1\.00/, SLOW);
    await workbench.screenshot('virtual-dark');
    await workbench.runCommand('Stepscope: Show Analysis of Step');
    await (await workbench.webview('#analysis h1')).locator('h1', { hasText: 'judged correct' }).waitFor({ timeout: SLOW });
    await workbench.runCommand('View: Close All Editors');
    await openFile('rows.jsonl');
    await workbench.runCommand('Stepscope: Open as Trace Table');
    const table = await workbench.webview('#table .grid-row:not(.waiting)');
    await table.locator('.grid-row', { hasText: 'Mia has 9 coins' }).dblclick({ timeout: WAIT });
    await workbench.page.locator('.tab.active', { hasText: 'rows.jsonl row 1' }).waitFor({ timeout: WAIT });
    await workbench.runCommand('Stepscope: Score Steps');
    await editor.decoration(/^[✓✗?] [01]\.\d\d/, SLOW);
    await workbench.runCommand('Stepscope: Doctor');
    await workbench.notification('Nothing needs attention.', SLOW);
    await editor.clickText('virtual (`stepscope-memory`)');
  });

  it('has runs of its own, which are kept where this machine has room', async () => {
    const { workbench } = opened();
    await workbench.runCommand('View: Close All Editors');
    await openFile('rows.jsonl');
    await workbench.runCommand('Stepscope: Run Quick Eval…');
    await workbench.quickInputSays('ProcessBench: first wrong step');
    await workbench.pick('Start');
    await (await workbench.webview('#report .status', SLOW)).locator('.status', { hasText: 'Done: 2 of 2 rows' }).waitFor({ timeout: SLOW });
    assert.deepEqual(workbench.takeErrors(), []);
  });
});
