import { randomUUID } from 'node:crypto';
import path from 'node:path';
import process from 'node:process';
import type { LanguageModel } from '../core/model.ts';
import type { RunEnd, RunHeader, RunModel } from '../core/run/run.ts';
import type { LoggedSearchEvent, SearchFinished } from '../core/search/events.ts';
import { isOver, PROBLEMS_AT_ONCE, solveTogether, type RunProblem } from '../core/search/lockstep.ts';
import { solve, type SearchModels } from '../core/search/solve.ts';
import { judges, type SearchSettings } from '../core/search/settings.ts';
import { chatInstruction } from '../core/verifier/chat-prompt.ts';
import { openRows } from '../formats/open-file.ts';
import { questionAt } from '../formats/questions.ts';
import { createEngine } from '../models/onnx/engine.ts';
import { chosenRows, readBytes } from './open-input.ts';
import { enginePath, localModel, servedModel, type ModelSource } from './score-model.ts';
import { openSearchLog, type SearchLogFile } from './search-log-file.ts';
import { readSolveCommand, type SolveArguments } from './solve-options.ts';
import { solveJson, solveText } from './solve-output.ts';
import { readNumber, UsageError } from './usage.ts';

const [FAILED, BAD_INPUT, INTERRUPTED] = [1, 2, 130];
/** The package's folder: the bundle lies in dist/. */
const ROOT = path.resolve(__dirname, '..');

/**
 * `stepscope solve`: returns the exit code. 1 where a problem failed, 2 where rows are no problems, 130 after Ctrl-C; what was
 * reached is printed, and kept by --log.
 */
export async function solveCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, settings } = readSolveCommand(args);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { problems, data, faults } = await readProblems(values);
  faults.forEach(say);
  if (problems.length === 0) throw new UsageError(`${values.data ?? 'The question'} has no problem to solve.`);
  const engine = createEngine({ enginePath: enginePath(ROOT) });
  try {
    const sources = modelSources(values, settings, engine, say, signal);
    const policy = await sources.policy.load();
    const verifier = await sources.verifier?.load();
    const models: RunModel[] = [{ role: 'policy', info: policy.info }, ...(verifier ? [{ role: 'verifier' as const, info: verifier.info }] : [])];
    const header: RunHeader<SearchSettings> = { type: 'run', version: 1, kind: 'search', id: randomUUID(), title: titleOf(settings, problems, data?.file), started: new Date().toISOString(), models, settings, ...(data && { data }) };
    const log = openSearchLog(values.log, header, values.resume);
    const open = readNumber('open', values.open, sources.policy.rows > 1 ? PROBLEMS_AT_ONCE.served : PROBLEMS_AT_ONCE.local, { min: 1, max: 10_000, integer: true });
    const output = values.json ? solveJson(settings, models) : solveText(problems, settings, models.map(({ role, info }) => `${role} ${info.name} (${info.weights})`));
    const finished = await runAll({ policy, verifier }, problems, settings, open, log, output.event, signal);
    output.end(finished);
    log.write(endOf(finished, problems.length, signal.aborted));
    log.close();
    if (signal.aborted) return INTERRUPTED;
    if (faults.length > 0) return BAD_INPUT;
    return [...finished.values()].some(({ reason }) => reason === 'failed') ? FAILED : 0;
  } finally {
    engine.dispose();
  }
}

interface Problems {
  readonly problems: readonly RunProblem[];
  readonly data?: NonNullable<RunHeader['data']>;
  /** Sentences about rows that are no problems. */
  readonly faults: readonly string[];
}

async function readProblems({ question, data, limit, row }: SolveArguments): Promise<Problems> {
  if (data === undefined) return { problems: [{ question: question ?? '' }], faults: [] };
  const opened = await openRows(path.basename(data), await readBytes(data, 'name a JSON, JSONL, CSV or Parquet file with questions'));
  if (!opened.ok) throw new UsageError(opened.error.message);
  const rows = chosenRows(opened.value, { row }).slice(0, readNumber('limit', limit, Number.MAX_SAFE_INTEGER, { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true }));
  const read = rows.map((index) => questionAt(opened.value, index));
  return {
    problems: read.flatMap((problem) => (problem.ok ? [problem.value] : [])),
    data: { file: opened.value.name, rows: rows.filter((_, at) => read[at]?.ok === true) },
    faults: read.flatMap((problem) => (problem.ok ? [] : [problem.error.message])),
  };
}

