import type { ModelManifest } from '../manifest.ts';

/** Hears of work that takes the event loop for a while, with a generous estimate in ms, so that whoever waits can tell work from a hang. */
export type OnBusy = (ms: number) => void;

/** How long onnxruntime may take to read and pack the weights (ms), from a slow disk. */
export function loadingTime({ files }: ModelManifest): number {
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return 2000 + bytes / 30_000;
}

/** Slower than any machine that runs these models: operations a second, for saying how long a pass can take at most. */
const SLOWEST = 2e9;
/** Passes that may take longer than this (ms) are announced. */
const LONG_PASS = 1000;

/** Says before a pass over so many tokens how long it may take, where that is long. */
export function announcePasses({ parameters }: ModelManifest, onBusy: OnBusy | undefined): (tokens: number) => void {
  return (tokens) => {
    const ms = (1000 * 2 * parameters * tokens) / SLOWEST;
    if (ms > LONG_PASS) onBusy?.(ms);
  };
}
