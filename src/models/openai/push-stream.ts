/**
 * An async iterable of what `work` pushes. Ends when `work` resolves and throws what it rejects with, after everything that was
 * pushed. The signal that `work` gets also fires when the reader leaves the loop early.
 */
export async function* pushStream<T>(work: (push: (item: T) => void, signal: AbortSignal) => Promise<void>, signal?: AbortSignal): AsyncGenerator<T> {
  const left = new AbortController();
  const queue: T[] = [];
  let outcome: 'running' | 'done' | { readonly error: unknown } = 'running';
  let wake: () => void = () => undefined;
  const settle = (how: 'done' | { readonly error: unknown }) => {
    outcome = how;
    wake();
  };
  const push = (item: T) => {
    queue.push(item);
    wake();
  };
  work(push, signal === undefined ? left.signal : AbortSignal.any([signal, left.signal])).then(
    () => settle('done'),
    (error: unknown) => settle({ error }),
  );
  // A function, since assignments in callbacks are invisible to narrowing.
  const state = () => outcome;
  try {
    while (true) {
      const now = state();
      const item = queue.shift();
      if (item !== undefined) yield item;
      else if (now === 'done') return;
      else if (now !== 'running') throw now.error;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    left.abort();
  }
}
