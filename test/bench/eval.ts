/** ProcessBench on 100,000 rows with scores that are there, evaluated and drawn by the terminal's own code: npm run bench -- eval [ROWS]. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { writeEvalFiles } from './eval-files.ts';

export async function benchEval(): Promise<void> {
  const rows = Number(process.argv[3] ?? 100_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'stepscope-bench-'));
  const [data, scores, out] = ['data.jsonl', 'scores.jsonl', 'out'].map((name) => path.join(folder, name)) as [string, string, string];
  try {
    writeEvalFiles(rows, data, scores);
    const cli = path.resolve(__dirname, '../../../dist/cli.js');
    const script = `process.on('exit', () => process.stderr.write('\\nRSS ' + process.resourceUsage().maxRSS)); require(${JSON.stringify(cli)});`;
    const started = performance.now();
    const run = spawnSync(process.execPath, ['-e', script, '--', 'stepscope', 'eval', 'processbench', '--data', data, '--scores', scores, '--out', out], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const seconds = (performance.now() - started) / 1000;
    if (run.status !== 0) throw new Error(run.stderr);
    const rss = Number(/RSS (\d+)/.exec(run.stderr)?.[1] ?? NaN) / 1024;
    const report = statSync(path.join(out, 'report.html')).size / 1024;
    process.stdout.write(`${rows} rows (${(statSync(data).size / 1e6).toFixed(0)} MB and ${(statSync(scores).size / 1e6).toFixed(0)} MB): ${seconds.toFixed(1)} s, at most ${rss.toFixed(0)} MB, report.html ${report.toFixed(0)} kB; ${run.stdout.split('\n')[0] ?? ''}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return Promise.resolve();
}