function modelSources(values: SolveArguments, settings: SearchSettings, engine: ReturnType<typeof createEngine>, say: (line: string) => void, signal: AbortSignal): { readonly policy: ModelSource; readonly verifier: ModelSource | undefined } {
  const of = (role: 'policy' | 'verifier', speech: Parameters<typeof servedModel>[1]): ModelSource => {
    const endpoint = values[`${role}-endpoint`] ?? [];
    if (endpoint.length === 0) return localModel(engine, values[role], role === 'policy' ? 'reasoner' : 'r-prm', ROOT, say);
    return servedModel({ endpoint, model: values[role], concurrency: values.concurrency, 'key-env': values['key-env'] }, speech, say, signal);
  };
  const { mode, prompt } = settings.verifier;
  const speech = prompt === 'chat' ? { api: 'chat' as const, instruction: chatInstruction(mode) } : { api: 'completions' as const };
  return { policy: of('policy', { api: 'completions' }), verifier: judges(settings.strategy) ? of('verifier', speech) : undefined };
}

/** One problem alone shows its candidates as they come; several run in lockstep. What a log has done already is not done again. */
async function runAll(models: SearchModels & { readonly policy: LanguageModel }, problems: readonly RunProblem[], settings: SearchSettings, open: number, log: SearchLogFile, show: (event: LoggedSearchEvent) => void, signal: AbortSignal): Promise<ReadonlyMap<number, SearchFinished>> {
  const finished = new Map<number, SearchFinished>();
  const emit = (event: LoggedSearchEvent) => {
    log.write(event);
    show(event);
    if (event.type === 'finished') finished.set(event.problem, event);
  };
  const left = problems.flatMap((problem, index) => {
    const earlier = log.earlier(index);
    if (earlier?.finished && isOver(earlier.finished)) {
      finished.set(index, earlier.finished);
      show({ ...earlier.finished, problem: index });
      return [];
    }
    return [{ index, problem: { ...problem, ...(earlier && { rounds: earlier.rounds }) } }];
  });
  const [first] = left;
  if (problems.length === 1 && first !== undefined && first.problem.row === undefined) {
    for await (const event of solve(models, first.problem, settings, { signal, ...(first.problem.rounds && { rounds: first.problem.rounds }) })) emit({ ...event, problem: 0 });
  } else {
    await solveTogether(models, left.map(({ problem }) => problem), settings, open, (event) => emit({ ...event, problem: left[event.problem]?.index ?? event.problem }), signal);
  }
  return new Map([...finished].sort(([a], [b]) => a - b));
}

function titleOf({ strategy }: SearchSettings, problems: readonly RunProblem[], file: string | undefined): string {
  const question = (problems[0]?.question ?? '').replace(/\s+/g, ' ').trim();
  return `${strategy} · ${file ?? (question.length > 60 ? `${question.slice(0, 59)}…` : question)}`;
}

function endOf(finished: ReadonlyMap<number, SearchFinished>, problems: number, aborted: boolean): RunEnd {
  const ends = [...finished.values()];
  const stopped = ends.find(({ reason }) => reason === 'failed') ?? ends.find(({ reason }) => reason === 'budget');
  const reason = aborted ? 'cancelled' : (stopped?.reason ?? 'done');
  const [only] = ends;
  const headline = problems === 1 && only !== undefined ? `${only.rounds} rounds, answer ${only.answer ?? 'none'}` : `${ends.filter(({ correct }) => correct === true).length} of ${problems} correct`;
  return { type: 'run-end', reason, ...(reason === 'done' || reason === 'cancelled' || stopped?.message === undefined ? {} : { message: stopped.message }), headline, ended: new Date().toISOString() };
}
