import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stepTexts } from '../../src/core/trace/trace.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../src/core/verifier/settings.ts';
import { parseMarkdownTrace } from '../../src/formats/markdown.ts';
import { parseRecord } from '../../src/vscode/score-records.ts';
import { createScoreStore } from '../../src/vscode/score-store.ts';
import { stepKeys } from '../../src/vscode/streams.ts';
import { useWorkbench } from './hooks.ts';
import { until, WAIT } from './waiting.ts';
import type { Workbench } from './workbench.ts';

const STEPS = 2000;
const STEPPED = 200;
const SCORED = 120_000;

const SHORT = '# Problem\n\nMia has 4 photos and gets 3 more. How many photos does Mia have?\n\n# Solution\n\nMia gets 3 more photos: 4 + 3 = 7.\n';
const LONG = `# Problem\n\nWhat is the sum of the first ${STEPS} numbers?\n\n# Solution\n\n${Array.from({ length: STEPS }, (_, step) => `Number ${step} is added to the sum, which is ${(step * (step + 1)) / 2} after it.`).join('\n\n')}\n`;

/** Each step has another score, so that each has another text; each hundredth is wrong. */
const scoreOf = (step: number): number => (step % 100 === 99 ? 0.1 : 0.7 + (step % 30) / 100);

/** Writes scores as the extension stores them, under the model and the settings that made the first one. */
async function recordScores(storage: string): Promise<void> {
  const folder = path.join(storage, 'scores');
  const [name] = readdirSync(folder);
  assert.ok(name);
  const made = parseRecord(readFileSync(path.join(folder, name), 'utf8').split('\n')[0] ?? '');
  const trace = parseMarkdownTrace('long.md', LONG);
  assert.ok(made?.type === 'sample' && trace.ok);
  const { modelHash } = made.provenance;
  const { problem } = trace.value.trace;
  const steps = stepTexts(trace.value.trace);
  assert.equal(steps.length, STEPS);
  const store = createScoreStore(folder, (error) => assert.fail(String(error)));
  for (const step of steps.keys()) {
    const { greedy } = stepKeys({ problem, steps, step }, { reasoned: modelHash, direct: modelHash }, DEFAULT_VERIFIER_SETTINGS);
    store.add(problem, greedy, 0, { ...made.sample, pYes: scoreOf(step), verdict: scoreOf(step) < 0.5 ? 'no' : 'yes' }, made.provenance);
  }
  await store.flush();
}

/** Does something, and prints the longest task of the page and the longest time that the host was held up meanwhile. */
async function watched(workbench: Workbench, what: string, act: () => Promise<void>): Promise<void> {
  const [page, host, started] = [await workbench.page.evaluate<number>('performance.now()'), Date.now(), performance.now()];
  await act();
  const took = performance.now() - started;
  // What is under way counts too.
  await workbench.page.waitForTimeout(500);
  const longest = await workbench.page.evaluate<number>(`stepscopeProbe.longestTask(${page})`);
  process.stdout.write(`      ${what}: ${took.toFixed(0)} ms; longest task of the page ${longest.toFixed(0)} ms, of the extension host ${workbench.hostDelay(host).toFixed(0)} ms\n`);
}

const TURNS = 20;

async function turnWheel(workbench: Workbench): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await workbench.page.mouse.wheel(0, 3000);
}

describe(`a trace of ${STEPS} steps`, () => {
  const opened = useWorkbench({ files: { 'short.md': SHORT, 'long.md': LONG }, theme: 'dark', hostProbe: true });

  it('opens with its recorded scores', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('short.md');
    await editor.clickText('Mia gets 3 more');
    await workbench.runCommand('Stepscope: Score Current Step');
    await editor.decoration(/[01]\.\d\d/, SCORED);
    const { storage } = workbench;
    assert.ok(storage);
    await recordScores(storage);
    await workbench.openFile('long.md');
    await editor.clickText('is added to the sum');
    await watched(workbench, `${TURNS} turns of the wheel before it is a trace`, () => turnWheel(workbench));
    await workbench.press('ControlOrMeta+Home');
    await watched(workbench, 'opened and scored from what is stored', async () => {
      await workbench.runCommand('Stepscope: First Step');
      await workbench.statusBarItem(`Step 1/${STEPS}`).waitFor({ timeout: WAIT });
      await editor.decoration(/0\.7\d/, SCORED);
    });
  });

  it('is held up by the machine alone where nothing is done', () => watched(opened().workbench, 'idle', () => opened().workbench.page.waitForTimeout(2000)));

  /** Texts are attached on screen and a little beyond, and only there. */
  async function assertFewTexts(): Promise<void> {
    const { workbench, editor } = opened();
    const shown = await editor.decorations();
    assert.ok(shown.length > 3, shown.join(', '));
    const attached = await workbench.page.evaluate<number>('stepscopeProbe.attachedTexts()');
    process.stdout.write(`      ${shown.length} texts on screen, ${attached} attached\n`);
    assert.ok(attached >= shown.length && attached < STEPS / 5, String(attached));
  }

  it('has texts only for the steps in sight', assertFewTexts);

  it(`is stepped through ${STEPPED} times`, async () => {
    const { workbench, editor } = opened();
    await watched(workbench, `${STEPPED} steps`, async () => {
      for (let step = 2; step <= STEPPED + 1; step++) {
        await workbench.press('Alt+Shift+]');
        await workbench.statusBarItem(`Step ${step}/${STEPS}`).waitFor({ timeout: WAIT });
      }
    });
    assert.ok((await editor.cursor()).line > 2 * STEPPED);
    await assertFewTexts();
    await workbench.screenshot('long-trace-dark');
  });

  it('is scrolled, and to its end', async () => {
    const { workbench, editor } = opened();
    await editor.clickText('is added to the sum');
    await watched(workbench, `${TURNS} turns of the wheel`, () => turnWheel(workbench));
    await until('texts where it was scrolled to', WAIT, async () => ((await editor.decorations()).length > 3 ? true : undefined));
    await assertFewTexts();
    await watched(workbench, 'to the end of the document', async () => {
      await workbench.press('ControlOrMeta+End');
      await editor.clickText(`${((STEPS - 1) * STEPS) / 2} after it.`);
      // The last one is wrong.
      await editor.decoration(/0\.10/);
    });
    await assertFewTexts();
  });

  it('goes to its first step, and to its last', async () => {
    const { workbench } = opened();
    await watched(workbench, 'to the first step and to the last', async () => {
      await workbench.press('Alt+Shift+Home');
      await workbench.statusBarItem(`Step 1/${STEPS}`).waitFor({ timeout: WAIT });
      await workbench.press('Alt+Shift+End');
      await workbench.statusBarItem(`Step ${STEPS}/${STEPS}`).waitFor({ timeout: WAIT });
    });
    await assertFewTexts();
  });
});
