// Where things are, and which VS Code versions the tests run on.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything downloaded for tests. Git ignores the default folder; CI may keep it between runs. */
export const cache = path.resolve(process.env.STEPSCOPE_TEST_CACHE || path.join(root, '.vscode-test'));

/**
 * `codeServer` is a version of the npm package that carries a whole VS Code server and its web workbench.
 * `oldest` is the oldest VS Code that package.json's `engines.vscode` allows.
 */
export const VERSIONS = {
  newest: { codeServer: '4.139.1', vscode: '1.139.1', node: '24.21.0' },
  oldest: { codeServer: '4.100.3', vscode: '1.100.3', node: '20.20.2' },
};

/** Says why VS Code cannot run here, or undefined where it can. The packages above are for one platform only. */
export function unsupported() {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return `needs Linux x64, this is ${process.platform} ${process.arch}`;
}
