import { randomUUID } from 'node:crypto';
import path from 'node:path';
import process from 'node:process';
import { errorText } from '../core/error-text.ts';
import type { Eval, EvalContext, EvalSettings } from '../core/eval/eval.ts';
import { warnings, type EvalReport } from '../core/eval/report.ts';
import { judgingModels, sameJudge, secondSettings } from '../core/eval/judges.ts';
import { modelScores } from '../core/eval/model-scores.ts';
import { createRunState, type EvalRunState } from '../core/eval/run-state.ts';
import type { ScoreSource } from '../core/eval/score-source.ts';
import { searchJudges } from '../core/eval/search.ts';
import { spreadRows } from '../core/eval/spread-rows.ts';
import { summaryObject } from '../core/eval/summary-object.ts';
import type { LanguageModel } from '../core/model.ts';
import { StepscopeError } from '../core/result.ts';
import type { RunEnd, RunHeader } from '../core/run/run.ts';
import type { VerifierSettings } from '../core/verifier/settings.ts';
import { PROBLEMS_AT_ONCE } from '../core/search/lockstep.ts';
import { createSymbolicEquality } from '../models/symbolic/symbolic-equality.ts';
import { openData, openScores } from './eval-data.ts';
import { openRunFiles, type RunFiles } from './eval-files.ts';
import { readEvalCommand, type EvalCommand, type Minimum } from './eval-options.ts';
import { createProgress, printSummary } from './eval-output.ts';
import { chosenRows } from './open-input.ts';
import { modelSource, policySource, type ModelSource } from './score-model.ts';
import { readNumber, UsageError } from './usage.ts';

const [NOT_MET, BAD_INPUT, INTERRUPTED] = [1, 2, 130];
/** The package's folder: the bundle lies in dist/. */
const ROOT = path.resolve(__dirname, '..');

/**
 * `stepscope eval NAME --data FILE`: returns the exit code. 2 where rows had to be left out, or nothing could be evaluated;
 * 1 where a `--min` is not met; 130 after Ctrl-C, with what was reached kept.
 */
export async function evalCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = readEvalCommand(args);
  const { values, settings } = command;
  const file = await openData(command);
  const rows = spreadRows(chosenRows(file, values), readNumber('limit', values.limit, Number.MAX_SAFE_INTEGER, { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true }));
  if (rows.length === 0) throw new UsageError(`${file.name} has no rows: there is nothing to evaluate.`);
  const progress = createProgress(rows.length);
  const scored = await openScores(command, file.rows, progress.say);
  const { policy: solves = false } = command.eval.needs;
  const judging = solves ? [] : judgingModels(command.eval.needs, settings);
  const symbolic = command.eval.needs.label === 'gold-answer' && !solves ? createSymbolicEquality(path.join(ROOT, 'dist', 'symbolic.js')) : undefined;
  const needsModel = solves ? searchJudges(settings) : judging.includes('verifier');
  if (settings.withModel === true && !needsModel) throw new UsageError(`eval ${command.eval.name} ${solves ? 'asks no verifier with these strategies: leave --model and --endpoint out.' : 'takes the scores of a model or of --scores: leave one of them out.'}`);
  const source = needsModel ? modelSource(solves || values['second-endpoint'] !== undefined ? { model: values.model, prompt: values.prompt, api: values.api, endpoint: values.endpoint, ...serverOptions(values, values.endpoint) } : values, settings.verifier, ROOT, progress.say, signal) : undefined;
  const second: ModelSource | undefined = settings.second && openSecond(values, secondSettings(settings.verifier, settings.second), source, progress.say, signal);
  const policies = solves ? policySource({ model: values.policy, endpoint: values['policy-endpoint'], ...serverOptions(values, values['policy-endpoint']) }, ROOT, progress.say, signal) : undefined;
  try {
    const model = await source?.load();
    const policy = await policies?.load();
    const other = await second?.load();
    const verifiers = [model, other].filter((one) => one !== undefined);
    const alike = settings.second && sameJudge(settings.verifier, settings.second, verifiers.map(({ info }) => info));
    if (alike !== undefined) throw new UsageError(alike);
    const sources = [
      ...scored,
      ...(model && source && !solves ? [scoresOfModel(model, settings.verifier, values, source)] : []),
      ...(second && other && settings.second ? [scoresOfModel(other, secondSettings(settings.verifier, settings.second), values, second)] : []),
    ];
    const told: EvalSettings = { ...settings, judges: [...settings.scores, ...verifiers.map(({ info }) => info.name)] };
    const header = headerOf(command.eval, told, file.name, rows, { policy, verifiers });
    const files = values.out === undefined ? undefined : openRunFiles(values.out, header, command.eval, values.resume);
    const state = createRunState(files?.earlier);
    if (state.rows.length > 0) progress.say(`${state.rows.length} of ${rows.length} rows are there already and are not scored again.`);
    const context: EvalContext = {
      data: { name: file.name, rows, trace: (row) => file.trace(row, values.variant), ...(file.question && { question: file.question }) },
      settings: told,
      scores: sources,
      done: state.done,
      signal,
      ...(model && { verifier: model }),
      ...(policy && { policy, atOnce: readNumber('batch', values.batch, (policies?.rows ?? 1) > 1 ? PROBLEMS_AT_ONCE.served : PROBLEMS_AT_ONCE.local, { min: 1, max: 10_000, integer: true }) }),
      ...(symbolic && { symbolic: (a: string, b: string) => symbolic.equal(a, b) }),
    };
    const failure = await runAll(command.eval, context, state, files, progress);
    const report = reportOf(command.eval, told, files?.header ?? header, state, failure);
    return finish({ ...command, settings: told }, report, files, failure);
  } finally {
    progress.end();
    source?.dispose();
    if (second !== source) second?.dispose();
    policies?.dispose();
    symbolic?.dispose();
  }
}

