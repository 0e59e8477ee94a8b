import type * as vscode from 'vscode';
import { fail, type Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import type { ExperimentRuns } from '../experiment/experiment-runs.ts';
import { experimentTrace } from '../experiment/experiment-trace.ts';
import { readSearchTrace } from '../search/search-documents.ts';
import type { SearchRuns } from '../search/search-runs.ts';
import type { RunStore } from './run-store.ts';

export interface RunsOfKinds {
  readonly runs: RunStore;
  readonly searches: SearchRuns;
  readonly experiments: ExperimentRuns;
}

/** A trace of a run, by the address of the run: the solution of a problem of a search, or a question's trace of a bias experiment. */
export async function readRunTrace({ runs, searches, experiments }: RunsOfKinds, file: vscode.Uri, row: number, variant: string | undefined): Promise<Result<TraceRecord, FormatErrorReason>> {
  const id = file.path.replace(/^\//, '');
  const entry = (await runs.list()).find((one) => one.id === id);
  if (entry === undefined || !('header' in entry) || entry.header.kind !== 'bias') return readSearchTrace(searches, file, row);
  const state = await experiments.state(id);
  return state.ok ? experimentTrace(state.value, row, variant) : fail('no-such-row', state.error.message);
}
