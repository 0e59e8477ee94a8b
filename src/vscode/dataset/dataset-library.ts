import * as vscode from 'vscode';
import { ok, type Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import type { Dataset, DatasetChange } from '../../formats/dataset.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import type { Disposable } from '../disposable.ts';
import { note } from '../navigation.ts';
import { documentName } from '../trace-documents.ts';
import type { OpenDataset } from './open-dataset.ts';
import type { ReadingChoices } from './reading-choices.ts';

type Opened = Result<Dataset, FormatErrorReason>;

export interface LibraryChange {
  readonly uri: vscode.Uri;
  /** `listed`: it came to the list, or left it. `opened`: it can be read now, or says why not. */
  readonly type: 'listed' | 'opened' | DatasetChange['type'];
}

/** A file for as long as somebody reads it. */
export interface DatasetUse extends Disposable {
  /** The data set as it is now; another object once the file was replaced. */
  current(): Promise<Opened>;
}

/** The data sets and traces that are open, in this workspace and over reloads. A file is read when it is first asked for. */
export interface DatasetLibrary extends Disposable {
  readonly onDidChange: vscode.Event<LibraryChange>;
  list(): readonly vscode.Uri[];
  /** Puts the file into the list; one that could not be read before is tried again. */
  add(uri: vscode.Uri): void;
  /** Takes the file from the list; who reads it goes on reading. False where it is not listed. */
  remove(uri: vscode.Uri): boolean;
  /** Reads the file anew. */
  refresh(uri: vscode.Uri): void;
  use(uri: vscode.Uri): DatasetUse;
  /** The data set if it was read already. */
  peek(uri: vscode.Uri): Opened | undefined;
  /** What has become of the file, in a sentence. */
  lostMessage(uri: vscode.Uri): string | undefined;
  record(uri: vscode.Uri, row: number, variant?: string): Promise<Result<TraceRecord, FormatErrorReason>>;
  /** Names of the row's traces where it holds several; else none. */
  variants(uri: vscode.Uri, row: number): Promise<Result<readonly string[], FormatErrorReason>>;
  /** The row (0-based) that was opened last. */
  lastRow(uri: vscode.Uri): number | undefined;
  setLastRow(uri: vscode.Uri, row: number): void;
}

interface Entry {
  readonly uri: vscode.Uri;
  users: number;
  opening: Promise<Opened> | undefined;
  opened: Opened | undefined;
  lost: string | undefined;
}

interface Listed {
  readonly uri: string;
  readonly lastRow?: number;
}

const KEY = 'stepscope.openTraces';
/** The one that was opened first is forgotten first. */
const MOST_LISTED = 100;

export function createDatasetLibrary(state: Pick<vscode.Memento, 'get' | 'update'>, openDataset: OpenDataset, readings: Pick<ReadingChoices, 'onDidChange' | 'optionsFor'>): DatasetLibrary {
  const entries = new Map<string, Entry>();
  const changed = new vscode.EventEmitter<LibraryChange>();
  let listed = state.get<readonly Listed[]>(KEY) ?? [];
  let disposed = false;

  const isListed = (key: string): boolean => listed.some(({ uri }) => uri === key);
  const store = (now: readonly Listed[]): void => {
    const gone = listed.filter(({ uri }) => !now.slice(-MOST_LISTED).some((other) => other.uri === uri));
    listed = now.slice(-MOST_LISTED);
    void state.update(KEY, listed);
    for (const { uri } of gone) release(uri);
  };

  function entryOf(uri: vscode.Uri): Entry {
    const key = uri.toString();
    const entry = entries.get(key) ?? { uri, users: 0, opening: undefined, opened: undefined, lost: undefined };
    entries.set(key, entry);
    return entry;
  }

  /** Lets go of a file that nobody reads and that is not listed. */
  function release(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined || entry.users > 0 || isListed(key)) return;
    entries.delete(key);
    drop(entry);
  }

  function drop(entry: Entry): void {
    if (entry.opened?.ok === true) entry.opened.value.dispose();
    Object.assign(entry, { opening: undefined, opened: undefined, lost: undefined });
  }

  function open(entry: Entry): Promise<Opened> {
    entry.opening ??= read(entry, () => !disposed && entry.opening === opening);
    const { opening } = entry;
    return opening;
  }

  /** `isCurrent` is false once the file was let go, or is being read anew. */
  async function read(entry: Entry, isCurrent: () => boolean): Promise<Opened> {
    const result = await openDataset(entry.uri, readings.optionsFor(entry.uri));
    if (!isCurrent()) {
      if (result.ok) result.value.dispose();
      return entry.users > 0 && !disposed ? open(entry) : result;
    }
    entry.opened = result;
    if (result.ok) {
      result.value.onDidChange((change) => follow(entry, result.value, change));
      const { id, reason, isRemembered } = result.value.rowFormat;
      if (isRemembered === true) note(vscode.l10n.t('{0} is read as {1}. {2}', documentName(entry.uri), id, reason));
    }
    changed.fire({ uri: entry.uri, type: 'opened' });
    return result;
  }

  function follow(entry: Entry, dataset: Dataset, change: DatasetChange): void {
    if (entry.opened?.ok !== true || entry.opened.value !== dataset) return;
    switch (change.type) {
      case 'progress':
        break;
      case 'replaced':
        drop(entry);
        note(vscode.l10n.t('{0} has changed and is read again.', documentName(entry.uri)));
        break;
      case 'lost':
        entry.lost = change.message;
        note(change.message);
    }
    changed.fire({ uri: entry.uri, type: change.type });
  }

  function refresh(uri: vscode.Uri): void {
    const entry = entries.get(uri.toString());
    if (entry !== undefined) drop(entry);
    changed.fire({ uri, type: 'replaced' });
  }

  function use(uri: vscode.Uri): DatasetUse {
    const entry = entryOf(uri);
    entry.users++;
    let held = true;
    return {
      current: () => open(entry),
      dispose: () => {
        if (!held) return;
        held = false;
        entry.users--;
        release(uri.toString());
      },
    };
  }

  async function reading<Value>(uri: vscode.Uri, act: (dataset: Dataset) => Promise<Result<Value, FormatErrorReason>>): Promise<Result<Value, FormatErrorReason>> {
    const reader = use(uri);
    try {
      const dataset = await reader.current();
      return dataset.ok ? await act(dataset.value) : dataset;
    } finally {
      reader.dispose();
    }
  }

  const subscription = readings.onDidChange((concerns) => {
    for (const { uri } of [...entries.values()]) if (concerns(uri)) refresh(uri);
  });

  return {
    onDidChange: changed.event,
    list: () => listed.map(({ uri }) => vscode.Uri.parse(uri)),
    add(uri) {
      if (isListed(uri.toString())) {
        if (entries.get(uri.toString())?.opened?.ok === false) refresh(uri);
        return;
      }
      store([...listed, { uri: uri.toString() }]);
      changed.fire({ uri, type: 'listed' });
    },
    remove(uri) {
      if (!isListed(uri.toString())) return false;
      store(listed.filter((entry) => entry.uri !== uri.toString()));
      changed.fire({ uri, type: 'listed' });
      return true;
    },
    refresh,
    use,
    peek: (uri) => entries.get(uri.toString())?.opened,
    lostMessage: (uri) => entries.get(uri.toString())?.lost,
    record: (uri, row, variant) => reading(uri, (dataset) => dataset.record(row, variant)),
    variants: (uri, row) => reading(uri, async (dataset) => ok(await dataset.variants(row))),
    lastRow: (uri) => listed.find((entry) => entry.uri === uri.toString())?.lastRow,
    setLastRow(uri, row) {
      store(listed.map((entry) => (entry.uri === uri.toString() ? { ...entry, lastRow: row } : entry)));
    },
    dispose() {
      disposed = true;
      subscription.dispose();
      for (const entry of entries.values()) drop(entry);
      entries.clear();
      changed.dispose();
    },
  };
}
