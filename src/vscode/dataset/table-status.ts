import { t } from '@vscode/l10n';
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
  const reading = progress.complete ? '' : ` ${t('The file is being read: {0} %.', percent)}`;
  const filtered = query.filter.trim() !== '';
  if (!filtered && query.sort === undefined) return `${progress.complete ? rows : t('{0} so far', rows)}.${reading}`;
  const found = result?.found.length ?? scan?.found.length ?? 0;
  const what = filtered ? t('{0} of {1} found', found, rows) : rows;
  switch (result?.end) {
    case undefined:
      return scan?.phase === 'sorting' ? t('{0}, being sorted.', what) : `${t('{0}; {1} of {2} looked at.', what, scan?.scanned ?? 0, progress.rows)}${reading}`;
    case 'complete':
      return `${what}.${reading}`;
    case 'capped':
      return `${filtered ? t('{0}: only the first {1} rows were searched, which is the most at once.', what, most) : t('{0}: only the first {1} rows were sorted, which is the most at once.', what, most)}${reading}`;
    case 'cancelled':
      return `${query.sort === undefined ? t('{0}: cancelled after {1}.', what, count(result.scanned, 'row')) : t('{0}: cancelled after {1}, not sorted.', what, count(result.scanned, 'row'))}${reading}`;
  }
}
