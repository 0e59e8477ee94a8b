import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { useWorkbench } from './hooks.ts';
import { EVALUATED, hostileBias, hostileEval, hostileMasking } from './hostile-runs.ts';
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
/** What a view makes of a screen reader: whether it knows of one, and its charts with those whose table is folded. */
interface Twins {
  readonly screenReader: boolean;
  readonly charts: number;
  readonly folded: number;
}
const TWINS = "({ screenReader: document.body.classList.contains('vscode-using-screen-reader'), charts: document.querySelectorAll('figure > svg').length, folded: document.querySelectorAll('figure > details:not([open])').length })";

describe('hostile text, and every view by keyboard and with a screen reader', () => {
  const opened = useWorkbench({ files: FILES, theme: 'light' });
  let watch: IntrusionWatch;
  before(() => (watch = new IntrusionWatch(opened().workbench.page)));

  /** Puts a log that somebody else made beside those of this window. */
  function writeLog(id: string, log: (id: string) => string): void {
    writeFileSync(path.join(opened().workbench.storage ?? assert.fail('there is a run'), 'runs', `${id}.jsonl`), log(id));
  }

  /** Opens it, until its view has what the selector names. */
  async function openLog(id: string, log: (id: string) => string, inside: string): Promise<void> {
    const { workbench } = opened();
    writeLog(id, log);
    await workbench.runCommand('Stepscope: Open Run…');
    await workbench.pick(id);
    await (await workbench.webview(inside)).locator(inside).first().waitFor({ timeout: WAIT });
  }

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
    await workbench.runCommand('View: Close All Editors');
    await openLog('search-one', hostileSearch, '.lane .candidate');
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

  it('is only text in the report of an experiment', async () => {
    const { workbench } = opened();
    await openLog('bias-one', hostileBias, '#report .grid-row');
    await watch.assertNone('report');
    await tourByTab(workbench, 'report');
    await workbench.screenshot('hostile-experiment-light');
    await workbench.runCommand('View: Close All Editors');
  });

  it('is only text in the report of an evaluation and in a comparison of two, which fetch nothing', async () => {
    const { workbench } = opened();
    writeLog('eval-two', hostileEval);
    await openLog('eval-one', hostileEval, '#report .grid-row');
    await watch.assertNone('report');
    await tourByTab(workbench, 'report');
    await workbench.screenshot('hostile-eval-light');
    // The log says that its data is in the network: nothing goes there, and a sentence says so.
    await tabTo(workbench, 'report', '.grid');
    await workbench.press('Enter');
    await workbench.notification('is an address of the network');
    await watch.assertNoneOutside();
    await workbench.clearNotifications();
    await workbench.runCommand('Stepscope: Compare Runs…');
    for (const run of ['eval-one', 'eval-two']) await workbench.pick(run);
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK', exact: true }).click({ timeout: WAIT });
    await (await workbench.webview('#report h1:has-text("Comparison")')).locator('h1').waitFor({ timeout: WAIT });
    await watch.assertNone('report');
    await tourByTab(workbench, 'report');
    await workbench.runCommand('View: Close All Editors');
  });

  it('has each row of a long list be another element than the one before, and tables instead of charts, for a screen reader', async () => {
    const { workbench } = opened();
    await openLog('eval-one', hostileEval, '#report .grid-row');
    const report = await viewFrame(workbench.page, 'report');
    const before = await report.evaluate<Twins>(TWINS);
    assert.ok(before.charts > 2 && before.folded === before.charts && !before.screenReader, JSON.stringify(before));
    workbench.changeSettings({ 'editor.accessibilitySupport': 'on' });
    await until('the word of the editor', WAIT, async () => ((await report.evaluate<Twins>(TWINS)).folded === 0 ? true : undefined));
    assert.deepEqual(await report.evaluate<Twins>(TWINS), { screenReader: true, charts: before.charts, folded: 0 });
    // A grid that shows fewer rows than it has: the focus goes to an element at each press, up to the last row and back to the first.
    await report.evaluate("globalThis.longGrid = [...document.querySelectorAll('.grid')].at(-1); longGrid.focus()");
    await workbench.press('Home');
    const said: number[] = [];
    for (const key of [...Array.from({ length: EVALUATED - 2 }, () => 'ArrowDown'), 'Home', 'End', 'PageUp']) {
      await report.evaluate("globalThis.before = document.getElementById(longGrid.getAttribute('aria-activedescendant'))");
      await workbench.press(key);
      const now = await report.evaluate<{ row: number; other: boolean; text: string }>("(() => { const row = document.getElementById(longGrid.getAttribute('aria-activedescendant')); return { row: Number(row.getAttribute('aria-rowindex')), other: row !== before, text: row.textContent }; })()");
      assert.ok(now.other && now.text.includes('onerror'), `${key}: ${JSON.stringify(now)}`);
      said.push(now.row);
    }
    assert.deepEqual(said.slice(0, EVALUATED - 2), Array.from({ length: EVALUATED - 2 }, (_, at) => at + 3));
    assert.deepEqual(said.slice(-3, -1), [2, EVALUATED + 1]);
    workbench.changeSettings({ 'editor.accessibilitySupport': 'off' });
    await workbench.runCommand('View: Close All Editors');
  });

  it('is only text in hidden input', async () => {
    const { workbench } = opened();
    await openLog('masking-one', hostileMasking, '#masking .steps td');
    await watch.assertNone('masking');
    const stops = await tourByTab(workbench, 'masking');
    assert.ok(stops.some((stop) => stop.includes('Steps of the trace')), stops.join('\n'));
    const frame = await tabTo(workbench, 'masking', 'button.start');
    await workbench.press('End');
    assert.match(await frame.evaluate<string>("document.activeElement.getAttribute('aria-label')"), /step 4/);
    await workbench.screenshot('hostile-masking-light');
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
