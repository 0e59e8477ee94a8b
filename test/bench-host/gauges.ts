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
