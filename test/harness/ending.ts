/** Things that must be ended with this process, however it ends. Each is called once. */
const pending = new Set<() => void>();

function endAll(): void {
  for (const end of pending) end();
  pending.clear();
}

process.once('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
// The runner opened a channel to this process: it closes when the runner is gone, even when it was killed.
if (process.channel) {
  process.once('disconnect', () => process.exit(1));
  process.channel.unref();
}

/** Has `end` called when the process ends. Gives the way to take that back. `end` must be synchronous. */
export function atEnd(end: () => void): () => void {
  pending.add(end);
  return () => pending.delete(end);
}
