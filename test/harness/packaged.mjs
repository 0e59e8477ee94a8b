// Packages the extension for this platform and installs it into a VS Code server, as a person installs it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { say } from './packages.mjs';
import { root } from './places.mjs';
import { run } from './processes.mjs';

const TARGET = 'linux-x64';
/** Made once a run, from what is built. */
let vsix;

async function makePackage() {
  say(`packaging for ${TARGET}`);
  await run(process.execPath, ['scripts/package.mjs', '--built', TARGET], { cwd: root });
  const made = readdirSync(path.join(root, 'vsix')).filter((file) => file.endsWith(`-${TARGET}.vsix`));
  if (made.length !== 1) throw new Error(`vsix/ holds ${made.length} packages for ${TARGET}: remove those of older versions`);
  return path.join(root, 'vsix', made[0]);
}

/**
 * @param {{ node: string, server: string }} setup
 * @returns {Promise<{ extensions: string, extension: string, remove: () => void }>} the folder of installed extensions, and ours in it
 */
export async function installPackage({ node, server }) {
  vsix ??= makePackage();
  const file = await vsix;
  const folder = mkdtempSync(path.join(tmpdir(), 'stepscope-installed-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const extensions = path.join(folder, 'extensions');
    const data = path.join(folder, 'data');
    const options = ['--install-extension', file, '--extensions-dir', extensions, '--server-data-dir', data, '--accept-server-license-terms'];
    await run(node, [server, ...options], { cwd: folder });
    const name = readdirSync(extensions).find((entry) => entry.startsWith('stepscope.stepscope-'));
    if (name === undefined) throw new Error(`VS Code did not install ${path.basename(file)}`);
    return { extensions, extension: path.join(extensions, name), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
