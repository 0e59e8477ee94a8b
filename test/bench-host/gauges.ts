import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
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

/** How many disposables of the editor's API there are: of all extensions, so only differences mean something. Missing on a Node without v8.queryObjects. */
export function liveDisposables(): number {
  return typeof queryObjects === 'function' ? queryObjects(vscode.Disposable, { format: 'count' }) : NaN;
}

/** Takes down what was measured, beside what is aimed at. */
export type Add = (what: string, value: string, aim: string) => void;

export function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
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

/**
 * Where time goes, as a .cpuprofile that the editor opens, where STEPSCOPE_BENCH_PROFILE names a file for it. Measuring
 * itself takes time then: the numbers of such a run are no measurement.
 */
export async function profiled<T>(work: () => Promise<T>): Promise<T> {
  const { STEPSCOPE_BENCH_PROFILE: file } = process.env;
  if (file === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 1000 });
  await session.post('Profiler.start');
  try {
    return await work();
  } finally {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
    session.disconnect();
  }
}
