import type * as vscode from 'vscode';
import type { Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import type { RunStore } from './run-store.ts';

export interface RunTraceReaders {
  readonly runs: RunStore;
  readonly searchTrace: (file: vscode.Uri, problem: number) => Promise<Result<TraceRecord, FormatErrorReason>>;
  readonly biasTrace: (id: string, row: number, variant: string | undefined) => Promise<Result<TraceRecord, FormatErrorReason>>;
}

/** A trace of a run, by the address of the run: the solution of a problem of a search, or a question's trace of a bias experiment. */
export async function readRunTrace({ runs, searchTrace, biasTrace }: RunTraceReaders, file: vscode.Uri, row: number, variant: string | undefined): Promise<Result<TraceRecord, FormatErrorReason>> {
  const id = file.path.replace(/^\//, '');
  const entry = (await runs.list()).find((one) => one.id === id);
  return entry !== undefined && 'header' in entry && entry.header.kind === 'bias' ? biasTrace(id, row, variant) : searchTrace(file, row);
}
