import assert from 'node:assert/strict';
import { useWorkbench } from './hooks.ts';
import { until, WAIT } from './waiting.ts';

/** Rows of no published format. */
const OWN = Array.from({ length: 6 }, (_, row) => JSON.stringify({
  key: `own-${row}`,
  query: `Mia has ${row + 4} photos and gets 3 more. How many photos does Mia have?`,
  chain: [{ text: `Mia gets 3 more photos: ${row + 4} + 3 = ${row + (row % 3 === 0 ? 8 : 7)}.` }, { text: `So the answer is ${row + (row % 3 === 0 ? 8 : 7)}.` }],
  first_error: row % 3 === 0 ? 1 : -1,
})).join('\n');
const PAIRS = [0, 1, 2].map((row) => JSON.stringify({
  idx: `pair-${row}`,
  original_question: `Omar has ${row + 4} coins and gets 2 more. How many coins does Omar have?`,
  modified_question: `Omar has ${row + 4} coins and gets 2 more. How many coins does Omar have?`,
  original_process: [`Omar gets 2 more coins: ${row + 4} + 2 = ${row + 6}.`, `So the answer is ${row + 6}.`],
  modified_process: ['Coins can be counted.', `Omar gets 2 more coins: ${row + 4} + 2 = ${row + 9}.`, `So the answer is ${row + 9}.`],
  error_steps: [2, 3],
  reason: 'The sum is wrong.',
  classification: 'step_contradiction',
})).join('\n');
const THEMES = ['light', 'dark', 'high contrast'] as const;

