// Child processes that never outlive the run: each has its own process group, and all groups are ended at exit.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const live = new Set();
const windows = process.platform === 'win32';

function signalGroup(child, signal) {
  try {
    if (windows) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** Ends every group that is still there. Synchronous, so that it also works in an 'exit' handler. */
export function endAll() {
  for (const child of live) signalGroup(child, 'SIGKILL');
  live.clear();
}
process.once('exit', endAll);

/**
 * Starts a program in its own process group; resolves when it has ended, and then ends what it left in its group.
 * After `timeout` milliseconds the group is asked to end, and killed 5 s later.
 * @returns {Promise<{ code: number | null, signal: string | null, timedOut: boolean, output: string }>}
 */
export function start(command, args, { timeout, capture = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
    const child = spawn(command, args, { stdio, ...options, detached: !windows });
    live.add(child);
    let output = '';
    // The end of the output is what explains a failure, so only that much is kept of a long one.
    const keep = (chunk) => (output = (output + chunk).slice(-100_000));
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    let timedOut = false;
    let killer;
    const timer = timeout && setTimeout(() => {
      timedOut = true;
      signalGroup(child, 'SIGTERM');
      killer = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000);
    }, timeout);
    const finish = () => {
      clearTimeout(timer);
      clearTimeout(killer);
      signalGroup(child, 'SIGKILL');
      live.delete(child);
    };
    child.once('error', (error) => {
      finish();
      reject(error);
    });
    // 'exit' and not 'close': a grandchild may hold the pipes open for ever.
    child.once('exit', (code, signal) => {
      finish();
      setTimeout(() => resolve({ code, signal, timedOut, output }), capture ? 50 : 0);
    });
  });
}

/** Runs a program quietly; gives its output, or throws with the end of it. */
export async function run(command, args, { timeout = 15 * 60_000, ...options } = {}) {
  const { code, signal, timedOut, output } = await start(command, args, { timeout, capture: true, ...options });
  if (code === 0 && !timedOut) return output;
  const how = timedOut ? `did not end within ${timeout / 1000} s` : `ended with ${code ?? signal}`;
  throw new Error(`${path.basename(command)} ${args.join(' ')} ${how}\n${output.slice(-3000)}`);
}

/** The full path of the first of these programs that PATH has. */
export function which(...names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      const file = path.join(folder || '.', name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder.
      }
    }
  return undefined;
}

function killMarked(name, value) {
  let found = 0;
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (Number(pid) === process.pid || !environment.includes(`${name}=${value}`)) continue;
      process.kill(Number(pid), 'SIGKILL');
      found++;
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
  return found;
}

/**
 * Kills every process whose environment has NAME=value. A server that a test started and did not end is found
 * this way even when it left its parent's process group. Linux only: elsewhere nothing of the kind is started.
 * @returns {number} how many were found
 */
export function sweep(name, value) {
  if (process.platform !== 'linux') return 0;
  const found = killMarked(name, value);
  // Again while there are some: one may have started another meanwhile.
  for (let round = 0, more = found; more > 0 && round < 5; round++) more = killMarked(name, value);
  return found;
}
