import * as vscode from 'vscode';
import type { EvalContext, EvalSettings } from '../../core/eval/eval.ts';
import type { EvalRow } from '../../core/eval/events.ts';
import { judgingModels, sameJudge, secondSettings, type SecondJudge } from '../../core/eval/judges.ts';
import type { ScoreSource } from '../../core/eval/score-source.ts';
import type { LanguageModel } from '../../core/model.ts';
import { fail, ok, StepscopeError, type Result } from '../../core/result.ts';
import type { VerifierSettings } from '../../core/verifier/settings.ts';
import { tableSource } from '../../formats/score-file.ts';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import { createSymbolicEquality } from '../../models/symbolic/symbolic-equality.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import type { Disposable } from '../disposable.ts';
import { networkAddress } from '../network-address.ts';
import type { ScoreStore } from '../score-store.ts';
import type { LoadedJudge } from '../second-verifier.ts';
import { documentName } from '../trace-documents.ts';
import { rowsAtOnce } from '../verifier-choice.ts';
import { openEvalFile, type EvalFile } from './eval-file.ts';
import type { EvalRequest } from './eval-request.ts';
import { readAhead } from './read-ahead.ts';
import { storedModelScores } from './stored-model-scores.ts';

/** What evaluations are made with. */
export interface EvalParts {
  readonly library: DatasetLibrary;
  readonly store: ScoreStore;
  readonly jobs: Pick<TextJobs, 'scores'>;
  readonly verifier: (settings: EvalSettings, signal: AbortSignal) => Promise<LanguageModel>;
  readonly second: (judge: SecondJudge, signal: AbortSignal) => Promise<LoadedJudge>;
  /** The bundled entry of the computer algebra. */
  readonly symbolicScript: string;
}

export interface OpenEval extends Disposable {
  readonly context: EvalContext;
  /** Whether scores were taken that the editor had already: then the run says nothing about how long scoring takes. */
  reused(): boolean;
  /** The models that judge, in order. */
  readonly models: readonly LanguageModel[];
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
    const judges = await openJudges(parts, request, signal);
    let reused = false;
    const sources = [...scores, ...judges.map((judge) => storedModelScores(judge.model, judge.asked, parts.store, judge.rowsAtOnce, () => (reused = true)))];
    const models = judges.map(({ model }) => model);
    const symbolic = request.eval.needs.label === 'gold-answer' ? createSymbolicEquality(parts.symbolicScript) : undefined;
    const context: EvalContext = {
      data: { name: file.value.name, rows, trace: sameRows({ ...file.value, trace: readAhead(rows, (row) => file.value.trace(row)) }, done) },
      settings,
      scores: sources,
      done: new Set(done.map(({ row }) => row)),
      signal,
      ...(models[0] && { verifier: models[0] }),
      ...(symbolic && { symbolic: (a: string, b: string) => symbolic.equal(a, b) }),
    };
    const dispose = (): void => {
      file.value.dispose();
      symbolic?.dispose();
    };
    return ok({ context, dispose, reused: () => reused, models });
  } catch (error) {
    file.value.dispose();
    throw error;
  }
}

interface Judge extends LoadedJudge {
  readonly asked: VerifierSettings;
}

/** Loads the models that judge, one after the other. Rejects with what they reject with, and where one would judge twice. */
async function openJudges({ verifier, second }: EvalParts, { eval: { needs }, settings }: EvalRequest, signal: AbortSignal): Promise<readonly Judge[]> {
  const judges: Judge[] = [];
  for (const which of judgingModels(needs, settings)) {
    if (which === 'verifier') judges.push({ model: await verifier(settings, signal), rowsAtOnce: rowsAtOnce(), asked: settings.verifier });
    else if (settings.second !== undefined) judges.push({ ...(await second(settings.second, signal)), asked: secondSettings(settings.verifier, settings.second) });
  }
  const alike = settings.second && sameJudge(settings.verifier, settings.second, judges.map(({ model }) => model.info));
  if (alike !== undefined) throw new StepscopeError('same-judge', alike);
  return judges;
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