describe('how data sets are read, and rows with several traces', () => {
  const opened = useWorkbench({ files: { 'own.jsonl': OWN, 'own-more.jsonl': OWN, 'pairs.jsonl': PAIRS }, theme: 'light' });
  const named = (name: string, theme: string): string => `${name}-${theme.replaceAll(' ', '-')}`;

  it('says in tree and table that no row can be read, and what may help', async () => {
    const { workbench } = opened();
    await workbench.openFile('own.jsonl');
    await workbench.runCommand('Stepscope: Open as Trace Table');
    const table = await workbench.webview('.trouble:not([hidden])');
    await table.getByText('No row of the first 6 can be read as a trace.').waitFor({ timeout: WAIT });
    await workbench.runCommand('View: Show Stepscope');
    await workbench.unfold('own.jsonl');
    await workbench.treeRow('Map Fields… No row').waitFor({ timeout: WAIT });
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.screenshot(named('unread', theme));
    }
  });

  it('maps the fields: what the label counts from is asked, and the first trace is seen before', async () => {
    const { workbench } = opened();
    await workbench.setTheme('light');
    await (await workbench.webview('.trouble:not([hidden])')).locator('vscode-button', { hasText: 'Map Fields…' }).click();
    await workbench.quickInputSays('not used before it is said what it counts from');
    await workbench.screenshot('map-fields-light');
    await workbench.pickLabel('Id');
    await workbench.quickInputSays('own-0');
    await workbench.screenshot('map-field-light');
    await workbench.pickLabel('key');
    await workbench.quickInputSays('Preview');
    await workbench.pickLabel('Preview');
    await workbench.quickInputSays('What does "first_error" count the steps from?');
    await workbench.screenshot('map-base-light');
    await workbench.pick('From 1');
    await workbench.quickInputSays('where no step is wrong');
    await workbench.pickLabel('-1');
    await workbench.quickInputSays('counted from 1, -1 for none');
    await workbench.pickLabel('Preview');
    await workbench.quickInputSays('⚑ first error');
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.quickInputSays('⚑ first error');
      await workbench.screenshot(named('map-preview', theme));
    }
    await workbench.pick('Use this map');
    const table = await workbench.webview('.grid-row:not(.waiting)');
    await table.locator('.grid-row', { hasText: 'own-3' }).first().waitFor({ timeout: WAIT });
    await table.locator('.status', { hasText: 'Read as fields (jsonl). It was chosen for this file' }).waitFor({ timeout: WAIT });
    await workbench.treeRow('6 rows · fields (chosen)').waitFor({ timeout: WAIT });
    await workbench.notification('6 of the first 6 rows are traces');
    await workbench.clearNotifications();
    await workbench.screenshot('mapped-high-contrast');
  });

  it('reads another file of the folder with the same fields in the same way', async () => {
    const { workbench } = opened();
    await workbench.setTheme('dark');
    await workbench.openFile('own-more.jsonl');
    await workbench.runCommand('Stepscope: Open as Trace Table');
    await workbench.treeRow('own-more.jsonl').waitFor({ timeout: WAIT });
    await until('the other table', WAIT, async () => {
      const table = await workbench.webview('.grid-row:not(.waiting)');
      return (await table.locator('.status', { hasText: 'It was chosen for own.jsonl in this folder' }).count()) > 0 ? true : undefined;
    });
    await workbench.screenshot('mapped-other-dark');
  });

  it('shows the traces of a row in the tree, and opens each', async () => {
    const { workbench } = opened();
    await workbench.openFile('pairs.jsonl');
    await workbench.runCommand('Stepscope: Open as Trace Table');
    await workbench.unfold('pairs.jsonl');
    await workbench.unfold('pair-1');
    await workbench.treeRow('original').click({ timeout: WAIT });
    await workbench.page.locator('.tab.active', { hasText: 'pairs.jsonl row 1' }).waitFor({ timeout: WAIT });
    await workbench.page.getByText('Trace original of its row: open another…').first().waitFor({ timeout: WAIT });
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.screenshot(named('variants', theme));
    }
    await workbench.runCommand('Stepscope: Open Variant…');
    await workbench.quickInputSays('label: step 2');
    await workbench.screenshot('open-variant-high-contrast');
    await workbench.pickLabel('modified');
    await workbench.page.locator('.tab.active', { hasText: 'modified' }).waitFor({ timeout: WAIT });
  });

  it('shows label, note and score of a step beside each other, and folds', async () => {
    const { workbench, editor } = opened();
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.statusBarItem('3 of 3 steps scored').waitFor({ timeout: WAIT });
    await editor.clickText('2 more coins:');
    await workbench.runCommand('Stepscope: Mark Step Wrong');
    await workbench.runCommand('Stepscope: Comment on Step…');
    await workbench.enter('the sum is off by three');
    await editor.decoration('✎ wrong, comment');
    await workbench.statusBarItem('✎ 0 of 1').waitFor({ timeout: WAIT });
    await workbench.treeRow('✎ 0 of 1 marks').waitFor({ timeout: WAIT });
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await editor.hover('2 more coins:', 'off by three');
      await workbench.screenshot(named('noted', theme));
      await workbench.press('Escape');
    }
    await editor.clickText('Coins can be counted');
    await workbench.runCommand('Fold All');
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.screenshot(named('folded', theme));
    }
    await workbench.runCommand('Unfold All');
  });

  it('has what concerns the step at the cursor in one submenu', async () => {
    const { workbench, editor } = opened();
    await workbench.setTheme('light');
    await editor.clickText('2 more coins:');
    await workbench.press('Shift+F10');
    const menu = workbench.page.locator('.monaco-menu');
    await menu.getByText('Stepscope: Current Step').hover({ timeout: WAIT });
    await menu.getByText('Mark Step Right').waitFor({ timeout: WAIT });
    await workbench.screenshot('context-menu-light');
    await workbench.press('Escape');
    await workbench.press('Escape');
  });

  it('keeps what is unfolded and selected over a reload of the window', async () => {
    const { workbench } = opened();
    await workbench.treeRow('original').click({ timeout: WAIT });
    await workbench.runCommand('Developer: Reload Window');
    await workbench.page.locator('.tab', { hasText: 'pairs.jsonl' }).first().waitFor({ state: 'detached', timeout: WAIT });
    await workbench.treeRow('original').waitFor({ timeout: WAIT });
    await until('the selection', WAIT, async () => {
      const selected = workbench.page.locator('.pane-body .monaco-list-row.selected');
      return (await selected.count()) === 1 && (await selected.innerText()).includes('original') ? true : undefined;
    });
    assert.equal(await workbench.treeRow('own-more.jsonl').getAttribute('aria-expanded'), 'false');
    await workbench.screenshot('reloaded-light');
  });
});
