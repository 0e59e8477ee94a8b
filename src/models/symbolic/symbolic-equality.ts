import { Worker } from 'node:worker_threads';
import type { SymbolicQuestion } from './symbolic-main.ts';

/** Decides whether two LaTeX formulas are equal; undefined where it cannot, or not in time. */
export interface SymbolicEquality {
  equal(a: string, b: string): Promise<boolean | undefined>;
  dispose(): void;
}

/** A formula may take this long (ms); a new worker this long to begin, on a busy machine. */
const PATIENCE_MS = 3000;
const START_MS = 30_000;
const MEMORY_MB = 256;

/**
 * Symbolic equality by the Compute Engine (MIT), in a worker that starts with the first question and is ended where a
 * question takes too long or too much memory. `script` is the bundled entry (dist/symbolic.js).
 */
export function createSymbolicEquality(script: string): SymbolicEquality {
  let worker: Worker | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const end = () => {
    void worker?.terminate();
    worker = undefined;
  };
  /** The worker's next answer; undefined where it ends or is too late, and then it is gone. */
  const next = (current: Worker, patience: number): Promise<{ readonly answer: boolean | undefined } | undefined> =>
    new Promise((resolve) => {
      const settle = (value: { readonly answer: boolean | undefined } | undefined) => {
        clearTimeout(timer);
        current.off('message', settle).off('exit', gone).off('error', gone);
        if (value === undefined && worker === current) end();
        resolve(value);
      };
      const gone = () => settle(undefined);
      const timer = setTimeout(gone, patience);
      current.on('message', settle).on('exit', gone).on('error', gone);
    });
  const ask = async (question: SymbolicQuestion): Promise<boolean | undefined> => {
    if (worker === undefined) {
      worker = new Worker(script, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
      // A worker that fails while nobody asks it must not end the host.
      worker.on('error', () => undefined);
      if ((await next(worker, START_MS)) === undefined) return undefined;
    }
    const current = worker;
    current.postMessage(question);
    return (await next(current, PATIENCE_MS))?.answer;
  };
  return {
    equal(a, b) {
      const mine = turn.then(() => ask({ a, b }));
      turn = mine.catch(() => undefined);
      return mine;
    },
    dispose: end,
  };
}
