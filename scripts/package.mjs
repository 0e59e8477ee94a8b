// Packages the extension: one VSIX a platform with the native code of that platform, and one without any for all others.
//   npm run package [-- TARGET …]    builds, writes vsix/stepscope-VERSION-TARGET.vsix, prints sizes, keeps to the budgets
//   npm run package -- --list        prints what each would hold, as JSON; writes nothing
//   npm run package -- --built …     packages what is built already
import { createVSIX, listFiles } from '@vscode/vsce';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const RUNTIME = 'node_modules/onnxruntime-node/bin/napi-v6';

/**
 * The native files of each target. onnxruntime-node has none for Intel Macs; they take the universal package, as does
 * every platform that is not here: servers, reading, import and replay work there, a local model says what to install.
 */
const TARGETS = {
  'win32-x64': ['win32/x64/**'],
  'win32-arm64': ['win32/arm64/**'],
  'linux-x64': ['linux/x64/**'],
  'linux-arm64': ['linux/arm64/**'],
  // The library lies there twice; this is the name that the binding asks for.
  'darwin-arm64': ['darwin/arm64/onnxruntime_binding.node', 'darwin/arm64/libonnxruntime.1.dylib'],
  universal: [],
};

/** Bytes, of the whole VSIX. A package that grew over night says so here and not in the store. */
const BUDGETS = { 'win32-x64': 100e6, 'win32-arm64': 100e6, 'linux-x64': 90e6, 'linux-arm64': 90e6, 'darwin-arm64': 90e6, universal: 70e6 };

/** The README as the editor shows it beside the installed extension. */
const README = 'vsix/readme.md';

/** The README without its pictures, and links to other files as plain words: neither pictures nor documents are in the package. */
function writeReadme() {
  const words = readFileSync(path.join(root, 'README.md'), 'utf8')
    .replace(/^!\[[^\]]*\]\([^)]*\)\n\n?/gm, '')
    .replace(/\[([^\[\]]*)\]\((?![a-z]+:|#)[^)]*\)/g, '$1')
    .replace(/^The pictures are made by .*$/m, 'Its pictures, and the documents that are named, are in the repository.');
  mkdirSync(path.join(root, 'vsix'), { recursive: true });
  writeFileSync(path.join(root, README), words);
}

/** What vsce is told for a target. The ignore file that it needs is made from ours and removed after `use`. */
async function withOptions(target, use) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'stepscope-package-'));
  try {
    const ignoreFile = path.join(scratch, 'ignore');
    const native = TARGETS[target].map((pattern) => `!${RUNTIME}/${pattern}`);
    writeFileSync(ignoreFile, [readFileSync(path.join(root, '.vscodeignore'), 'utf8'), ...native, ''].join('\n'));
    writeReadme();
    return await use({ cwd: root, ignoreFile, readmePath: README, dependencies: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The files of a target, relative to the root, sorted. */
function filesOf(target) {
  return withOptions(target, async (options) => (await listFiles(options)).map((file) => file.replaceAll('\\', '/')).sort());
}

async function packageFor(target) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const packagePath = path.join(root, 'vsix', `stepscope-${version}-${target}.vsix`);
  await withOptions(target, (options) =>
    createVSIX({ ...options, packagePath, allowMissingRepository: true, rewriteRelativeLinks: false, ...(target === 'universal' ? {} : { target }) }));
  return packagePath;
}

function checkTargets(names) {
  for (const name of names)
    if (!(name in TARGETS)) throw new Error(`There is no target ${name}: say ${Object.keys(TARGETS).join(', ')}.`);
  return names.length === 0 ? Object.keys(TARGETS) : names;
}

async function main() {
  const { values, positionals } = parseArgs({ options: { list: { type: 'boolean', default: false }, built: { type: 'boolean', default: false } }, allowPositionals: true });
  const targets = checkTargets(positionals);
  if (values.list) {
    const lists = {};
    for (const target of targets) lists[target] = await filesOf(target);
    process.stdout.write(`${JSON.stringify(lists)}\n`);
    return;
  }
  if (!values.built && spawnSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' }).status !== 0) throw new Error('The build did not succeed.');
  const over = [];
  for (const target of targets) {
    const file = await packageFor(target);
    const { size } = statSync(file);
    process.stdout.write(`${path.relative(root, file).padEnd(44)} ${(size / 1e6).toFixed(1).padStart(6)} MB\n`);
    if (size > BUDGETS[target]) over.push(`${target} is ${(size / 1e6).toFixed(1)} MB, over its budget of ${BUDGETS[target] / 1e6} MB`);
  }
  if (over.length > 0) throw new Error(`${over.join('; ')}.`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
