// npm run bench:host -- [newest|oldest] [--part start,views,scoring,evals] [--rows N] [--profiles DIR]: measures the extension in a
// real extension host and prints it; all parts, or those that are named. --rows is how many rows the evals have. With --profiles it
// writes CPU profiles of what it measures to a folder, for the editor to open; that slows down what it measures.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findChromium } from './chromium.mjs';
import { root, unsupported, VERSIONS } from './places.mjs';
import { start } from './processes.mjs';
import { installServer } from './vscode-server.mjs';

const { values, positionals: [version = 'newest'] } = parseArgs({ options: { part: { type: 'string' }, rows: { type: 'string' }, profiles: { type: 'string' } }, allowPositionals: true });
if (!(version in VERSIONS)) throw new Error(`${version}: say ${Object.keys(VERSIONS).join(' or ')}`);
if (unsupported() !== undefined) throw new Error(`The benchmark of the host ${unsupported()}`);
const folder = mkdtempSync(path.join(tmpdir(), 'stepscope-bench-'));
const results = path.join(folder, 'results.json');
const setup = { version, ...(await installServer(version)), chromium: await findChromium(), repository: root, extension: root };
const env = { ...process.env, STEPSCOPE_TEST_SETUP: JSON.stringify(setup), STEPSCOPE_HOST_MODULE: 'bench-host', STEPSCOPE_BENCH_RESULTS: results, STEPSCOPE_BENCH_SEEN: path.join(folder, 'seen.jsonl') };
if (values.part !== undefined) env.STEPSCOPE_BENCH_PART = values.part;
if (values.rows !== undefined) env.STEPSCOPE_BENCH_ROWS = values.rows;
if (values.profiles !== undefined) env.STEPSCOPE_BENCH_PROFILES = path.resolve(values.profiles);
const { code } = await start(process.execPath, [path.join(root, 'out', 'test', 'harness', 'run-in-host', 'index.js')], { cwd: root, timeout: 1_200_000, env });
if (code === 0) {
  process.stdout.write(`\nVS Code ${VERSIONS[version].vscode}, Node ${VERSIONS[version].node}\n`);
  for (const { what, value, aim } of JSON.parse(readFileSync(results, 'utf8'))) process.stdout.write(`  ${what}: ${value} (aim: ${aim})\n`);
}
rmSync(folder, { recursive: true, force: true });
process.exit(code ?? 1);
