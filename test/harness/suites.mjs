// The suites in the order in which they run. Each adds to the tally; none throws for a failure of what it tests.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installPackage } from './packaged.mjs';
import { root, unsupported, VERSIONS } from './places.mjs';
import { start, sweep } from './processes.mjs';
import { Events } from './results.mjs';

const MINUTE = 60_000;
const reporter = path.join(root, 'test', 'harness', 'reporter.cjs');

function inModules(...parts) {
  return path.join(root, 'node_modules', ...parts);
}

function filesUnder(folder, ending) {
  const directory = path.join(root, folder);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => path.join(directory, file));
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(0)} s`;
}

/** A program that counts as one test: it passes when every one of its commands ends with 0. */
function commandSuite(name, commands) {
  return {
    name,
    run: async ({ tally }) => {
      const since = Date.now();
      process.stdout.write(`\n${name}\n`);
      const failed = [];
      for (const args of commands()) {
        const { code, timedOut } = await start(process.execPath, args, { cwd: root, timeout: 10 * MINUTE });
        if (timedOut) failed.push('did not end within 10 minutes');
        else if (code !== 0) failed.push(`ended with ${code}`);
      }
      process.stdout.write(failed.length > 0 ? `  ✗ ${name} (${seconds(since)})\n` : `  ✓ ${name} (${seconds(since)})\n`);
      if (failed.length > 0) tally.fail(`${name}: ${failed.join('; ')}`);
      else tally.pass();
    },
  };
}

/** A temporary folder for one suite. With it go all processes that were started for that suite, when it is closed. */
class Scratch {
  static open = new Set();
  folder = mkdtempSync(path.join(tmpdir(), 'stepscope-'));
  env = { TMPDIR: this.folder, STEPSCOPE_TEST_SCRATCH: this.folder };

  constructor() {
    Scratch.open.add(this);
  }

  /** @returns {number} how many processes had to be ended */
  close() {
    Scratch.open.delete(this);
    const left = sweep('STEPSCOPE_TEST_SCRATCH', this.folder);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    return left;
  }
}

/** Ends what a suite that was interrupted has left. */
export function closeSuites() {
  for (const scratch of Scratch.open) scratch.close();
}

/** Starts a process that runs mocha with our reporter, and adds what it reports. Returns what each group gave; undefined where it did not come to its end. */
async function follow({ name, tally, args, env, timeout }) {
  const since = Date.now();
  process.stdout.write(`\n${name}\n`);
  const scratch = new Scratch();
  const events = new Events(tally, name, path.join(scratch.folder, 'events.jsonl'));
  let result;
  try {
    result = await start(process.execPath, ['--enable-source-maps', ...args], {
      cwd: root,
      timeout,
      // The channel is how the child notices that this process is gone.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env, ...scratch.env, STEPSCOPE_TEST_RESULTS: events.file, STEPSCOPE_TEST_REPORTER: reporter },
    });
  } finally {
    events.close();
    const left = scratch.close();
    if (left > 0) process.stderr.write(`${name}: ended ${left} processes that the tests had left\n`);
  }
  const { code, signal, timedOut } = result;
  const at = events.running === undefined ? 'before its first test' : `at "${events.running}"`;
  let broken;
  if (timedOut) broken = `did not end within ${timeout / MINUTE} minutes; it was ${at}`;
  else if (!events.ended) broken = `ended early (${signal ?? `exit code ${code}`}) ${at}`;
  else if (events.seen === 0) broken = 'no test matched';
  else if (code !== 0 && events.failed === 0) broken = `ended with ${signal ?? `exit code ${code}`} though no test failed`;
  if (broken !== undefined) {
    process.stdout.write(`  ✗ ${name}: ${broken}\n`);
    tally.fail(`${name}: ${broken}`);
  }
  process.stdout.write(`  ${events.seen} tests in ${seconds(since)}\n`);
  return broken === undefined ? events.groups : undefined;
}

function mochaArguments(files, { grep, ci }, ...more) {
  const options = ['--no-config', '--no-package', '--reporter', reporter, ...more];
  if (grep !== undefined) options.push('--grep', grep);
  if (ci) options.push('--forbid-only');
  return [inModules('mocha', 'bin', 'mocha.js'), ...options, ...files];
}

/** Tests that need nothing but Node. */
function nodeSuite(name, { folder, testTimeout, timeout, optional }) {
  return {
    name,
    run: async ({ tally, options }) => {
      const files = filesUnder(folder, '.test.js');
      if (files.length === 0) {
        if (!optional || options.only.length > 0) tally.fail(`${name}: no test file was found in ${folder}`);
        return;
      }
      const args = mochaArguments(files, options, '--timeout', String(testTimeout));
      // A run of everything measures on a part of the rows; whoever asks for the numbers gets all.
      await follow({ name, tally, args, env: options.only.length > 0 ? { STEPSCOPE_ALL_ROWS: '1' } : {}, timeout });
    },
  };
}

function followOnce(suite, startSuite) {
  return follow({ ...suite, ...startSuite() });
}

/** More groups than these do not fail by chance. */
const MOST_TRIED_AGAIN = 2;

/**
 * A browser under load loses a key or the focus now and then. Groups with failures run once more in a fresh editor, all of each;
 * then that counts, and the closing lines name what had failed. Only with CI=true: who looks at a test wants to see it fail.
 */
async function followTwice(suite, startSuite) {
  const groups = await followOnce(suite, startSuite);
  const failed = [...(groups ?? [])].filter(([, { failures }]) => failures.length > 0);
  if (failed.length === 0 || failed.length > MOST_TRIED_AGAIN) return;
  for (const [, group] of failed) suite.tally.takeBack(group);
  const titles = failed.map(([title]) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  await follow({ ...suite, name: `${suite.name}, again`, ...startSuite(`^(?:${titles.join('|')})`) });
}

/** Tests that need a VS Code, over the extension under development or, with `packaged`, its installed package. */
function editorSuite(kind, version, { timeout, packaged = false, leaveOut = [], start: startSuite }) {
  const name = `${kind}${packaged ? ' of the installed package' : ''} on VS Code ${VERSIONS[version].vscode}`;
  return {
    name,
    kind,
    version,
    run: async ({ tally, options, setupFor }) => {
      const reason = unsupported();
      if (reason !== undefined) {
        process.stdout.write(`\n${name}\n  - skipped: ${reason}\n`);
        if (options.noSkip) tally.fail(`${name}: could not run: ${reason}`);
        else tally.skip(`${name}: ${reason}`);
        return;
      }
      const files = filesUnder(`out/test/${kind}`, '.test.js').filter((file) => !leaveOut.includes(path.basename(file, '.test.js')));
      if (files.length === 0) return tally.fail(`${name}: no test file was found in out/test/${kind}`);
      let setup;
      let installed;
      try {
        setup = await setupFor(version);
        installed = packaged ? await installPackage(setup) : undefined;
      } catch (error) {
        process.stderr.write(`${error.stack}\n`);
        return tally.fail(`${name}: its VS Code could not be installed: ${error.message.split('\n')[0]}`);
      }
      try {
        const env = { STEPSCOPE_TEST_SETUP: JSON.stringify({ ...setup, ...installed }) };
        const once = options.ci ? followTwice : followOnce;
        await once({ name, tally, timeout }, (again) => startSuite(files, { ...options, grep: again ?? options.grep }, env));
      } finally {
        installed?.remove();
      }
    },
  };
}

/**
 * What a run of everything has on the newest VS Code alone: the laboratory and other parts that need no more of an editor than
 * those that run on both, and that the type check holds to the API of the oldest. By name (`--only host`) all of it runs on both.
 */
const ON_NEWEST = {
  host: ['attention', 'evals', 'experiment', 'interrupted-evals', 'masking', 'overthinking', 'search-sets', 'test-explorer'],
  e2e: ['attention', 'experiment', 'hostile', 'language', 'long-trace', 'masking', 'overthinking', 'quick-eval', 'search', 'search-sets', 'test-explorer', 'verifiers', 'virtual-folder'],
};

function leftOut(kind, version, only) {
  return only.length > 0 || version === 'newest' ? [] : ON_NEWEST[kind];
}

function hostSuite(version, only) {
  const runner = path.join(root, 'out', 'test', 'harness', 'run-in-host', 'index.js');
  return editorSuite('host', version, {
    timeout: 15 * MINUTE,
    leaveOut: leftOut('host', version, only),
    start: (files, { grep }, env) => ({ args: [runner], env: { ...env, STEPSCOPE_TEST_FILES: JSON.stringify(files), ...(grep !== undefined && { STEPSCOPE_TEST_GREP: grep }) } }),
  });
}

function e2eSuite(version, packaging = {}) {
  return editorSuite('e2e', version, {
    ...packaging,
    timeout: 40 * MINUTE,
    // --exit: a browser that did not close must not hold the run.
    start: (files, options, env) => ({ args: mochaArguments(files, options, '--timeout', '120000', '--exit'), env }),
  });
}

function typeCheckCommands() {
  const tsc = [inModules('typescript', 'bin', 'tsc'), '--noEmit', '-p'];
  const views = filesUnder('webview', '.ts').length > 0;
  return views ? [[...tsc, '.'], [...tsc, 'webview']] : [[...tsc, '.']];
}

/** When everything runs, the newest VS Code has the installed package and the others the sources; else what is asked for by name. */
const PACKAGED = 'newest';

function sourceSuites(versions, { only }) {
  return versions.filter((version) => only.length > 0 || version !== PACKAGED).map((version) => e2eSuite(version, { leaveOut: leftOut('e2e', version, only) }));
}

function packagedSuites(versions, { only }) {
  return versions.filter((version) => only.length > 0 || version === PACKAGED).map((version) => e2eSuite(version, { packaged: true }));
}

/** @type {Record<string, (versions: string[], options: object) => object[]>} */
export const SUITES = {
  typecheck: () => [commandSuite('type check', typeCheckCommands)],
  lint: () => [commandSuite('lint', () => [[inModules('eslint', 'bin', 'eslint.js'), '.', '--ignore-pattern', '.vscode-test/']])],
  unit: () => [nodeSuite('unit', { folder: 'out/test/unit', testTimeout: 20_000, timeout: 15 * MINUTE })],
  numbers: () => [nodeSuite('numbers', { folder: 'out/test/numbers', testTimeout: 10 * MINUTE, timeout: 60 * MINUTE, optional: true })],
  host: (versions, { only }) => versions.map((version) => hostSuite(version, only)),
  e2e: sourceSuites,
  packaged: packagedSuites,
};
