import type { DatasetProgress } from '../../formats/dataset.ts';
import type { TableQuery } from '../../protocol/table-view.ts';
import { count } from '../wording.ts';
import type { ScanProgress, ScanResult } from './scan-rows.ts';

export interface StatusSource {
  readonly progress: DatasetProgress;
  readonly query: TableQuery;
  readonly scan: ScanProgress | undefined;
  readonly result: ScanResult | undefined;
  /** Rows that one search looks at. */
  readonly most: number;
}

/** How many rows there are, what a search has found, and what is still to be done; one or two sentences. */
export function tableStatus({ progress, query, scan, result, most }: StatusSource): string {
  const rows = count(progress.rows, 'row');
  const percent = progress.total === 0 ? 0 : Math.floor((100 * progress.bytes) / progress.total);
  const reading = progress.complete ? '' : ` The file is being read: ${percent} %.`;
  const filtered = query.filter.trim() !== '';
  if (!filtered && query.sort === undefined) return `${progress.complete ? rows : `${rows} so far`}.${reading}`;
  const found = result?.found.length ?? scan?.found.length ?? 0;
  const what = filtered ? `${found} of ${rows} found` : rows;
  switch (result?.end) {
    case undefined:
      return scan?.phase === 'sorting' ? `${what}, being sorted.` : `${what}; ${scan?.scanned ?? 0} of ${progress.rows} looked at.${reading}`;
    case 'complete':
      return `${what}.${reading}`;
    case 'capped':
      return `${what}: only the first ${most} rows were ${filtered ? 'searched' : 'sorted'}, which is the most at once.${reading}`;
    case 'cancelled':
      return `${what}: cancelled after ${count(result.scanned, 'row')}${query.sort === undefined ? '' : ', not sorted'}.${reading}`;
  }
}
