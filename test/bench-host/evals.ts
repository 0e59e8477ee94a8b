import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { writeEvalFiles } from '../bench/eval-files.ts';
import { folder, tabs } from '../host/exports.ts';
import { eventually } from '../host/traces.ts';
import { profiled, watchLoop, watchMemory } from './gauges.ts';
import { milliseconds, type Add } from './measured.ts';

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
  let seconds = 0;
  await profiled('evals', async () => {
    const since = performance.now();
    await vscode.commands.executeCommand('stepscope.runEval', data, { eval: 'processbench', rows, scores: [scores] });
    await eventually('the report', () => tabs().some((title) => title.includes('bench-scores.jsonl')), 60_000);
    seconds = (performance.now() - since) / 1000;
    await sleep(DRAWING_MS);
  });
  add(`${rows} rows with scores at hand, from the command to the report`, `${seconds.toFixed(1)} s`, 'under 10 s');
  add('… longest turn of the host meanwhile and while it is drawn', milliseconds(loop.longest()), 'under 50 ms');
  add('… memory of the host at most, with its threads', `${memory.most().toFixed(0)} MB (${before.toFixed(0)} MB before)`, 'under 500 MB');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
