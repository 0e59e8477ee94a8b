import { fail, ok, type Result } from '../../core/result.ts';
import type { Dataset, DatasetChange } from '../dataset.ts';
import type { FormatErrorReason, TraceFile } from '../trace-file.ts';
import type { OpenOptions } from '../trace-rows.ts';
import { noSuchRow } from '../containers/row-source.ts';
import { openDataFile, type DataFile } from './data-file.ts';
import { openRowsOf, type OpenedRows } from './open-rows.ts';
import { watchFile } from './watch-file.ts';

/** How often the file is looked at where the system says nothing of its changes, and a last line without a line feed is waited for (ms). */
const POLL = 1000;
/** Progress is told no more often than this (ms). */
const PROGRESS = 100;

export interface DatasetOptions extends OpenOptions {
  /** Ends the opening with the signal's reason; what is open is ended by `dispose`. */
  readonly signal?: AbortSignal;
  /** ms between looks at the file; 1000. */
  readonly poll?: number;
}

/** One state of the file: a file that was replaced is another. */
interface State extends OpenedRows {
  readonly file: DataFile;
  isIndexing: boolean;
  /** What was told of it with `lost`. */
  told: string | undefined;
}

interface Waiter {
  readonly row: number;
  resolve(isReached: boolean): void;
}

