import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { isAnswerPair, pairTrace } from '../../formats/answer-pairs.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { isOneTrace } from '../dataset/tree-items.ts';
import type { Disposable } from '../disposable.ts';
import { documentName } from '../trace-documents.ts';

/** A data set that is evaluated: all of it is known, and it stays open until it is disposed. */
export interface EvalFile extends Disposable {
  readonly uri: vscode.Uri;
  readonly name: string;
  readonly rows: number;
  trace(row: number): Promise<Result<Trace>>;
}

/** Opens a data set and looks through to its end, so that its rows are counted. */
export async function openEvalFile(library: DatasetLibrary, uri: vscode.Uri, signal: AbortSignal): Promise<Result<EvalFile>> {
  const name = documentName(uri);
  if (isOneTrace(uri)) return fail('not-a-data-set', vscode.l10n.t('{0} is a single trace: an evaluation takes a data set (JSONL, JSON, CSV or Parquet).', name));
  const use = library.use(uri);
  const opened = await use.current();
  if (!opened.ok) {
    use.dispose();
    return opened;
  }
  const data = opened.value;
  await data.reach(Number.MAX_SAFE_INTEGER, signal);
  const { rows } = data.progress;
  if (signal.aborted || rows === 0) {
    use.dispose();
    return signal.aborted ? fail('aborted', vscode.l10n.t('{0} was not read to its end.', name)) : fail('no-rows', vscode.l10n.t('{0} has no rows: there is nothing to evaluate.', name));
  }
  const trace = async (row: number): Promise<Result<Trace>> => {
    const read = await data.trace(row);
    if (read.ok) return read;
    // Pairs of answers have no question and no steps: they are no traces, and can be evaluated all the same.
    const value = await data.value(row);
    return value.ok && isAnswerPair(value.value) ? pairTrace(name, row, value.value, `${name} row ${row}`) : read;
  };
  return ok({ uri, name, rows, trace, dispose: () => use.dispose() });
}
