import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { useWorkbench } from './hooks.ts';
import { AS_IT_IS, pictureLooks } from './looks.ts';
import { WAIT } from './waiting.ts';

const QUESTION = 'At the start Ida has 14 coins. Ida gets 3 bags with 5 coins in each bag. Then Ida gives 9 coins to Omar. How many coins does Ida have now?';
/** A search is more than one wait long. */
const SEARCHED = 100_000;

/** A search as long as they get: 35 rounds of 8 candidates, as the paper's code records it. */
const LONG_SEARCH = JSON.stringify([
  {
    question: 'A long search?',
    history: Array.from({ length: 35 }, (_, iteration) => {
      const candidates = Array.from({ length: 8 }, (__, index) => ({ step: `Round ${iteration}, text ${index}.`, reward: ((iteration * 37 + index * 11) % 100) / 100, valid: true }));
      const [best] = [...candidates].sort((one, other) => other.reward - one.reward);
      return { iteration, phase: iteration % 3, candidates, selected: { ...best, accepted: true }, new_phase: (iteration + 1) % 3, terminated: iteration === 34 };
    }),
    final_steps: ['A step.'],
    success: true,
  },
]);

describe('searching a solution', () => {
  const opened = useWorkbench({ folder: 'media/samples', files: { 'problem.md': `${QUESTION}\n`, 'recorded.json': LONG_SEARCH }, theme: 'light', settings: { 'stepscope.search.maxRounds': 12 } });
  const panel = (): Promise<FrameLocator> => opened().workbench.webview('.lane .candidate', SEARCHED);

  it('says in the empty Runs view what to do', async () => {
    const { workbench } = opened();
    await workbench.runCommand('View: Show Stepscope');
    await workbench.page.getByText('Solve with PATS…', { exact: true }).first().waitFor({ timeout: WAIT });
    await workbench.screenshot('runs-empty-light');
  });

  it('asks for what it needs, with everything set already, and solves the selected problem', async function () {
    this.timeout(2 * SEARCHED);
    const { workbench, editor } = opened();
    await workbench.openFile('problem.md');
    await editor.clickText('At the start');
    await workbench.press('ControlOrMeta+A');
    await workbench.page.locator('#status\\.editor\\.selection', { hasText: 'selected' }).waitFor({ timeout: WAIT });
    await workbench.runCommand('Stepscope: Solve with PATS…');
    await workbench.quickInputSays('reasoner (bundled)');
    await workbench.screenshot('solve-pick-light');
    await workbench.pick('Start');
    const view = await panel();
    await view.locator('.status', { hasText: /Done: \d+ steps?/ }).waitFor({ timeout: SEARCHED });
    await workbench.page.locator('.monaco-list-row', { hasText: /answer/ }).first().waitFor({ timeout: WAIT });
    await workbench.clearNotifications();
    await workbench.screenshot('search-light');
  });

  it('goes through the candidates with the arrow keys, and shows each', async () => {
    const { workbench } = opened();
    const view = await panel();
    const list = view.getByRole('listbox');
    await list.focus();
    await workbench.press('Home');
    await view.locator('h2', { hasText: 'Round 1, candidate' }).waitFor({ timeout: WAIT });
    const first = await list.getAttribute('aria-activedescendant');
    await workbench.press('ArrowDown');
    const second = await list.getAttribute('aria-activedescendant');
    assert.notEqual(second, first);
    assert.equal(await view.locator('.candidate[aria-selected="true"]').count(), 1);
    await workbench.press('ArrowUp');
    await workbench.press('ArrowRight');
    await view.locator('h2', { hasText: 'Round 2, candidate' }).waitFor({ timeout: WAIT });
    await workbench.press('ArrowLeft');
    await view.locator('h2', { hasText: 'Round 1, candidate' }).waitFor({ timeout: WAIT });
    assert.match((await view.locator('.detail details summary').first().innerText()), /analysis 1: verdict (yes|no), P\(Yes\) [01]\.\d\d/);
    await view.locator('.detail details summary').first().click();
    await workbench.screenshot('search-candidate-light');
  });

  it('replays the record under other thresholds at once, and says from where on it is a counterfactual', async () => {
    const { workbench } = opened();
    const view = await panel();
    assert.match(await view.locator('.verdict').innerText(), /Nothing changes/);
    const good = view.locator('.slider input').first();
    await good.focus();
    const since = Date.now();
    await workbench.press('End');
    await view.locator('.verdict', { hasText: /Exact up to round 1/ }).waitFor({ timeout: WAIT });
    assert.ok(Date.now() - since < 3000, `${Date.now() - since} ms`);
    await view.locator('.counterfactual').first().waitFor({ timeout: WAIT });
    await view.locator('tr.differs').first().waitFor({ timeout: WAIT });
    await workbench.screenshot('search-what-if-light');
    await view.getByRole('button', { name: 'As Recorded' }).click();
    await view.locator('.counterfactual').first().waitFor({ state: 'detached', timeout: WAIT });
  });

  it('has a table with the same candidates', async () => {
    const { workbench } = opened();
    const view = await panel();
    const drawn = await view.locator('.candidate').count();
    await view.getByRole('button', { name: 'Table', exact: true }).click();
    const grid = view.getByRole('grid');
    assert.equal(await grid.getAttribute('aria-rowcount'), String(drawn + 1));
    await workbench.press('End');
    await view.locator(`.grid-row[aria-selected="true"][aria-rowindex="${drawn + 1}"]`).waitFor({ timeout: WAIT });
    await workbench.screenshot('search-table-light');
    await view.getByRole('button', { name: 'Picture', exact: true }).click();
  });

  it('shows the solution as a trace with scores and mode switches', async () => {
    const { workbench, editor } = opened();
    const view = await panel();
    await view.getByRole('button', { name: 'Show Trace' }).click();
    await editor.decoration(/[✓✗?] [01]\.\d\d +⇄ complex/);
    const lenses = (await editor.lenses()).filter((text) => text.startsWith('Step '));
    assert.equal((await editor.decorations()).filter((text) => /^[✓✗?] [01]\.\d\d/.test(text.trim())).length, lenses.length);
    await workbench.screenshot('search-trace-light');
  });

  it('is drawn in all themes, and fits into 400 pixels', async () => {
    const { workbench } = opened();
    await (await panel()).locator('.lane .candidate').first().waitFor({ timeout: WAIT });
    await pictureLooks(workbench, 'search', { search: AS_IT_IS });
  });

  it('opens a recorded search of 35 rounds of 8 candidates, and goes through it without lag', async () => {
    const { workbench } = opened();
    await workbench.setTheme('light');
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('recorded.json');
    await workbench.runCommand('Stepscope: Open Recorded Search as Run…');
    const view = await panel();
    await view.locator('#candidate-34-7').waitFor({ state: 'attached', timeout: WAIT });
    assert.equal(await view.locator('.candidate').count(), 280);
    const elements = Number(await view.locator('.lane').evaluate('document.querySelectorAll(".lane *").length'));
    assert.ok(elements < 4000, `${elements} elements`);
    await view.getByRole('listbox').focus();
    await workbench.press('Home');
    // Synthetic keys inside the page: what one press costs, without the way from here to there.
    const took = Number(await view.locator('.lane-scroll').evaluate(`(() => {
      const list = document.querySelector('.lane-scroll');
      const since = performance.now();
      for (let press = 0; press < 34; press++) {
        list.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
        list.getBoundingClientRect();
      }
      return (performance.now() - since) / 34;
    })()`));
    assert.match((await view.getByRole('listbox').getAttribute('aria-activedescendant')) ?? '', /^candidate-34-/);
    process.stderr.write(`      ${elements} elements, ${took.toFixed(1)} ms a key\n`);
    assert.ok(took < 50, `${took} ms a key`);
    await workbench.screenshot('search-long-light');
  });
});
