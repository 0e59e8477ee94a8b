/**
 * Speed and health of the extension in a real extension host: npm run bench:host (see test/harness/bench-host.mjs). Prints what it
 * measured, each beside what is aimed at, and asserts nothing. Loaded by test/harness/run-in-host.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { benchEvals } from './evals.ts';
import { alive, heapMegabytes, profiled, untilSettled, watchLoop } from './gauges.ts';
import { milliseconds, percent, type Add, type Measured } from './measured.ts';
import { nextScoreDrawn } from './milestones.ts';
import { allSeen, firstText, now } from './seen.ts';
import { streaming } from './streaming.ts';
import { everyView, openAndCloseViews, openTabs } from './views.ts';

const TIMES = 50;
/** Before the first count: what is made once and kept is no leak. */
const WARM_UP = 5;

/** What can be measured, in this order: the first must find an extension that nothing of was used. */
const PARTS: Readonly<Record<string, (add: Add) => Promise<void>>> = { start: benchStart, views: everyViewManyTimes, scoring: streaming, evals: benchEvals };

async function benchStart(add: Add): Promise<void> {
  await activation(add);
  await openingTheSample(add);
}

async function activation(add: Add): Promise<void> {
  await untilSettled();
  const empty = await heapMegabytes();
  const extension = vscode.extensions.getExtension('stepscope.stepscope');
  if (extension === undefined) throw new Error('The extension is not installed');
  if (extension.isActive) throw new Error('The extension was activated by itself, though nothing of it is open');
  const before = process.getActiveResourcesInfo().length;
  const loading = performance.now();
  await profiled('activation', () => Promise.resolve(extension.activate()));
  add('activation with no trace, loading included', milliseconds(performance.now() - loading), 'under 80 ms');
  await sleep(1000);
  add('memory of the host that activation added', `${(await heapMegabytes() - empty).toFixed(1)} MB`, 'under 40 MB');
  const idle = watchLoop();
  await sleep(3000);
  add('longest turn of the host while nothing is open, 3 s', milliseconds(idle.longest()), 'nothing runs');
  add('timers, threads, processes and open files that activation left behind', `${process.getActiveResourcesInfo().length - before}`, '0');
}

async function openingTheSample(add: Add): Promise<void> {
  const [opening, drawn] = [now(), nextScoreDrawn()];
  const at = await profiled('sample', async () => {
    await vscode.commands.executeCommand('stepscope.openScoredSample');
    return drawn;
  });
  add('opening the sample to its first decoration with a recorded score being set', milliseconds(at - opening), 'under 500 ms');
  const onScreen = firstText(await allSeen(), opening, /\d\.\d\d/);
  add('… to its text on screen', onScreen === undefined ? 'not seen' : milliseconds(onScreen - opening), 'under 500 ms');
}

async function everyViewManyTimes(add: Add): Promise<void> {
  const views = await everyView();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const tabs = await openTabs(views);
  await openAndCloseViews(views, WARM_UP);
  const [heap, before] = [await heapMegabytes(), alive()];
  await openAndCloseViews(views, TIMES);
  const [heapAfter, after] = [await heapMegabytes(), alive()];
  const change = (name: keyof typeof before): string => (Number.isNaN(before[name]) ? 'this Node cannot count them' : `${before[name]} to ${after[name]} (${percent(before[name], after[name])})`);
  add(`heap after opening and closing ${views.map(({ name }) => name).join(', ')} ${TIMES} times (${tabs} tabs each time)`, `${heap.toFixed(1)} to ${heapAfter.toFixed(1)} MB (${percent(heap, heapAfter)})`, 'within 10%');
  add('… disposables of the editor’s API that are alive', change('disposables'), 'within 10%');
  add('… listeners on events that are alive', change('listeners'), 'within 10%');
  add('… timers, threads, processes and open files', change('resources'), 'within 10%');
}

/** What VS Code calls in the extension host. */
export async function run(): Promise<void> {
  const { STEPSCOPE_BENCH_RESULTS: file, STEPSCOPE_BENCH_PART: parts } = process.env;
  if (file === undefined) throw new Error('STEPSCOPE_BENCH_RESULTS names no file');
  const found: Measured[] = [];
  for (const [name, measure] of Object.entries(PARTS)) if (parts === undefined || parts.split(',').includes(name)) await measure((what, value, aim) => void found.push({ what, value, aim }));
  if (found.length === 0) throw new Error(`There is no part "${parts ?? ''}": use one of ${Object.keys(PARTS).join(', ')}.`);
  writeFileSync(file, JSON.stringify(found));
}
