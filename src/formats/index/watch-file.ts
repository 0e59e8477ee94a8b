import { watch, type FSWatcher } from 'node:fs';

/** Events of one save come together. */
const DEBOUNCE = 50;

/**
 * Calls `look` when the file may have changed: soon after the system says so, and every `poll` ms, since network drives and
 * replaced files say nothing. Keeps no process alive.
 */
export function watchFile(file: string, poll: number, look: () => void): { dispose(): void } {
  let watcher: FSWatcher | undefined;
  let soon: NodeJS.Timeout | undefined;
  const arm = () => {
    try {
      watcher = watch(file, { persistent: false }, (event) => {
        // Under this path there may be another file now, which the old watcher does not follow.
        if (event === 'rename') disarm();
        soon ??= setTimeout(() => {
          soon = undefined;
          look();
        }, DEBOUNCE);
      });
      watcher.on('error', disarm);
    } catch {
      // Not every file system can tell; the poll goes on.
    }
  };
  const disarm = () => {
    watcher?.close();
    watcher = undefined;
  };
  arm();
  const timer = setInterval(() => {
    if (!watcher) arm();
    look();
  }, poll);
  timer.unref();
  return {
    dispose() {
      disarm();
      clearTimeout(soon);
      clearInterval(timer);
    },
  };
}
