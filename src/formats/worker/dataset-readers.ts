import { fail, ok, type Result } from '../../core/result.ts';
import type { Dataset, DatasetChange } from '../dataset.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import type { OpenOptions } from '../trace-rows.ts';
import type { ReaderQuestion, ReaderSource, ReaderState } from './messages.ts';
import { startReader, type Reader, type ReaderSettings } from './reader.ts';

/** Most memory of a reader, in MB: a table of 64 MB, the largest that is read whole, takes about half of it. */
const MEGABYTES = 1024;
/** A file that ended its reader twice within this time (ms) would do it again: it is not opened a third time by itself. */
const PATIENCE = 60_000;

export interface ReaderOptions extends OpenOptions {
  /** Ends the opening with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a file of traces in a thread of its own, which ends when the data set is disposed: nothing is parsed on the thread
 * that asks. A thread that fails is an error `reader-ended` for what was asked of it; the file is then opened anew in
 * another and told as `replaced`, or is `lost` where that happens again within a minute.
 */
export type OpenInReader = (source: ReaderSource, options?: ReaderOptions) => Promise<Result<Dataset, FormatErrorReason>>;

/** `script` is the bundled entry of a reader (dist/dataset.js). */
export function createDatasetReaders(script: string, megabytes = MEGABYTES): OpenInReader {
  const failures = new Map<string, number>();
  const mayStartAgain = (source: ReaderSource): boolean => {
    // Bytes went to the thread that has failed.
    if (!('path' in source)) return false;
    const before = failures.get(source.path);
    failures.set(source.path, Date.now());
    return before === undefined || Date.now() - before > PATIENCE;
  };
  return (source, options = {}) => openDataset({ script, megabytes }, source, options, mayStartAgain);
}

async function openDataset(settings: ReaderSettings, source: ReaderSource, { signal, ...options }: ReaderOptions, mayStartAgain: (source: ReaderSource) => boolean): Promise<Result<Dataset, FormatErrorReason>> {
  const listeners = new Set<(change: DatasetChange) => void>();
  const tell = (change: DatasetChange): void => {
    for (const listener of [...listeners]) listener(change);
  };
  const start = (signal?: AbortSignal): Promise<Result<Reader, FormatErrorReason>> => startReader(settings, { source, options }, { changed: tell, failed }, signal);
  const first = await start(signal);
  if (!first.ok) return first;
  /** The last one that there was. */
  let reader = first.value;
  /** What is asked next: nobody once the file was given up. */
  let current: Promise<Reader | undefined> = Promise.resolve(reader);
  let isDisposed = false;
  let trouble = '';

  function failed(message: string): void {
    trouble = message;
    current = mayStartAgain(source) ? startAgain() : giveUp(message);
  }

  function giveUp(message: string): Promise<undefined> {
    trouble = message;
    tell({ type: 'lost', message });
    return Promise.resolve(undefined);
  }

  async function startAgain(): Promise<Reader | undefined> {
    const again = await start();
    if (!again.ok) return isDisposed ? undefined : giveUp(again.error.message);
    reader = again.value;
    if (isDisposed) reader.end();
    else tell({ type: 'replaced' });
    return reader;
  }

  async function ask<Answer>(question: ReaderQuestion, signal?: AbortSignal): Promise<Answer | undefined> {
    const asked = await current;
    return (await asked?.ask(question, signal)) as Answer | undefined;
  }

  async function read<Value>(question: ReaderQuestion): Promise<Result<Value, FormatErrorReason>> {
    const answer = await ask<Result<Value, FormatErrorReason>>(question);
    if (answer !== undefined) return answer;
    return isDisposed ? fail('cannot-read', `${reader.state.name} is closed: open it again.`) : fail('reader-ended', trouble);
  }

  const state = (): ReaderState => reader.state;
  return ok({
    get name() {
      return state().name;
    },
    get container() {
      return state().container;
    },
    get rowFormat() {
      return state().rowFormat;
    },
    get progress() {
      return state().progress;
    },
    value: (row) => read({ kind: 'value', row }),
    trace: (row, variant) => read({ kind: 'trace', row, ...(variant !== undefined && { variant }) }),
    record: (row, variant) => read({ kind: 'record', row, ...(variant !== undefined && { variant }) }),
    variants: async (row) => (await ask<readonly string[]>({ kind: 'variants', row })) ?? [],
    reach: async (row, signal) => row < state().progress.rows || ((await ask<boolean>({ kind: 'reach', row }, signal)) ?? false),
    onDidChange(listener) {
      // Each registration is its own, so that one listener may be registered twice.
      const own = (change: DatasetChange): void => listener(change);
      listeners.add(own);
      return { dispose: () => void listeners.delete(own) };
    },
    dispose() {
      isDisposed = true;
      listeners.clear();
      reader.end();
    },
  });
}
