import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the frames of the workbench's page told (test/harness/page-watch.js). Times are ms since 1970, of the one clock of this machine. */
export type Seen =
  | { readonly kind: 'task'; readonly frame: 'workbench' | 'webview'; readonly at: number; readonly ms: number }
  | { readonly kind: 'text'; readonly at: number; readonly text: string };

/** This process's clock in the same unit. */
export const now = (): number => performance.timeOrigin + performance.now();

/** What was seen until now. Waits a moment: it comes over a pipe. */
export async function allSeen(): Promise<readonly Seen[]> {
  await sleep(1000);
  const file = process.env['STEPSCOPE_BENCH_SEEN'];
  if (file === undefined) throw new Error('STEPSCOPE_BENCH_SEEN names no file');
  try {
    return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Seen);
  } catch {
    return [];
  }
}

/** The longest task of a frame between two times, in ms; 0 where none took 50. */
export function longestTask(seen: readonly Seen[], frame: 'workbench' | 'webview', from: number, to: number): number {
  return Math.max(0, ...seen.flatMap((one) => (one.kind === 'task' && one.frame === frame && one.at >= from && one.at <= to ? [one.ms] : [])));
}

/** When a text of this kind came on screen first, from a time on; undefined where none came. */
export function firstText(seen: readonly Seen[], from: number, like: RegExp): number | undefined {
  return seen.find((one) => one.kind === 'text' && one.at >= from && like.test(one.text))?.at;
}