/**
 * Opens a file of traces of any size. Of JSONL, and of a JSON document that is a list of rows, only where some rows begin is
 * kept: the promise is kept once the first rows are known, and the rest is looked for in slices between which the thread is
 * free. Parquet is read by row groups; tables, archives and texts are read whole, up to a limit that the error names.
 *
 * The data set follows the file: rows that are appended to JSONL or to a list that is not closed yet are added to it; a file
 * that was written anew is opened anew before `replaced` is told, and its rows are then those of the new file, as are
 * `rowFormat` and `container`. A row that is read in between is an error `file-changed`. A last line without a line feed
 * counts once it is a whole object or list, or was not written to for a second.
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<Result<Dataset, FormatErrorReason>> {
  const opened = await openState(path, options, options.signal);
  return opened.ok ? ok(dataset(path, options, opened.value)) : opened;
}

async function openState(path: string, options: OpenOptions, signal?: AbortSignal): Promise<Result<State, FormatErrorReason>> {
  signal?.throwIfAborted();
  const file = await openDataFile(path);
  if (!file.ok) return file;
  let isKept = false;
  try {
    const opened = await openRowsOf(file.value, options, signal);
    isKept = opened.ok;
    return opened.ok ? ok({ ...opened.value, file: file.value, isIndexing: false, told: undefined }) : opened;
  } finally {
    if (!isKept) await file.value.close();
  }
}

function dataset(path: string, options: DatasetOptions, first: State): Dataset {
  const listeners = new Set<(change: DatasetChange) => void>();
  const waiters = new Set<Waiter>();
  let state = first;
  let isDisposed = false;
  /** Set while there is nothing under the path, or something that cannot be opened. */
  let lost: 'gone' | 'unreadable' | undefined;
  let isLooking = false;
  let lookAgain = false;

  const tell = (change: DatasetChange) => {
    for (const listener of [...listeners]) listener(change);
  };
  const tellProgress = () => tell({ type: 'progress', progress: state.rows.progress });

  function settleWaiters(isOver: boolean): void {
    for (const waiter of [...waiters]) {
      const isReached = waiter.row < state.rows.progress.rows;
      if (!isReached && !isOver && !state.rows.progress.complete) continue;
      waiters.delete(waiter);
      waiter.resolve(isReached);
    }
  }

  /** Looks for rows to the end of what is known of the file. */
  async function findRows(mine: State): Promise<void> {
    if (mine.isIndexing) return;
    mine.isIndexing = true;
    const isCurrent = () => !isDisposed && state === mine;
    let told = performance.now();
    let before = mine.rows.progress;
    try {
      for (let isMore = true; isMore && isCurrent(); ) {
        isMore = (await mine.rows.step()) === 'more';
        if (!isCurrent()) return;
        if (mine.rows.takeRowChange()) tell({ type: 'replaced' });
        settleWaiters(false);
        if (isMore && performance.now() - told < PROGRESS) continue;
        told = performance.now();
        const now = mine.rows.progress;
        if (now.rows !== before.rows || now.bytes !== before.bytes || now.total !== before.total || now.complete !== before.complete) tellProgress();
        before = now;
      }
    } finally {
      mine.isIndexing = false;
    }
    const { trouble } = mine.rows;
    if (trouble !== undefined && trouble !== mine.told) tell({ type: 'lost', message: trouble });
    mine.told = trouble;
    settleWaiters(trouble !== undefined);
  }

  async function reopen(): Promise<void> {
    const opened = await openState(path, options);
    if (isDisposed) {
      if (opened.ok) await opened.value.file.close();
      return;
    }
    if (!opened.ok) {
      // So that it is tried again only when the file is yet another.
      state.file.dismiss();
      lose('unreadable', opened.error.message);
      return;
    }
    const old = state;
    state = opened.value;
    lost = undefined;
    tell({ type: 'replaced' });
    void findRows(state);
    await old.file.close();
  }

  function lose(how: 'gone' | 'unreadable', message: string): void {
    if (lost !== how || state.told !== message) tell({ type: 'lost', message });
    lost = how;
    state.told = message;
    settleWaiters(true);
  }

  async function look(): Promise<void> {
    const { file, rows } = state;
    const found = await file.look();
    if (isDisposed) return;
    if (found === 'gone') lose('gone', `${file.name} is not there any more: it was moved or deleted.`);
    else if (found === 'same' && lost === 'unreadable') return;
    else if (found === 'same') {
      // It may have been moved away and back.
      const isBack = lost === 'gone';
      lost = undefined;
      if (isBack) tellProgress();
      if (isBack || !rows.progress.complete) await findRows(state);
    } else if (found === 'grown' && lost === undefined && (await rows.isStillThere().catch(() => false))) {
      file.accept();
      await findRows(state);
    } else await reopen();
  }

  /** One look at a time; what is asked for meanwhile is one more. */
  async function keepLooking(): Promise<void> {
    lookAgain = true;
    if (isLooking) return;
    isLooking = true;
    try {
      while (lookAgain && !isDisposed) {
        lookAgain = false;
        await look();
      }
    } finally {
      isLooking = false;
    }
  }
  const lookSoon = () => void keepLooking();

  async function using<Value>(row: number, read: (traces: TraceFile, value: Result<unknown, FormatErrorReason>) => Result<Value, FormatErrorReason>): Promise<Result<Value, FormatErrorReason>> {
    if (isDisposed) return fail('cannot-read', `${state.rows.name} is closed: open it again.`);
    if (!Number.isInteger(row) || row < 0 || !(await reach(row))) return noSuchRow(state.rows.name, row, state.rows.progress.rows);
    const from = state;
    const loaded = await from.rows.load(row);
    if (!loaded.value.ok && loaded.value.error.reason === 'file-changed') lookSoon();
    if (state !== from) return fail('file-changed', `${loaded.where} was read from a file that is another by now: read it again.`);
    return from.using(row, loaded, (traces) => read(traces, loaded.value));
  }

  function reach(row: number, signal?: AbortSignal): Promise<boolean> {
    const { rows } = state;
    if (row < rows.progress.rows) return Promise.resolve(true);
    if (rows.progress.complete || rows.trouble !== undefined || lost !== undefined || isDisposed || signal?.aborted === true) return Promise.resolve(false);
    return new Promise((resolve) => {
      const stop = () => {
        waiters.delete(waiter);
        waiter.resolve(false);
      };
      const waiter: Waiter = {
        row,
        resolve(isReached) {
          signal?.removeEventListener('abort', stop);
          resolve(isReached);
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      waiters.add(waiter);
    });
  }

  const watching = watchFile(path, options.poll ?? POLL, lookSoon);
  // Not before whoever opened it could begin to listen.
  setImmediate(() => void findRows(state));
  return {
    get name() {
      return state.rows.name;
    },
    get container() {
      return state.rows.container;
    },
    get rowFormat() {
      return state.rowFormat;
    },
    get progress() {
      return state.rows.progress;
    },
    value: (row) => using(row, (_traces, value) => value),
    trace: (row, variant) => using(row, (traces) => traces.trace(row, variant)),
    record: (row, variant) => using(row, (traces) => traces.record(row, variant)),
    async variants(row) {
      const names = await using(row, (traces) => ok(traces.variants(row)));
      return names.ok ? names.value : [];
    },
    reach,
    onDidChange(listener) {
      // Each registration is its own, so that one listener may be registered twice.
      const own = (change: DatasetChange) => listener(change);
      listeners.add(own);
      return { dispose: () => void listeners.delete(own) };
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      watching.dispose();
      listeners.clear();
      settleWaiters(true);
      void state.file.close();
    },
  };
}
