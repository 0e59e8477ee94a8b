import { t } from '@vscode/l10n';
import type { Result } from '../../core/result.ts';
import type { Dataset } from '../../formats/dataset.ts';
import type { TableHostMessage, TableQuery, TableRow, TableViewMessage } from '../../protocol/table-view.ts';
import type { Disposable } from '../disposable.ts';
import { createPause } from '../pause.ts';
import type { FindRowScores } from './row-scores.ts';
import { firstRows, unreadText } from './first-rows.ts';
import { summaryOf } from './row-summary.ts';
import { MOST_SCANNED, scanRows, type ScanProgress, type ScanResult } from './scan-rows.ts';
import { rowsAt, tableRow } from './table-model.ts';
import { tableStatus } from './table-status.ts';

export interface TableSource {
  readonly name: string;
  /** The data set as it is now. */
  current(): Promise<Result<Dataset>>;
  lostMessage(): string | undefined;
  readonly scoresOf: FindRowScores;
  /** Opens the trace of a row. */
  open(row: number): void;
  /** Asks which of the traces of a row is to be opened. */
  openVariant(row: number): void;
  /** Asks how the rows are to be read. */
  chooseReading(by: 'map' | 'format'): void;
  post(message: TableHostMessage): void;
}

/** What one table shows: its query, the list that came of it, and how far that is. */
export interface TableSession extends Disposable {
  receive(message: TableViewMessage): void;
  /** More of the file is known, or it was lost. */
  progress(): void;
  /** The file is another one. */
  replaced(): void;
  /** Scores were made or cleared. */
  scoresChanged(): void;
}

/** States follow a search at this beat. */
const BEAT_MS = 100;

export function createTableSession(source: TableSource): TableSession {
  let query: TableQuery = { filter: '', sort: undefined };
  let dataset: Dataset | undefined;
  let failure: string | undefined;
  /** Why no row that was looked at is a trace. */
  let unread: string | undefined;
  let scan: ScanProgress | undefined;
  let result: ScanResult | undefined;
  let running: AbortController | undefined;
  let list = 0;
  let ready = false;
  let timer: NodeJS.Timeout | undefined;

  /** Undefined for the order of the file. */
  const order = (): readonly number[] | undefined => (isPlain(query) ? undefined : (result?.found ?? scan?.found ?? []));

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!ready) return;
    const rows = dataset?.progress.rows ?? 0;
    source.post({
      type: 'state',
      state: {
        name: source.name,
        format: dataset === undefined ? '' : formatText(dataset),
        list,
        shown: order()?.length ?? rows,
        status: dataset === undefined ? '' : tableStatus({ progress: dataset.progress, query, scan, result, most: MOST_SCANNED }),
        busy: running !== undefined,
        trouble: failure ?? source.lostMessage() ?? unread,
        unread: unread !== undefined,
      },
    });
  }

  const sendSoon = (): void => {
    timer ??= setTimeout(send, BEAT_MS);
  };

  /** Makes the list of the query, from the data set as it is now. */
  async function start(): Promise<void> {
    running?.abort();
    const control = new AbortController();
    running = control;
    list++;
    scan = undefined;
    result = undefined;
    const opened = await source.current();
    if (control.signal.aborted) return;
    dataset = opened.ok ? opened.value : undefined;
    failure = opened.ok ? undefined : opened.error.message;
    unread = opened.ok ? unreadText(await firstRows(opened.value)) : undefined;
    if (running !== control) return;
    if (dataset === undefined || isPlain(query)) {
      running = undefined;
      send();
      return;
    }
    send();
    const done = await scanRows(dataset, query, {
      signal: control.signal,
      scoresOf: source.scoresOf,
      onProgress: (progress) => {
        if (running !== control) return;
        scan = progress;
        sendSoon();
      },
    });
    if (running !== control) return;
    running = undefined;
    result = done;
    // Sorting has moved what was shown before.
    if (query.sort !== undefined) list++;
    send();
  }

  async function page(of: number, start: number, count: number): Promise<void> {
    const from = dataset;
    if (of !== list || from === undefined) return;
    const rows: TableRow[] = [];
    const pause = createPause();
    for (const row of rowsAt(order(), from.progress.rows, start, count)) {
      rows.push(tableRow(await summaryOf(from, row, { variants: await from.variants(row) }, source.scoresOf)));
      await pause();
      // The view has gone on to another list.
      if (of !== list) return;
    }
    source.post({ type: 'page', list: of, start, rows });
  }

  return {
    receive(message) {
      switch (message.type) {
        case 'ready':
          ready = true;
          query = message.query;
          void start();
          return;
        case 'query':
          query = message.query;
          void start();
          return;
        case 'page':
          void page(message.list, message.start, message.count);
          return;
        case 'open':
          source.open(message.row);
          return;
        case 'variants':
          source.openVariant(message.row);
          return;
        case 'reading':
          source.chooseReading(message.by);
          return;
        case 'cancel':
          if (running === undefined) return;
          running.abort();
          // The search itself answers within one row.
          sendSoon();
      }
    },
    progress() {
      // A file that has grown after its end was reached is searched again, so that what is new is found.
      const grown = result?.end === 'complete' && dataset?.progress.complete === true && dataset.progress.rows > result.scanned;
      if (grown) void start();
      else sendSoon();
    },
    replaced() {
      if (ready) void start();
    },
    scoresChanged() {
      if (ready) source.post({ type: 'stale' });
    },
    dispose() {
      running?.abort();
      running = undefined;
      clearTimeout(timer);
      ready = false;
    },
  };
}

function formatText({ rowFormat, container }: Dataset): string {
  return `${t('Read as {0} ({1}).', rowFormat.id, container)}${rowFormat.isRemembered === true ? ` ${rowFormat.reason}` : ''}`;
}

function isPlain({ filter, sort }: TableQuery): boolean {
  return filter.trim() === '' && sort === undefined;
}
