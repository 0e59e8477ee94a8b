/** Holds a run between two events until it is opened again, or the signal aborts. */
export interface PauseGate {
  readonly paused: boolean;
  /** Milliseconds that it was closed for while somebody waited at it. */
  readonly waited: number;
  set(paused: boolean): void;
  /** Resolves at once where it is open. */
  pass(): Promise<void>;
}

export function createPauseGate(signal: AbortSignal): PauseGate {
  let closed: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  let waited = 0;
  const open = (): void => {
    closed?.open();
    closed = undefined;
  };
  signal.addEventListener('abort', open);
  return {
    get paused() {
      return closed !== undefined;
    },
    get waited() {
      return waited;
    },
    set(paused) {
      if (!paused || signal.aborted) return open();
      let release = (): void => undefined;
      closed ??= { opened: new Promise((resolve) => (release = resolve)), open: () => release() };
    },
    async pass() {
      if (closed === undefined) return;
      const since = Date.now();
      await closed.opened;
      waited += Date.now() - since;
    },
  };
}
