import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { FrameLocator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { AS_IT_IS, pictureLooks } from './looks.ts';
import { until, WAIT } from './waiting.ts';

const ROWS = 12_000;
/** Right and wrong sums; every tenth problem is about zebras, and one row is no trace. */
const DATA = Array.from({ length: ROWS }, (_, row) =>
  row === 3
    ? '{"note": "this row has no problem"}'
    : JSON.stringify({
      id: `sum-${row}`,
      problem: `Omar counts ${row} ${row % 10 === 0 ? 'zebras' : 'horses'} in the morning and ${row % 7} more in the evening. How many has Omar counted?`,
      steps: [...Array.from({ length: row % 4 }, (_each, at) => `First look ${at + 1}.`), `Together ${row} + ${row % 7} = ${row + (row % 7)}.`, 'So that is the answer.'],
      label: row % 3 === 0 ? -1 : 0,
    }),
).join('\n');

describe('the Traces view and the table of a data set', () => {
  const opened = useWorkbench({ folder: 'media/samples', files: { 'sums.jsonl': DATA }, theme: 'light' });
  const tree = () => opened().workbench.page.locator('.pane-body .monaco-list-row');
  const table = (): Promise<FrameLocator> => opened().workbench.webview('.grid-row:not(.waiting)');
  const status = async (text: string): Promise<void> => {
    await (await table()).locator('.status', { hasText: text }).waitFor({ timeout: WAIT });
  };

  it('says in an empty view what to do', async () => {
    const { workbench } = opened();
    await workbench.runCommand('View: Show Stepscope');
    await workbench.page.getByText('Open the Sample', { exact: true }).waitFor({ timeout: WAIT });
    await workbench.screenshot('traces-empty-light');
  });

  it('opens the sample and shows a row of it with its score', async () => {
    const { workbench, editor } = opened();
    await workbench.page.getByText('Open the Sample', { exact: true }).click();
    await workbench.unfold('sample.jsonl');
    await tree().filter({ hasText: 'sample-0' }).first().click({ timeout: WAIT });
    await workbench.page.locator('.tab.active', { hasText: 'sample.jsonl row 0' }).waitFor({ timeout: WAIT });
    await workbench.runCommand('Stepscope: Score Steps');
    await editor.decoration('label: first error', WAIT);
    await workbench.statusBarItem('4 of 4 steps scored').waitFor({ timeout: WAIT });
    await tree().filter({ hasText: 'ours:' }).first().waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
    await workbench.screenshot('traces-light');
  });

  it('opens a data set of 12,000 rows as a table, with few of them as elements', async () => {
    const { workbench } = opened();
    await workbench.openFile('sums.jsonl');
    await workbench.runCommand('Stepscope: Open as Trace Table');
    await status('12000 rows.');
    const grid = (await table()).getByRole('grid');
    assert.equal(await grid.getAttribute('aria-rowcount'), String(ROWS + 1));
    assert.ok((await grid.locator('.grid-row').count()) < 100);
    const rows = await grid.locator('.grid-row:not([hidden])').allInnerTexts();
    assert.match(rows[0] ?? '', /sum-0/);
    assert.match(rows[3] ?? '', /sums\.jsonl row 3/);
    await workbench.screenshot('table-light');
  });

  it('moves with keys, from one end to the other', async () => {
    const { workbench } = opened();
    const grid = (await table()).getByRole('grid');
    const selected = async (position: number): Promise<void> => {
      await grid.locator(`.grid-row[aria-selected="true"][aria-rowindex="${position + 2}"]:not(.waiting)`).waitFor({ timeout: WAIT });
      assert.match((await grid.getAttribute('aria-activedescendant')) ?? '', new RegExp(`-${position}$`));
    };
    await grid.focus();
    await workbench.press('End');
    await selected(ROWS - 1);
    await workbench.press('ArrowUp');
    await selected(ROWS - 2);
    await workbench.press('Home');
    await selected(0);
    await workbench.press('ArrowDown');
    await selected(1);
    await workbench.press('PageDown');
    const after = Number(await grid.locator('.grid-row[aria-selected="true"]').getAttribute('aria-rowindex'));
    assert.ok(after > 10, String(after));
    await workbench.press('PageUp');
    await selected(1);
  });

  it('filters from the keyboard, sorts by a heading, and opens a row with Enter', async () => {
    const { workbench } = opened();
    const view = await table();
    await view.getByRole('grid').focus();
    await workbench.press('/');
    await workbench.type('ZEBRAS');
    await status('1200 of 12000 rows found.');
    await view.getByRole('columnheader', { name: 'Steps' }).getByRole('button').click();
    await view.locator('[role=columnheader][aria-sort=ascending]').waitFor({ timeout: WAIT });
    await view.getByRole('columnheader', { name: 'Steps' }).getByRole('button').click();
    await view.locator('[role=columnheader][aria-sort=descending]').waitFor({ timeout: WAIT });
    await view.locator('.grid-row[aria-rowindex="2"]', { hasText: 'sum-10' }).waitFor({ timeout: WAIT });
    await status('1200 of 12000 rows found.');
    await workbench.screenshot('table-filtered-light');
    await view.getByRole('grid').focus();
    await workbench.press('ArrowDown');
    await workbench.press('Enter');
    await workbench.page.locator('.tab.active', { hasText: 'sums.jsonl row' }).waitFor({ timeout: WAIT });
    await workbench.screenshot('table-beside-light');
  });

  for (const theme of ['dark', 'high contrast', 'high contrast light'] as const)
    it(`is drawn in ${theme}`, async () => {
      const { workbench } = opened();
      await workbench.setTheme(theme);
      await workbench.screenshot(`table-${theme.replaceAll(' ', '-')}`);
    });

  it('comes back after a reload with its filter, its order and its place', async () => {
    const { workbench } = opened();
    await workbench.runCommand('View: Close Editor');
    await workbench.runCommand('Developer: Reload Window');
    await workbench.page.locator('.tab', { hasText: 'sums.jsonl' }).first().waitFor({ state: 'detached', timeout: WAIT });
    await status('1200 of 12000 rows found.');
    const view = await table();
    await view.locator('[role=columnheader][aria-sort=descending]').waitFor({ timeout: WAIT });
    await view.locator('.grid-row[aria-selected="true"][aria-rowindex="3"]').waitFor({ timeout: WAIT });
  });

  it('follows the file when it changes', async () => {
    const { workbench } = opened();
    assert.ok(workbench.folder);
    writeFileSync(`${workbench.folder}/sums.jsonl`, DATA.split('\n').slice(0, 101).join('\n'));
    await status('11 of 101 rows found.');
  });

  it('compares our scores with the labels, also in a narrow window', async () => {
    const { workbench } = opened();
    await workbench.unfold('sample.jsonl');
    await tree().filter({ hasText: 'sample-0' }).first().click({ timeout: WAIT });
    await workbench.page.locator('.tab.active', { hasText: 'sample.jsonl row 0' }).waitFor({ timeout: WAIT });
    await workbench.runCommand('Stepscope: Open as Trace Table');
    const view = await until('the table of the sample', WAIT, async () => {
      const now = await workbench.webview('.grid-row:not(.waiting)');
      return (await now.locator('.grid-row', { hasText: 'sample-0' }).count()) > 0 ? now : undefined;
    });
    await view.locator('.grid-row', { hasText: /✓ agree|✗ differ/ }).first().waitFor({ timeout: WAIT });
    await pictureLooks(workbench, 'table', { 'table-scored': AS_IT_IS });
  });
});
