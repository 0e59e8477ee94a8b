// All tests, with one command from a fresh checkout:  npm test
//   --only typecheck,lint,unit,numbers,host,e2e    only these suites; packaged: e2e with the installed package
//   --vscode newest|oldest                         host and e2e on one VS Code only
//   --grep <pattern>                               only tests whose full title matches; a suite without any fails
//   --no-skip                                      a suite that cannot run here fails (always so with CI=true)
// The last line is `N passed, N failed`, with `, N skipped` where something was. The exit code is 0 when nothing failed.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from './harness/chromium.mjs';
import { root, unsupported, VERSIONS } from './harness/places.mjs';
import { endAll, start } from './harness/processes.mjs';
import { Tally } from './harness/results.mjs';
import { closeSuites, SUITES } from './harness/suites.mjs';
import { installServer } from './harness/vscode-server.mjs';

const tally = new Tally();

function finish() {
  endAll();
  closeSuites();
  process.exit(tally.close());
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    tally.fail(`interrupted by ${signal}: what had not run yet is not counted`);
    finish();
  });

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      vscode: { type: 'string' },
      grep: { type: 'string' },
      'no-skip': { type: 'boolean', default: false },
    },
  });
  const only = values.only.flatMap((list) => list.split(',')).filter((name) => name !== '');
  for (const name of only)
    if (!(name in SUITES)) throw new Error(`--only ${name}: no such suite; there are ${Object.keys(SUITES).join(', ')}`);
  if (values.vscode !== undefined && !(values.vscode in VERSIONS))
    throw new Error(`--vscode ${values.vscode}: say ${Object.keys(VERSIONS).join(' or ')}`);
  const ci = process.env.CI === 'true';
  return { only, vscode: values.vscode, grep: values.grep, ci, noSkip: ci || values['no-skip'] };
}

/** Installs what the suites need, one after the other in the background, while suites that need nothing run. */
function installInBackground(versions) {
  const setups = new Map();
  let before = Promise.resolve();
  const chromium = findChromium();
  for (const version of versions) {
    const setup = before.then(async () => {
      const server = await installServer(version);
      const extension = path.resolve(process.env.STEPSCOPE_TEST_EXTENSION || root);
      return { version, ...server, chromium: await chromium, repository: root, extension };
    });
    before = setup.catch(() => undefined);
    setups.set(version, setup);
  }
  // A failure is reported by the suite that asks for the setup.
  chromium.catch(() => undefined);
  return (version) => setups.get(version);
}

async function main() {
  const options = readOptions();
  const build = await start(process.execPath, ['build.mjs'], { cwd: root, timeout: 15 * 60_000 });
  if (build.code !== 0) {
    tally.fail('build: node build.mjs did not succeed, so no test could run');
    return;
  }
  const versions = options.vscode === undefined ? Object.keys(VERSIONS) : [options.vscode];
  const names = Object.keys(SUITES).filter((name) => options.only.length === 0 || options.only.includes(name));
  const suites = names.flatMap((name) => SUITES[name](versions, options));
  const needed = unsupported() === undefined ? versions.filter((version) => suites.some((suite) => suite.version === version)) : [];
  const setupFor = needed.length > 0 ? installInBackground(needed) : () => undefined;
  const context = { tally, options, setupFor };
  const inOrder = async (list) => {
    for (const suite of list) await suite.run(context);
  };
  // The checks of the sources leave a core to the unit tests.
  const isCheck = ({ name }) => name === 'type check' || name === 'lint';
  const [first, ...others] = suites.filter((suite) => !isCheck(suite));
  await Promise.all([inOrder(suites.filter(isCheck)), inOrder(first === undefined ? [] : [first])]);
  await inOrder(others);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  tally.fail(`the test runner: ${error.message}`);
}
finish();
