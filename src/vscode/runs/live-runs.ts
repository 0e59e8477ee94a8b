import type { Disposable } from '../disposable.ts';

/** What is known of a run while it goes on. */
export interface LiveRun {
  readonly controller: AbortController;
}

/** The runs of one kind that go on in this window. */
export interface LiveRuns<Run extends LiveRun> extends Disposable {
  get(id: string): Run | undefined;
  has(id: string): boolean;
  /** Begins a run. It is live until `work`, which never rejects, has ended; then listeners are told. */
  begin(id: string, run: Run, work: () => Promise<void>): void;
  /**
   * Takes up a run that was cut off: `work` reads its log and begins it. Undefined where it goes on, or is being taken up: a
   * second press would do everything twice.
   */
  takeUp<Value>(id: string, work: () => Promise<Value>): Promise<Value> | undefined;
  /** Aborts a run, or all. Returns whether there was one. */
  cancel(id?: string): boolean;
  /** Resolves once the run has ended; at once where it does not run. */
  ended(id: string): Promise<void>;
  /** Something of a run has changed. */
  tell(id: string): void;
  onDidChange(listener: (id: string) => void): Disposable;
}

export function createLiveRuns<Run extends LiveRun>(): LiveRuns<Run> {
  const live = new Map<string, { readonly run: Run; ended: Promise<void> }>();
  /** Their logs are being read. */
  const takenUp = new Set<string>();
  const listeners = new Set<(id: string) => void>();
  const tell = (id: string): void => listeners.forEach((listener) => listener(id));

  function cancel(id?: string): boolean {
    const chosen = [...live].filter(([name]) => id === undefined || name === id);
    chosen.forEach(([, { run }]) => run.controller.abort());
    return chosen.length > 0;
  }

  async function follow(id: string, work: () => Promise<void>): Promise<void> {
    await work();
    live.delete(id);
    tell(id);
  }

  return {
    get: (id) => live.get(id)?.run,
    has: (id) => live.has(id),
    begin(id, run, work) {
      // It is live before it begins: what it does at once asks for it.
      const entry = { run, ended: Promise.resolve() };
      live.set(id, entry);
      entry.ended = follow(id, work);
    },
    takeUp(id, work) {
      if (live.has(id) || takenUp.has(id)) return undefined;
      takenUp.add(id);
      return work().finally(() => takenUp.delete(id));
    },
    cancel,
    ended: (id) => live.get(id)?.ended ?? Promise.resolve(),
    tell,
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    dispose() {
      cancel();
      listeners.clear();
    },
  };
}
