import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import type * as Esbuild from 'esbuild';
import { repoRoot } from '../formats/shared-data.ts';
import { commandsOf, PREFIX, words } from './commands.ts';

/*
 * Follows docs/adding-an-eval.md: its eval and its test are taken from the page, the list of evals gets the line that the page
 * asks for, and what the page then runs is run. Nothing is written into the sources: the bundler is told of the new files.
 */

const PAGE = 'docs/adding-an-eval.md';
const root = repoRoot();
// Not bundled into this test: it looks for its own program beside itself.
const { build } = createRequire(path.join(root, 'package.json'))('esbuild') as typeof Esbuild;
const [evalSource = '', testSource = ''] = [...readFileSync(path.join(root, PAGE), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, source]) => source);

/** The sources with the page's eval among them. */
const added: Esbuild.Plugin = {
  name: 'added-eval',
  setup(bundler) {
    const folder = path.join(root, 'src', 'core', 'eval');
    bundler.onResolve({ filter: /\/loops\.ts$/ }, () => ({ path: path.join(folder, 'loops.ts'), namespace: 'page' }));
    bundler.onLoad({ filter: /.*/, namespace: 'page' }, () => ({ contents: evalSource, loader: 'ts', resolveDir: folder }));
    bundler.onLoad({ filter: /[\\/]eval[\\/]evals\.ts$/ }, ({ path: file }) => {
      const list = readFileSync(file, 'utf8');
      const longer = list.replace(/(EVALS: readonly Eval\[\] = \[[^\]]*)\]/, '$1, loopsEval]');
      assert.notEqual(longer, list, 'src/core/eval/evals.ts has a list');
      return { contents: `import { loopsEval } from './loops.ts';\n${longer}`, loader: 'ts' };
    });
  },
};

describe(`the eval of ${PAGE}`, function () {
  this.timeout(60_000);
  let folder = '';
  before(async () => {
    mkdirSync(path.join(root, 'out'), { recursive: true });
    folder = mkdtempSync(path.join(root, 'out', 'added-eval-'));
    const shared = { bundle: true, platform: 'node', format: 'cjs', external: ['onnxruntime-node'], plugins: [added], logLevel: 'silent' } satisfies Esbuild.BuildOptions;
    await build({ ...shared, entryPoints: [path.join(root, 'src', 'cli', 'main.ts')], outfile: path.join(folder, 'cli.js') });
    const stdin = { contents: testSource, loader: 'ts', resolveDir: path.join(root, 'test', 'unit', 'eval') } as const;
    await build({ ...shared, stdin, outfile: path.join(folder, 'loops.test.js') });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const [run, test, ...others] = commandsOf(PAGE).filter(({ kind }) => kind === 'added').map(({ line }) => line);

  it(`runs: ${run}`, () => {
    const args = words(run?.slice(PREFIX.length) ?? '').map((word) => (word.startsWith('runs/') ? path.join(folder, word) : word));
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'cli.js'), ...args], { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly headline: string };
    assert.equal(summary.headline, 'Solutions without a loop 100.0 [51.0, 100.0], n = 4 rows');
    assert.match(readFileSync(path.join(folder, 'runs', 'loops', 'report.md'), 'utf8'), /Solutions without a loop/);
  });

  it(`has a test that passes: ${test}`, () => {
    assert.deepEqual(others, []);
    const title = words(test ?? '').at(-1) ?? '';
    const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const { status, stdout } = spawnSync(process.execPath, [mocha, '--no-config', '--no-package', '--grep', title, path.join(folder, 'loops.test.js')], { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /1 passing/);
  });
});
