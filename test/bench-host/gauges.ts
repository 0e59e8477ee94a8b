import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What lives on the heap, in MB (10^6 bytes), once nothing more can be collected. */
export async function heapMegabytes(): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 6; round++) {
    await sleep(150);
    collect();
    const used = process.memoryUsage().heapUsed / 1e6;
    if (used > least - 0.01) break;
    least = used;
  }
  return Math.min(least, process.memoryUsage().heapUsed / 1e6);
}

/** What is alive in this process, of all extensions and of the editor itself, so only differences mean something. NaN on a Node without v8.queryObjects. */
export interface Alive {
  /** Of the editor's API. */
  readonly disposables: number;
  /** Listeners on events of the editor's own class of events, which the API and the host are made of. */
  readonly listeners: number;
  /** Listeners of this process that Node can name: its timers, pipes, child processes, threads. */
  readonly resources: number;
}

export function alive(): Alive {
  return { disposables: countOf(vscode.Disposable), listeners: countOf(listenerClass()), resources: process.getActiveResourcesInfo().length };
}

function countOf(constructor: unknown): number {
  return typeof queryObjects === 'function' && typeof constructor === 'function' ? queryObjects(constructor, { format: 'count' }) : NaN;
}

/** The class of what the editor keeps for each listener: an event with one listener holds an instance of it. */
function listenerClass(): unknown {
  const emitter = new vscode.EventEmitter<void>();
  const listener = (): void => undefined;
  emitter.event(listener);
  const held = Object.values(emitter).find((value: unknown): value is object => typeof value === 'object' && value !== null && Object.values(value).includes(listener));
  emitter.dispose();
  return held?.constructor;
}

/** Watches from now on how long one turn of the event loop took, in ms. */
export function watchLoop(): { longest(): number } {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return {
    longest() {
      delay.disable();
      return delay.max / 1e6;
    },
  };
}

/** The editor goes on with its own extensions after it has opened: waits until this process was not held up for 3 s, for half a minute at most. */
export async function untilSettled(): Promise<void> {
  for (let [round, still] = [0, 0]; round < 30 && still < 3; round++) {
    const loop = watchLoop();
    await sleep(1000);
    still = loop.longest() < 30 ? still + 1 : 0;
  }
}

/** Watches from now on how much memory the process has at most, its threads with it, in MB (10^6 bytes). Looks every 50 ms. */
export function watchMemory(): { most(): number } {
  let most = 0;
  const look = (): void => void (most = Math.max(most, process.memoryUsage.rss() / 1e6));
  const timer = setInterval(look, 50);
  look();
  return {
    most() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}

/** Does something, and writes where the time of this process went meanwhile where profiles are asked for: `name`.cpuprofile. */
export async function profiled<T>(name: string, act: () => Promise<T>): Promise<T> {
  const folder = process.env['STEPSCOPE_BENCH_PROFILES'];
  if (folder === undefined) return act();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  try {
    return await act();
  } finally {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
  }
}
