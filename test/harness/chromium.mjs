// Finds or installs a headless Chromium.
//   node test/harness/chromium.mjs     prints its path and environment as JSON
// $STEPSCOPE_CHROMIUM names one; $STEPSCOPE_CHROMIUM_FROM=npm|apt|path allows only that way (to try it out).
import { chmodSync, createReadStream, createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { installOnce, say, unpack } from './packages.mjs';
import { run, which } from './processes.mjs';

/** A package with a compressed headless Chromium for Linux x64. Its code is never run, only its archives are unpacked. */
const PACKAGE = { name: '@sparticuz/chromium', version: '153.0.0' };

/** Starts it once: a program on PATH may be a stub that only says where to get the real one. */
async function works(program, env = {}) {
  try {
    return /\d+\.\d+/.test(await run(program, ['--version'], { timeout: 60_000, env: { ...process.env, ...env } }));
  } catch {
    return false;
  }
}

async function onPath() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const program = which(name);
    if (program && (await works(program))) return { program, env: {} };
  }
  return undefined;
}

async function fromApt() {
  if (process.getuid?.() !== 0 || !which('apt-get')) return undefined;
  say('chromium: installing with apt-get');
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  } catch (error) {
    say(`chromium: apt-get did not succeed, trying npm\n${error.message.slice(-500)}`);
    return undefined;
  }
  say('chromium: installed');
  return onPath();
}

async function decompress(from, to) {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

async function unpackFromNpm(making) {
  await unpack(PACKAGE.name, PACKAGE.version, making, ['bin', 'package.json', 'LICENSE']);
  const archives = path.join(making, 'bin');
  await decompress(path.join(archives, 'chromium.br'), path.join(making, 'chromium'));
  chmodSync(path.join(making, 'chromium'), 0o755);
  // Libraries (lib/) that a small system lacks; the software renderer has to lie beside the program.
  for (const [archive, folder] of [['al2023', '.'], ['swiftshader', '.'], ['fonts', 'fonts']]) {
    const tar = path.join(archives, `${archive}.tar`);
    const target = path.join(making, folder);
    mkdirSync(target, { recursive: true });
    await decompress(`${tar}.br`, tar);
    await run('tar', ['xf', tar, '--no-same-owner', '-C', target]);
  }
  rmSync(archives, { recursive: true });
}

async function fromNpm() {
  const { folder } = await installOnce(`chromium-${PACKAGE.version}`, unpackFromNpm);
  const program = path.join(folder, 'chromium');
  const env = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: path.join(folder, 'fonts') };
  if (await works(program, env)) return { program, env };
  // Its own libraries only where the system's are not enough: they may be older than the system's.
  env.LD_LIBRARY_PATH = [path.join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return (await works(program, env)) ? { program, env } : undefined;
}

/** @returns {Promise<{ program: string, env: Record<string, string> }>} */
export async function findChromium() {
  const named = process.env.STEPSCOPE_CHROMIUM;
  if (named) {
    if (await works(named)) return { program: named, env: {} };
    throw new Error(`$STEPSCOPE_CHROMIUM is ${named}, which does not start`);
  }
  const only = process.env.STEPSCOPE_CHROMIUM_FROM;
  for (const [way, find] of Object.entries({ path: onPath, apt: fromApt, npm: fromNpm })) {
    const found = !only || only === way ? await find() : undefined;
    if (found) return found;
  }
  throw new Error('No Chromium was found and none could be installed; name one with STEPSCOPE_CHROMIUM');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${JSON.stringify(await findChromium(), null, 2)}\n`);
