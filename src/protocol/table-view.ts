import { isRecord } from '../core/is-record.ts';
import { isIndex } from './is-index.ts';

/**
 * Messages between the extension and the table of a data set. The view says once that it is ready and
 * what it wants to see; the state comes as whole snapshots, rows come when they are asked for.
 */
export type TableHostMessage =
  | { readonly type: 'state'; readonly state: TableState }
  /** `rows` stand at the positions `start`, `start + 1`, … of the list that `list` numbers. */
  | { readonly type: 'page'; readonly list: number; readonly start: number; readonly rows: readonly TableRow[] }
  /** What is known of some rows has changed, their order has not: ask again. */
  | { readonly type: 'stale' };

export type TableViewMessage =
  | { readonly type: 'ready'; readonly query: TableQuery }
  | { readonly type: 'query'; readonly query: TableQuery }
  | { readonly type: 'page'; readonly list: number; readonly start: number; readonly count: number }
  /** Open the trace of this row of the file (0-based). */
  | { readonly type: 'open'; readonly row: number }
  /** Ask which of the traces of this row is to be opened. */
  | { readonly type: 'variants'; readonly row: number }
  /** Ask how the rows are to be read: with which map of their fields, or as which format. */
  | { readonly type: 'reading'; readonly by: 'map' | 'format' }
  /** Stop the search; what was found stays. */
  | { readonly type: 'cancel' };

export const TABLE_COLUMNS = ['row', 'id', 'problem', 'traces', 'steps', 'length', 'label', 'firstError', 'minScore', 'agreement', 'notes'] as const;
export type TableColumn = (typeof TABLE_COLUMNS)[number];

export interface TableSort {
  readonly column: TableColumn;
  readonly descending: boolean;
}

export interface TableQuery {
  /** Text to be found in the problem or the solution, without regard to case; empty for all rows. */
  readonly filter: string;
  /** Undefined for the order of the file. */
  readonly sort: TableSort | undefined;
}

export interface TableState {
  readonly name: string;
  /** What the file is and how its rows are read. */
  readonly format: string;
  /** Another number means another list: positions of an earlier one say nothing any more. */
  readonly list: number;
  /** Rows in the list as far as it is known. */
  readonly shown: number;
  /** How many rows there are, were found, and are still to be looked at. */
  readonly status: string;
  /** A search or a sort is under way, and can be cancelled. */
  readonly busy: boolean;
  /** Why there is nothing to show, or what has become of the file. */
  readonly trouble: string | undefined;
  /** No row that was looked at is a trace, and another way to read them may help. */
  readonly unread: boolean;
}

/** A row as it is shown. All texts are plain text. */
export interface TableRow {
  /** 0-based, in the file. */
  readonly row: number;
  readonly cells: Readonly<Record<TableColumn, string>>;
  readonly kind: 'trace' | 'no-trace';
  readonly agreement: 'agree' | 'differ' | undefined;
}

/** Rows that one message may ask for. */
export const MOST_ROWS_A_PAGE = 200;
/** Characters of a filter that are looked at. */
const LONGEST_FILTER = 1000;

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseTableViewMessage(value: unknown): TableViewMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { type, query, list, start, count, row, by } = value;
  switch (type) {
    case 'ready':
    case 'query': {
      const parsed = parseTableQuery(query);
      return parsed === undefined ? undefined : { type, query: parsed };
    }
    case 'page':
      return isIndex(list) && isIndex(start) && isIndex(count) ? { type, list, start, count: Math.min(count, MOST_ROWS_A_PAGE) } : undefined;
    case 'open':
    case 'variants':
      return isIndex(row) ? { type, row } : undefined;
    case 'reading':
      return by === 'map' || by === 'format' ? { type, by } : undefined;
    case 'cancel':
      return { type };
    default:
      return undefined;
  }
}

function parseTableQuery(value: unknown): TableQuery | undefined {
  if (!isRecord(value)) return undefined;
  const { filter, sort } = value;
  if (typeof filter !== 'string') return undefined;
  return { filter: filter.slice(0, LONGEST_FILTER), sort: parseSort(sort) };
}

function parseSort(value: unknown): TableSort | undefined {
  if (!isRecord(value)) return undefined;
  const { column, descending } = value;
  const known = TABLE_COLUMNS.find((name) => name === column);
  return known !== undefined && typeof descending === 'boolean' ? { column: known, descending } : undefined;
}
