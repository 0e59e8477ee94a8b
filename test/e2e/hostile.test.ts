import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { useWorkbench } from './hooks.ts';
import { hostileResult, hostileRow, hostileSearch } from './hostile-texts.ts';
import { IntrusionWatch, viewFrame } from './intrusions.ts';
import { tabTo, tourByTab } from './keyboard-tour.ts';
import { until, WAIT } from './waiting.ts';

/** Loading a model is more than one wait on a busy machine. */
const READ = 100_000;
const FILES = {
  'rows.jsonl': `${hostileRow()}\n`,
  'recorded.json': hostileResult(),
  'loop.md': `# Problem\n\nHow many?\n\n# Solution\n\n<think>\nIt is 2. So the answer is 2.\n\nWait, <img src=x onerror=globalThis.stepscopeIntruded=true> let me check.\n\n${'<img src=x onerror=globalThis.stepscopeIntruded=true> 1 + 1 = 2.\n\n'.repeat(4)}So the answer is 2.\n</think>\n\nThe answer is \\boxed{2}.\n`,
  'short.md': `# Problem\n\nHow many <img src=x onerror=globalThis.stepscopeIntruded=true>?\n\n# Solution\n\n[c](command:workbench.action.closeAllEditors) and 2.\n\nSo it is 2.\n`,
  'nothing [go](command:workbench.action.closeAllEditors).md': 'no trace',
};

