import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { writeEvalFiles } from '../bench/eval-files.ts';
import { folder, tabs } from '../host/exports.ts';
import { eventually } from '../host/traces.ts';
import { profiled, watchLoop, watchMemory } from './gauges.ts';
import { milliseconds, type Add } from './measured.ts';
import { allSeen, longestTask, now } from './seen.ts';

const ROWS = 100_000;
/** The view is given its rows and draws them after the run has ended. */
const DRAWING_MS = 5000;

/** ProcessBench with scores that are there, from the command to the report that is drawn. */
export async function benchEvals(add: Add): Promise<void> {
  const rows = Number(process.env['STEPSCOPE_BENCH_ROWS'] ?? ROWS);
  const [data, scores] = ['bench-data.jsonl', 'bench-scores.jsonl'].map((name) => vscode.Uri.joinPath(folder(), name)) as [vscode.Uri, vscode.Uri];
  writeEvalFiles(rows, data.fsPath, scores.fsPath);
  await vscode.extensions.getExtension('stepscope.stepscope')?.activate();
  await sleep(1000);
  const [loop, memory, before] = [watchLoop(), watchMemory(), process.memoryUsage.rss() / 1e6];
  const since = now();
  let ended = since;
  await profiled('evals', async () => {
    await vscode.commands.executeCommand('stepscope.runEval', data, { eval: 'processbench', rows, scores: [scores] });
    await eventually('the report', () => tabs().some((title) => title.includes('bench-scores.jsonl')), 60_000);
    ended = now();
    await sleep(DRAWING_MS);
  });
  const seen = await allSeen();
  const drawn = Math.max(ended, ...seen.flatMap((one) => (one.kind === 'task' && one.frame === 'webview' && one.at >= since ? [one.at + one.ms] : [])));
  const seconds = (until: number): string => `${((until - since) / 1000).toFixed(1)} s`;
  add(`${rows} rows with scores at hand, from the command to the end of the run`, seconds(ended), 'under 10 s');
  add('… to the end of the last long task of the view, which has drawn it then', seconds(drawn), 'under 10 s');
  add('… longest turn of the host meanwhile', milliseconds(loop.longest()), 'under 50 ms');
  add('… longest task of the view', milliseconds(longestTask(seen, 'webview', since, drawn)), 'under 100 ms; 0 where none took 50');
  add('… memory of the host at most, with its threads', `${memory.most().toFixed(0)} MB (${before.toFixed(0)} MB before)`, 'under 500 MB');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
