import * as vscode from 'vscode';
import type { EvalContext, EvalSettings } from '../../core/eval/eval.ts';
import type { EvalRow } from '../../core/eval/events.ts';
import type { ScoreSource } from '../../core/eval/score-source.ts';
import type { LanguageModel } from '../../core/model.ts';
import { fail, ok, StepscopeError, type Result } from '../../core/result.ts';
import { tableSource } from '../../formats/score-file.ts';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import { createSymbolicEquality } from '../../models/symbolic/symbolic-equality.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import type { Disposable } from '../disposable.ts';
import { networkAddress } from '../network-address.ts';
import type { ScoreStore } from '../score-store.ts';
import { documentName } from '../trace-documents.ts';
import { rowsAtOnce } from '../verifier-choice.ts';
import { openEvalFile, type EvalFile } from './eval-file.ts';
import { asksModel, type EvalRequest } from './eval-request.ts';
import { storedModelScores } from './stored-model-scores.ts';

/** What evaluations are made with. */
export interface EvalParts {
  readonly library: DatasetLibrary;
  readonly store: ScoreStore;
  readonly jobs: Pick<TextJobs, 'scores'>;
  readonly verifier: (settings: EvalSettings, signal: AbortSignal) => Promise<LanguageModel>;
  /** The bundled entry of the computer algebra. */
  readonly symbolicScript: string;
}

export interface OpenEval extends Disposable {
  readonly context: EvalContext;
  /** Whether scores were taken that the editor had already: then the run says nothing about how long scoring takes. */
  reused(): boolean;
  /** The model that judges, where one does. */
  readonly model?: LanguageModel;
}

/** Opens all that an evaluation needs. `done` are rows of an earlier part of the run. Rejects with what the model rejects with. */
export async function openEvalContext(parts: EvalParts, request: EvalRequest, done: readonly EvalRow[], signal: AbortSignal): Promise<Result<OpenEval>> {
  const file = await openEvalFile(parts.library, request.data, signal);
  if (!file.ok) return file;
  const { settings, rows } = request;
  try {
    const missing = rows.find((row) => row >= file.value.rows);
    if (missing !== undefined) throw new StepscopeError('no-such-row', vscode.l10n.t('{0} has {1} rows, and row {2} is asked for: the file has changed. Run the evaluation anew.', file.value.name, file.value.rows, missing));
    const scores = await openScores(parts, request.scores, file.value.rows);
    const model = asksModel(request) ? await parts.verifier(settings, signal) : undefined;
    let reused = false;
    const sources = model === undefined ? scores : [...scores, storedModelScores(model, settings.verifier, parts.store, rowsAtOnce(), () => (reused = true))];
    const symbolic = request.eval.needs.label === 'gold-answer' ? createSymbolicEquality(parts.symbolicScript) : undefined;
    const context: EvalContext = {
      data: { name: file.value.name, rows, trace: sameRows(file.value, done) },
      settings,
      scores: sources,
      done: new Set(done.map(({ row }) => row)),
      signal,
      ...(model && { verifier: model }),
      ...(symbolic && { symbolic: (a: string, b: string) => symbolic.equal(a, b) }),
    };
    const dispose = (): void => {
      file.value.dispose();
      symbolic?.dispose();
    };
    return ok({ context, dispose, reused: () => reused, ...(model && { model }) });
  } catch (error) {
    file.value.dispose();
    throw error;
  }
}

/** Rows that were done before must be what they were: else what is added would be of other data. */
function sameRows(file: EvalFile, done: readonly EvalRow[]): EvalContext['data']['trace'] {
  const ids = new Map(done.map(({ row, id }) => [row, id]));
  return async (row) => {
    const read = await file.trace(row);
    if (read.ok && ids.has(row) && ids.get(row) !== read.value.source.id)
      throw new StepscopeError('data-changed', vscode.l10n.t('Row {0} of {1} has the id "{2}", and had "{3}" when it was evaluated: the file has changed. Run the evaluation anew.', row, file.name, read.value.source.id ?? '', ids.get(row) ?? ''));
    return read;
  };
}

async function openScores({ jobs }: EvalParts, files: readonly vscode.Uri[], dataRows: number): Promise<ScoreSource[]> {
  const sources: ScoreSource[] = [];
  for (const uri of files) {
    const table = await readScores(jobs, uri, dataRows);
    if (!table.ok) throw new StepscopeError(table.error.reason, table.error.message);
    sources.push(tableSource(table.value));
  }
  return sources;
}

async function readScores(jobs: EvalParts['jobs'], uri: vscode.Uri, dataRows: number): ReturnType<TextJobs['scores']> {
  const name = documentName(uri);
  const refusal = networkAddress(uri);
  if (refusal !== undefined) return fail('cannot-read', refusal);
  try {
    return await jobs.scores(name, await vscode.workspace.fs.readFile(uri), dataRows);
  } catch {
    return fail('cannot-read', vscode.l10n.t('{0} cannot be read: check that the file of scores is still there, and choose it again.', name));
  }
}
