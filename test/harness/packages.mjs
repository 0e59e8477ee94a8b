// Packages for tests, taken as tarballs and unpacked by hand: no package's own install script ever runs.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cache } from './places.mjs';
import { run } from './processes.mjs';

const DONE = '.stepscope-installed.json';
const started = Date.now();

/** A progress line. On stderr, because stdout carries the results. */
export function say(text) {
  process.stderr.write(`[setup ${((Date.now() - started) / 1000).toFixed(0)} s] ${text}\n`);
}

/** The environment for npm, less what an outer `npm test` put there: that would point npm at this repository. */
export function npmEnvironment() {
  const outer = /^npm_(package|lifecycle|config_local_prefix|config_prefix|config_global_prefix|command|execpath)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
}

export function npm(args, options = {}) {
  return run('npm', [...args, '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'], {
    env: npmEnvironment(),
    ...options,
  });
}

/** Unpacks the package `name@version` into `folder`; only the files that start with one of `only`, where given. */
export async function unpack(name, version, folder, only = []) {
  mkdirSync(folder, { recursive: true });
  await npm(['pack', `${name}@${version}`, '--silent', '--pack-destination', folder], { cwd: folder });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (!tarball) throw new Error(`npm pack ${name}@${version} left no tarball`);
  const members = only.map((member) => `package/${member}`);
  await run('tar', ['xzf', tarball, '--strip-components=1', '--no-same-owner', ...members], { cwd: folder });
  rmSync(path.join(folder, tarball));
}

function marker(folder) {
  try {
    return JSON.parse(readFileSync(path.join(folder, DONE), 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What earlier runs left half done. A folder of a process that still runs is somebody's work. */
function removeLeftovers() {
  for (const entry of readdirSync(cache)) {
    const pid = /\.(\d+)\.tmp$/.exec(entry)?.[1];
    if (pid && Number(pid) !== process.pid && !isAlive(Number(pid))) {
      say(`removing ${entry}, which an interrupted run left`);
      rmSync(path.join(cache, entry), { recursive: true, force: true });
    }
  }
}

/**
 * Gives the cache folder `name`, made by `build(folder)` if it isn't there. It is built under another name and renamed
 * when it is complete, so an interrupted build leaves nothing that looks finished. What `build` returns is kept in the
 * marker file; `stale(kept)` may ask for a new build.
 */
export async function installOnce(name, build, stale = () => false) {
  mkdirSync(cache, { recursive: true });
  removeLeftovers();
  const folder = path.join(cache, name);
  const kept = marker(folder);
  if (kept && !stale(kept)) return { folder, ...kept };
  const making = path.join(cache, `${name}.${process.pid}.tmp`);
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  say(`${name}: installing`);
  const made = (await build(making)) ?? {};
  writeFileSync(path.join(making, DONE), JSON.stringify(made));
  const meanwhile = marker(folder);
  if (meanwhile && !stale(meanwhile)) {
    // Another run was quicker, and may use its folder already; it is as good.
    rmSync(making, { recursive: true, force: true });
  } else {
    rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
  }
  say(`${name}: ready`);
  return { folder, ...made };
}