/** What is said of servers concerns those of the two models that are served. */
function serverOptions(values: EvalCommand['values'], endpoints: readonly string[] | undefined): { readonly concurrency?: string | undefined; readonly 'key-env'?: string | undefined } {
  return endpoints === undefined ? {} : { concurrency: values.concurrency, 'key-env': values['key-env'] };
}

/** The second model; the verifier's own where none is named. A server is told anew how to ask. */
function openSecond(values: EvalCommand['values'], settings: VerifierSettings, verifier: ModelSource | undefined, say: (line: string) => void, signal: AbortSignal): ModelSource {
  const [model, endpoint] = [values['second-model'], values['second-endpoint']];
  const named = model !== undefined || endpoint !== undefined;
  if (!named && values.endpoint === undefined && verifier !== undefined) return verifier;
  const [folder, servers] = named ? [model, endpoint] : [values.model, values.endpoint];
  return modelSource({ model: folder, endpoint: servers, ...serverOptions(values, servers) }, settings, ROOT, say, signal);
}

function scoresOfModel(model: LanguageModel, settings: VerifierSettings, values: EvalCommand['values'], { rows }: ModelSource): ScoreSource {
  return modelScores(model, settings, { batch: readNumber('batch', values.batch, rows, { min: 1, max: 10_000, integer: true }) });
}

interface Models {
  readonly policy: LanguageModel | undefined;
  /** Those that judge, in order. */
  readonly verifiers: readonly LanguageModel[];
}

function headerOf(about: Eval, settings: EvalSettings, file: string, rows: readonly number[], { policy, verifiers }: Models): RunHeader<EvalSettings> {
  const judge = [...(policy ? [policy.info.name] : []), ...(settings.judges ?? [])].join(' + ');
  return {
    type: 'run',
    version: 1,
    kind: 'eval',
    id: randomUUID(),
    title: [about.name, file, ...(judge === '' ? [] : [judge])].join(' · '),
    started: new Date().toISOString(),
    models: [...(policy ? [{ role: 'policy' as const, info: policy.info }] : []), ...verifiers.map(({ info }) => ({ role: 'verifier' as const, info }))],
    settings,
    data: { file, rows },
  };
}

/** Runs the eval to its end. What stops it before is given back: what was done until then is in the state. */
async function runAll(about: Eval, context: EvalContext, state: EvalRunState, files: RunFiles | undefined, progress: ReturnType<typeof createProgress>): Promise<StepscopeError | undefined> {
  try {
    for await (const event of about.run(context)) {
      state.add(event);
      if (event.type !== 'started') files?.write(event);
      if (event.type === 'note') progress.say(event.message);
      if (event.type === 'row-failed' && state.failed.length <= MOST_SAID) progress.say(event.message);
      progress.show(state.rows.length + state.failed.length, () => about.headline(state.rows, context.settings));
    }
    const unsaid = state.failed.length - MOST_SAID;
    if (unsaid > 0) progress.say(`${unsaid} more rows are left out.`);
    return undefined;
  } catch (error) {
    return error instanceof StepscopeError ? error : new StepscopeError('engine-failed', errorText(error));
  }
}
/** Rows that are named on stderr; the report lists more. */
const MOST_SAID = 20;

function reportOf(about: Eval, settings: EvalSettings, header: RunHeader<EvalSettings>, state: EvalRunState, failure: StepscopeError | undefined): EvalReport {
  const summary = about.summarize(state.rows, settings);
  const end: RunEnd = {
    type: 'run-end',
    reason: failure === undefined ? 'done' : failure.reason === 'aborted' ? 'cancelled' : 'failed',
    ...(failure && failure.reason !== 'aborted' && { message: failure.message }),
    headline: summary.headline,
    ended: new Date().toISOString(),
  };
  return { eval: about, header, summary, rows: state.rows, failed: state.failed, notes: state.notes, end };
}

function finish({ eval: about, values, settings, minima }: EvalCommand, report: EvalReport, files: RunFiles | undefined, failure: StepscopeError | undefined): number {
  const object = { ...summaryObject(report), charts: report.summary.charts };
  if (report.end) files?.write(report.end);
  files?.finish(report, object);
  printSummary(report, about, settings, values.json, summaryObject(report));
  for (const block of warnings(report)) if (block.kind === 'warning') process.stderr.write(`${block.text}\n`);
  if (failure) {
    process.stderr.write(`${failure.message}\n`);
    if (failure.reason === 'aborted') return INTERRUPTED;
    throw failure;
  }
  const missed = minima.filter((minimum) => !isMet(report, minimum));
  for (const { metric, value } of missed) process.stderr.write(`${metric} is ${String(report.summary.metrics.find(({ id }) => id === metric)?.value ?? 'not defined')}, less than ${value}.\n`);
  if (report.failed.length > 0 || report.rows.length === 0) return BAD_INPUT;
  return missed.length > 0 ? NOT_MET : 0;
}

function isMet({ summary }: EvalReport, { metric, value }: Minimum): boolean {
  const found = summary.metrics.find(({ id }) => id === metric);
  if (!found) throw new UsageError(`--min names ${metric}, which this eval does not have: use one of ${summary.metrics.map(({ id }) => id).join(', ')}.`);
  return found.value !== undefined && found.value >= value;
}
