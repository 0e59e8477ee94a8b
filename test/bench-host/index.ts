/**
 * Speed and health of the extension in a real extension host: npm run bench:host [newest|oldest [PART [ROWS]]]. Prints what it
 * measured, each beside what is aimed at, and asserts nothing. Loaded by test/harness/run-in-host.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { startLoopback } from '../harness/loopback.ts';
import { eventually, openText, run as command, scores } from '../host/traces.ts';
import { benchEvals } from './evals.ts';
import { heapMegabytes, liveDisposables, milliseconds, watchLoop, type Add } from './gauges.ts';
import { openAndCloseViews, VIEW_NAMES } from './views.ts';

const TIMES = 50;
const LONG_TRACE = 1000;

async function benchExtension(add: Add): Promise<void> {
  const empty = await heapMegabytes();
  const extension = vscode.extensions.getExtension('stepscope.stepscope');
  if (extension === undefined) throw new Error('The extension is not installed');
  if (extension.isActive) throw new Error('The extension was activated by itself, though nothing of it is open');
  const loading = performance.now();
  await extension.activate();
  add('activation with no trace, loading included', milliseconds(performance.now() - loading), 'under 80 ms');
  await sleep(1000);
  add('memory of the host that activation added', `${(await heapMegabytes() - empty).toFixed(1)} MB`, 'under 40 MB');
  const idle = watchLoop();
  await sleep(3000);
  add('longest turn of the host while nothing is open, 3 s', milliseconds(idle.longest()), 'nothing runs');

  const opening = performance.now();
  await vscode.commands.executeCommand('stepscope.openScoredSample');
  await until(async () => vscode.window.activeTextEditor !== undefined && (await scores(vscode.window.activeTextEditor.document)).some((score) => score !== ''));
  add('opening the sample to its first recorded score', milliseconds(performance.now() - opening), 'under 500 ms');

  await streaming(add);

  await openAndCloseViews(5);
  const [heap, disposables] = [await heapMegabytes(), liveDisposables()];
  await openAndCloseViews(TIMES);
  const [heapAfter, disposablesAfter] = [await heapMegabytes(), liveDisposables()];
  add(`heap after opening and closing ${VIEW_NAMES.join(', ')} ${TIMES} times`, `${heap.toFixed(1)} to ${heapAfter.toFixed(1)} MB (${percent(heap, heapAfter)})`, 'within 10%');
  add('disposables of the editor’s API that are alive', `${disposables} to ${disposablesAfter} (${percent(disposables, disposablesAfter)})`, 'within 10%');
}

/** A long trace that is scored by a server at once: how long an answer takes to be seen, and what holds the host up. */
async function streaming(add: Add): Promise<void> {
  const server = await startLoopback({ delay: 2 });
  const settings = vscode.workspace.getConfiguration('stepscope.verifier');
  try {
    await settings.update('endpoints', [server.url], vscode.ConfigurationTarget.Global);
    await eventually('the server is set', () => JSON.stringify(vscode.workspace.getConfiguration('stepscope.verifier').get('endpoints')) === JSON.stringify([server.url]));
    const short = await openText('# Problem\n\nMia has 6 boxes with 14 photos. How many photos?\n\n# Solution\n\nThere are 6 × 14 = 84 photos.\n');
    const scoring = command('scoreSteps').then(() => performance.now());
    await until(async () => (await scores(short.document))[0]?.startsWith('✓') === true);
    add('a score is shown, after its run has ended', milliseconds(Math.max(0, performance.now() - (await scoring))), 'under 50 ms');

    const steps = Array.from({ length: LONG_TRACE }, (_, step) => `Step number ${step + 1} adds ${step}: ${step} + 1 = ${step + 1}.`);
    const long = await openText(`# Problem\n\nCount to ${LONG_TRACE}, please.\n\n# Solution\n\n${steps.join('\n\n')}\n`);
    await command('nextStep');
    const loop = watchLoop();
    const since = performance.now();
    await command('scoreSteps');
    add(`longest turn of the host while ${LONG_TRACE} steps are scored in ${((performance.now() - since) / 1000).toFixed(1)} s`, milliseconds(loop.longest()), 'under 50 ms');
    const known = (await scores(long.document)).filter((score) => score !== '').length;
    add('… of which have a score then', `${known}`, `${LONG_TRACE}`);
  } finally {
    await settings.update('endpoints', undefined, vscode.ConfigurationTarget.Global);
    await server.kill();
  }
}

async function until(ask: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error('Waited 30 s in vain');
    await sleep(2);
  }
}

function percent(before: number, after: number): string {
  return `${(100 * (after / before - 1)).toFixed(1)}%`;
}

/** What can be measured. The first must find an extension that nothing of was used. */
const PARTS: Readonly<Record<string, (add: Add) => Promise<void>>> = { extension: benchExtension, evals: benchEvals };

/** What VS Code calls in the extension host. */
export async function run(): Promise<void> {
  const { STEPSCOPE_BENCH_RESULTS: file, STEPSCOPE_BENCH_PART: part } = process.env;
  if (file === undefined) throw new Error('STEPSCOPE_BENCH_RESULTS names no file');
  const found: { readonly what: string; readonly value: string; readonly aim: string }[] = [];
  for (const [name, measure] of Object.entries(PARTS)) if (part === undefined || part === name) await measure((what, value, aim) => void found.push({ what, value, aim }));
  if (found.length === 0) throw new Error(`There is no part "${part ?? ''}": use one of ${Object.keys(PARTS).join(', ')}.`);
  writeFileSync(file, JSON.stringify(found));
}
