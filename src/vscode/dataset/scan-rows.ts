import type { Result } from '../../core/result.ts';
import type { Trace } from '../../core/trace/trace.ts';
import type { Dataset } from '../../formats/dataset.ts';
import type { TableQuery } from '../../protocol/table-view.ts';
import { createPause } from '../pause.ts';
import type { FindRowScores } from './row-scores.ts';
import { summarize, summaryOf } from './row-summary.ts';
import { sortInBatches } from './sort-in-batches.ts';
import { compareKeys, createMatcher, sortKey, type SortKey } from './table-model.ts';

/** How far a search or a sort has come. */
export interface ScanProgress {
  /** Rows that were found, in the order of the file until all are sorted. The same array grows. */
  readonly found: readonly number[];
  /** Rows that were looked at. */
  readonly scanned: number;
  readonly phase: 'reading' | 'sorting';
}

export interface ScanResult {
  readonly found: readonly number[];
  readonly scanned: number;
  readonly end: 'complete' | 'capped' | 'cancelled';
}

/** Rows that one search or sort looks at: a row costs about a hundred bytes of memory while it is sorted. */
export const MOST_SCANNED = 200_000;

export interface ScanOptions {
  readonly most?: number;
  readonly signal: AbortSignal;
  readonly scoresOf: FindRowScores;
  readonly onProgress: (progress: ScanProgress) => void;
}

/**
 * Reads the rows of a data set one after the other, keeps those that the filter takes, and sorts them. A row that is
 * no trace is found only where there is no filter; one of several traces where the filter takes any of them. Cancelled, it gives what was found so far.
 */
export async function scanRows(dataset: Dataset, { filter, sort }: TableQuery, { most = MOST_SCANNED, signal, scoresOf, onProgress }: ScanOptions): Promise<ScanResult> {
  const matches = createMatcher(filter);
  const all = filter.trim() === '';
  const needsScores = sort?.column === 'firstError' || sort?.column === 'minScore' || sort?.column === 'agreement' || sort?.column === 'notes';
  const found: number[] = [];
  const keys: SortKey[] = [];
  let scanned = 0;
  const pause = createPause();
  while (scanned < most && !signal.aborted) {
    // The file is still being read, and no row may come for a while: what was found so far is said first.
    if (scanned >= dataset.progress.rows) onProgress({ found, scanned, phase: 'reading' });
    if (!(await dataset.reach(scanned, signal))) break;
    const row = scanned;
    const trace = await dataset.trace(row);
    scanned++;
    const variants = all && sort?.column !== 'traces' ? [] : await dataset.variants(row);
    if (all || (await anyMatches(dataset, row, trace, variants, matches))) {
      found.push(row);
      if (sort !== undefined) keys.push(sortKey(needsScores ? await summaryOf(dataset, row, { variants }, scoresOf) : summarize(row, trace, undefined, variants), sort.column));
    }
    if (await pause()) onProgress({ found, scanned, phase: 'reading' });
  }
  if (signal.aborted) return { found, scanned, end: 'cancelled' };
  const end = scanned >= most && (await dataset.reach(scanned, signal)) ? 'capped' : 'complete';
  if (sort === undefined) return { found, scanned, end };
  onProgress({ found, scanned, phase: 'sorting' });
  const compare = (one: number, other: number): number => compareKeys(keys[one], keys[other], sort.descending);
  const sorted = await sortInBatches([...keys.keys()], compare, signal);
  return sorted === undefined ? { found, scanned, end: 'cancelled' } : { found: sorted.map((at) => found[at] ?? 0), scanned, end };
}

async function anyMatches(dataset: Dataset, row: number, first: Result<Trace>, variants: readonly string[], matches: (trace: Trace) => boolean): Promise<boolean> {
  if (first.ok && matches(first.value)) return true;
  for (const variant of variants.slice(1)) {
    const trace = await dataset.trace(row, variant);
    if (trace.ok && matches(trace.value)) return true;
  }
  return false;
}
