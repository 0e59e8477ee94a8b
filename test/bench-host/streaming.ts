import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { startLoopback } from '../harness/loopback.ts';
import { eventually, openText, run as command, scores } from '../host/traces.ts';
import { profiled, watchLoop } from './gauges.ts';
import { milliseconds, type Add } from './measured.ts';
import { watchSteps } from './milestones.ts';
import { allSeen, firstText, longestTask, now } from './seen.ts';

const LONG_TRACE = 1000;
/** The last step's prompt has 12,500 tokens. */
const CONTEXT = 32_768;
const LOADING_MS = 3000;

/** Traces that are scored by a server at once: how long an answer takes to be seen, and what holds the host and the views up. */
export async function streaming(add: Add): Promise<void> {
  const server = await startLoopback({ delay: 2, context: CONTEXT });
  const settings = vscode.workspace.getConfiguration('stepscope.verifier');
  try {
    await settings.update('endpoints', [server.url], vscode.ConfigurationTarget.Global);
    await eventually('the server is set', () => JSON.stringify(vscode.workspace.getConfiguration('stepscope.verifier').get('endpoints')) === JSON.stringify([server.url]));
    await shortTrace(add);
    await longTrace(add);
  } finally {
    await settings.update('endpoints', undefined, vscode.ConfigurationTarget.Global);
    await server.kill();
  }
}

async function shortTrace(add: Add): Promise<void> {
  const { document } = await openText('# Problem\n\nMia has 6 boxes with 14 photos. How many photos?\n\n# Solution\n\nThere are 6 × 14 = 84 photos.\n');
  const steps = watchSteps(document);
  await command('scoreSteps');
  await eventually('the score', async () => (await scores(document))[0]?.startsWith('✓') === true);
  const [step] = steps.end();
  if (step === undefined) throw new Error('The step was scored, and no decoration was set');
  add('from the result of a step to its decoration being set', milliseconds(step.drawn - step.done), 'under 50 ms');
  const onScreen = firstText(await allSeen(), step.done, /✓/);
  add('… to its text on screen', onScreen === undefined ? 'not seen' : milliseconds(onScreen - step.done), 'no aim: the editor’s part is in it');
}

async function longTrace(add: Add): Promise<void> {
  const steps = Array.from({ length: LONG_TRACE }, (_, step) => `Step number ${step + 1} adds ${step}: ${step} + 1 = ${step + 1}.`);
  const { document } = await openText(`# Problem\n\nCount to ${LONG_TRACE}, please.\n\n# Solution\n\n${steps.join('\n\n')}\n`);
  await command('nextStep');
  await command('showStepScores');
  await command('showAnalysis', document.uri, 0);
  // Both views load their pages first, which is not measured.
  await sleep(LOADING_MS);
  const [loop, watched, since] = [watchLoop(), watchSteps(document), now()];
  await profiled('scoring', () => command('scoreSteps'));
  const until = now();
  add(`longest turn of the host while ${LONG_TRACE} steps are scored in ${((until - since) / 1000).toFixed(1)} s, two views open`, milliseconds(loop.longest()), 'under 50 ms');
  const sorted = watched.end().map(({ done, drawn }) => drawn - done).sort((one, other) => one - other);
  add('… from the result of a step to its decoration being set, median and longest', `${milliseconds(sorted[sorted.length >> 1] ?? NaN)}, ${milliseconds(sorted.at(-1) ?? NaN)} (n = ${sorted.length})`, 'under 50 ms');
  const seen = await allSeen();
  add('… longest task in a webview', milliseconds(longestTask(seen, 'webview', since, until)), 'under 100 ms; 0 where none took 50');
  add('… longest task of the workbench', milliseconds(longestTask(seen, 'workbench', since, until)), 'the editor’s own included');
  add('… steps that have a score then', `${(await scores(document)).filter((score) => /\d\.\d\d/.test(score)).length}`, `${LONG_TRACE}`);
}
