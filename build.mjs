// The one build script. Bundles what ships (dist/) and the tests (out/), prints bundle sizes and fails where one is over its budget.
//   node build.mjs [--stale] [--quiet] [--watch] [--setup-only]
// It sets itself up: where node_modules is missing or older than the lock file, it runs `npm ci` first.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const flags = new Set(process.argv.slice(2));
const quiet = flags.has('--quiet');

/** Installs exactly what the lock file says. No package's own install script runs: onnxruntime-node's would download CUDA. */
export function setUp() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write('Installing packages (npm ci)\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    process.stderr.write('npm ci failed; see the messages above.\n');
    process.exit(1);
  }
}

function filesUnder(folder, pattern) {
  const dir = path.join(root, folder);
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** The folders below `folder` (one per view) that have a main.ts. */
function viewEntries() {
  return filesUnder('webview', /^main\.ts$/).map((file) => ({
    in: file,
    out: path.basename(path.dirname(file)),
  }));
}

function newest(folders) {
  let time = 0;
  for (const folder of folders)
    for (const file of filesUnder(folder, /\.(ts|mjs|css|json)$/)) time = Math.max(time, statSync(file).mtimeMs);
  for (const file of ['build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'])
    time = Math.max(time, statSync(path.join(root, file)).mtimeMs);
  return time;
}

/**
 * Bundled as it is, each file that imports `vscode` gets a namespace of its own, with a getter for each of the API's 350 names:
 * for the 73 such files that dist/extension.js had a third of the time that loading it took, and 8 MB. Here they share one.
 */
const sharedApi = {
  name: 'shared-api',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vscode$/ }, ({ namespace }) => (namespace === 'shared-api' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'shared-api' }));
    onLoad({ filter: /^vscode$/, namespace: 'shared-api' }, () => ({ contents: "export * from 'vscode';" }));
  },
};

function configurations() {
  const node = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    sourcesContent: false,
    external: ['vscode', 'onnxruntime-node', 'mocha', 'playwright-core', 'fast-check'],
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: root,
  };
  const present = (file) => existsSync(path.join(root, file));
  const shipped = [
    ['src/extension.ts', 'extension'],
    ['src/vscode/lab/lab-main.ts', 'lab'],
    ['src/models/onnx/engine-main.ts', 'engine'],
    ['src/models/chat/template-main.ts', 'template'],
    ['src/formats/worker/worker-main.ts', 'dataset'],
    ['src/models/symbolic/symbolic-main.ts', 'symbolic'],
    ['src/cli/main.ts', 'cli'],
  ].filter(([file]) => present(file));
  const tests = filesUnder('test', /\.test\.ts$|^index\.ts$/).map((file) => ({
    in: file,
    out: path.relative(root, file).replace(/\.ts$/, ''),
  }));
  const list = [
    // Names stay as they are written: some errors are told apart by name, and stack traces are read by people.
    { ...node, plugins: [sharedApi], minify: true, keepNames: true, entryPoints: shipped.map(([file, out]) => ({ in: file, out })), outdir: 'dist' },
    { ...node, entryPoints: tests, outdir: 'out', sourcesContent: true },
  ];
  const views = viewEntries();
  if (views.length > 0)
    list.push({
      ...node,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      external: [],
      minify: true,
      sourcemap: false,
      entryPoints: views,
      outdir: 'dist/webview',
    });
  return list;
}

/** Most bytes of a shipped bundle. What only some need belongs into a bundle of its own, or behind a dynamic import. */
const BUDGETS = { 'dist/extension.js': 600_000, 'dist/lab.js': 600_000, 'dist/webview/': 300_000 };

/** Prints the sizes of what ships, and throws where one is over its budget. */
function checkSizes(result) {
  const over = [];
  for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
    if (file.endsWith('.map') || !file.startsWith('dist')) continue;
    const budget = Object.entries(BUDGETS).find(([start]) => file.startsWith(start))?.[1];
    const kilobytes = (size) => `${(size / 1000).toFixed(0)} kB`;
    const line = `${file.padEnd(28)} ${kilobytes(bytes).padStart(8)}${budget === undefined ? '' : ` of ${kilobytes(budget)}`}`;
    if (!quiet) process.stdout.write(`${line}\n`);
    if (bytes > budget) over.push(line);
  }
  if (over.length > 0) throw new Error(`Over the budget of build.mjs: ${over.join(', ')}`);
}

async function build() {
  const stamp = path.join(root, 'dist', '.built');
  const time = newest(['src', 'webview', 'test']);
  if (flags.has('--stale') && existsSync(stamp) && statSync(stamp).mtimeMs >= time) return;
  const esbuild = await import('esbuild');
  if (flags.has('--watch')) {
    for (const configuration of configurations()) await (await esbuild.context(configuration)).watch();
    return;
  }
  rmSync(path.join(root, 'out'), { recursive: true, force: true });
  for (const configuration of configurations()) {
    const result = await esbuild.build(configuration);
    checkSizes(result);
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

setUp();
if (!flags.has('--setup-only')) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