describe('hostile text, and every view by keyboard', () => {
  const opened = useWorkbench({ files: FILES, theme: 'light' });
  let watch: IntrusionWatch;
  before(() => (watch = new IntrusionWatch(opened().workbench.page)));

  it('is only text in the table of a data set', async () => {
    const { workbench } = opened();
    await workbench.openFile('rows.jsonl');
    await workbench.runCommand('Stepscope: Open as Trace Table');
    await (await workbench.webview('.grid-row:not(.waiting)')).locator('.grid-row', { hasText: 'onerror' }).first().waitFor({ timeout: WAIT });
    await watch.assertNone('table');
    await tourByTab(workbench, 'table');
    await tabTo(workbench, 'table', '.grid');
    await workbench.press('Enter');
    await workbench.page.locator('.tab.active', { hasText: 'rows.jsonl row 0' }).waitFor({ timeout: WAIT });
  });

  it('is only text in a trace, its hover, its scores and its analysis', async () => {
    const { workbench, editor } = opened();
    await editor.lens('3 scores recorded in the file');
    await watch.assertNoneOutside();
    await workbench.runCommand('Stepscope: Show Step Scores');
    await (await workbench.webview('#scores [role="row"]')).locator('[role="row"]', { hasText: 'onerror' }).first().waitFor({ timeout: WAIT });
    await watch.assertNone('scores');
    await tourByTab(workbench, 'scores');
    await workbench.runCommand('View: Close Editor');
    await editor.clickText('Step one');
    await editor.hover('Step one', 'Step 1 of 3');
    await watch.assertNoneOutside();
    await workbench.runCommand('Stepscope: Show Analysis of Step');
    await (await workbench.webview('#analysis h1')).locator('.tab').nth(1).waitFor({ timeout: WAIT });
    await watch.assertNone('analysis');
    await watch.assertAwake('analysis');
    // What turns letters around or cannot be seen is written out.
    assert.match(await (await viewFrame(workbench.page, 'analysis')).evaluate<string>("document.querySelector('blockquote').textContent"), /⟨U\+202E⟩gnp\.exe/);
    await tourByTab(workbench, 'analysis');
    const frame = await tabTo(workbench, 'analysis', '[role="tab"]');
    await workbench.press('ArrowRight');
    await until('the second sample', WAIT, async () => ((await frame.evaluate<boolean>("document.querySelectorAll('[role=tab]')[1].getAttribute('aria-selected') === 'true'")) ? true : undefined));
    await workbench.press('Escape');
    await until('the focus in the text', WAIT, async () => ((await frame.evaluate<boolean>('document.hasFocus()')) ? undefined : true));
    await workbench.screenshot('hostile-analysis-light');
    await workbench.runCommand('Stepscope: Show or Hide Analyses as Comments');
    await workbench.page.locator('.review-widget').first().waitFor({ timeout: WAIT });
    await watch.assertNoneOutside();
    await workbench.runCommand('View: Close All Editors');
  });

  it('is only text in a search and in a comparison', async () => {
    const { workbench } = opened();
    await workbench.openFile('recorded.json');
    await workbench.runCommand('Stepscope: Open Recorded Search as Run…');
    await (await workbench.webview('.lane .candidate')).locator('h1', { hasText: 'Imported' }).waitFor({ timeout: WAIT });
    await watch.assertNone('search');
    // A log that somebody else made, beside that of the import.
    writeFileSync(path.join(workbench.storage ?? assert.fail('there is a run'), 'runs', 'search-one.jsonl'), hostileSearch('search-one'));
    await workbench.runCommand('View: Close All Editors');
    await workbench.runCommand('Stepscope: Open Run…');
    await workbench.pick('search-one');
    await (await workbench.webview('.lane .candidate')).locator('.candidate').first().waitFor({ timeout: WAIT });
    const search = await tabTo(workbench, 'search', '.lane-scroll');
    await workbench.press('Home');
    await until('the first candidate', WAIT, async () => ((await search.evaluate<boolean>("document.querySelector('.detail pre')?.textContent.includes('onerror')")) ? true : undefined));
    assert.match(await search.evaluate<string>("document.querySelector('.detail pre').textContent"), /⟨U\+202E⟩gnp\.exe/);
    await watch.assertNone('search');
    await tourByTab(workbench, 'search');
    await workbench.screenshot('hostile-search-light');
    await workbench.runCommand('Stepscope: Compare Strategies…');
    await workbench.pick('Compare searches that there are');
    await workbench.quickInputSays('Compare Which Searches?');
    for (const run of ['Imported', 'search-one']) await workbench.pick(run);
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK', exact: true }).click({ timeout: WAIT });
    await (await workbench.webview('#compare .grid-row')).locator('.grid-row').first().waitFor({ timeout: WAIT });
    await watch.assertNone('compare');
    await tourByTab(workbench, 'compare');
    await tabTo(workbench, 'compare', '.grid');
    await workbench.press('End');
    await workbench.press('Enter');
    await viewFrame(workbench.page, 'search');
    await workbench.runCommand('View: Close All Editors');
  });

  it('is only text in the attention of a trace', async function () {
    this.timeout(READ + 2 * WAIT);
    const { workbench } = opened();
    await workbench.openFile('short.md');
    await workbench.runCommand('Stepscope: Show Attention');
    await (await workbench.webview('#attention .map', READ)).locator('.map').first().waitFor({ timeout: READ });
    await tourByTab(workbench, 'attention');
    const frame = await tabTo(workbench, 'attention', '.map');
    // From the question to the question.
    for (const key of ['Control+Home', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 't']) await workbench.press(key);
    await until('the tokens', READ, async () => ((await frame.evaluate<boolean>("document.querySelector('#tokens-cell-0') !== null")) ? true : undefined));
    await watch.assertNone('attention', /img/);
    await workbench.press('Escape');
    await until('the focus in the text', WAIT, async () => ((await frame.evaluate<boolean>('document.hasFocus()')) ? undefined : true));
    await workbench.runCommand('View: Close All Editors');
  });

  it('is only text in the overthinking of a trace', async () => {
    const { workbench } = opened();
    await workbench.openFile('loop.md');
    await workbench.runCommand('Stepscope: Show Overthinking');
    await (await workbench.webview('.timeline .mark')).locator('.mark').first().waitFor({ timeout: WAIT });
    await watch.assertNone('overthinking');
    await tourByTab(workbench, 'overthinking');
    await workbench.runCommand('View: Close All Editors');
  });

  it('makes no link of a file’s name in a notification', async () => {
    const { workbench } = opened();
    await workbench.openFile('nothing');
    await workbench.runCommand('Stepscope: Score Steps');
    const said = await workbench.notification('nothing [go]');
    assert.ok(said.includes('(command:workbench.action.closeAllEditors)'), said);
    assert.equal(await workbench.page.locator('.notification-list-item-message a').count(), 0);
    await workbench.clearNotifications();
  });
});
