import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import type { LanguageModel } from '../../core/model.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { RunEnd, RunHeader, RunModel } from '../../core/run/run.ts';
import type { CandidateRef, LoggedSearchEvent } from '../../core/search/events.ts';
import type { ScoreMemory } from '../../core/search/judge.ts';
import { isOver, problemSeed, solveTogether, type RunProblem } from '../../core/search/lockstep.ts';
import { judges, type SearchSettings } from '../../core/search/settings.ts';
import { solve, type SearchModels } from '../../core/search/solve.ts';
import { provenanceOf } from '../../core/verifier/combine.ts';
import { readSearchLogInSteps, type LoggedProblem } from '../../formats/runs/search-log.ts';
import type { Activities } from '../activities.ts';
import type { Disposable } from '../disposable.ts';
import { inSteps } from '../in-steps.ts';
import { createLiveRuns, type LiveRun } from '../runs/live-runs.ts';
import { otherModel } from '../runs/other-model.ts';
import { newRunId } from '../runs/run-id.ts';
import type { RunStore, RunWriter } from '../runs/run-store.ts';
import type { ScoreStore } from '../score-store.ts';
import { sha256 } from '../streams.ts';
import { createProgress } from './search-progress.ts';
import { headlineOf, isLogged, liveProblems, type LiveProblems, type SearchState } from './search-state.ts';

export interface SearchRequest {
  readonly title: string;
  readonly settings: SearchSettings;
  readonly problems: readonly RunProblem[];
  readonly data?: RunHeader['data'];
  /** Of a run that is taken up again: what it has of each problem. Those that are over are not solved again. */
  readonly earlier?: readonly LoggedProblem[];
  /** Another candidate is chosen in this round of the one problem's rounds. */
  readonly branch?: CandidateRef;
  /** The models that made the rounds which are taken over: others may not go on with them. */
  readonly madeBy?: readonly RunModel[];
}

/** The searches of this window: those that run, and those that are read from their logs. */
export interface SearchRuns extends Disposable {
  /** Begins a search and returns its id at once. Whatever goes wrong is how the run ends. */
  start(request: SearchRequest): string;
  /** Goes on with a run that did not come to its end, in the same log. */
  resume(id: string): Promise<Result<void>>;
  /** Stops a run, or all; what it has stays. Returns whether there was one. */
  cancel(id?: string): boolean;
  /** Resolves once the run has ended; at once where it does not run. */
  ended(id: string): Promise<void>;
  find(id: string): Promise<Result<SearchState>>;
  onDidChange(listener: (id: string) => void): Disposable;
}

export interface SearchRunsDependencies {
  readonly runs: RunStore;
  readonly scores: ScoreStore;
  readonly activities: Activities;
  /** Problems of a data set that are solved at once, their rounds in lockstep. */
  readonly atOnce: () => number;
  readonly policy: (signal: AbortSignal) => Promise<LanguageModel>;
  readonly verifier: (settings: SearchSettings, signal: AbortSignal) => Promise<LanguageModel>;
}

/** A run that goes on. */
interface Live extends LiveRun {
  readonly problems: LiveProblems;
  header: RunHeader<SearchSettings>;
  running: 'opening' | 'searching';
}

/** Logs that were read and are kept as they are: a view asks for its run with every key. */
const MOST_KEPT = 3;

export function createSearchRuns({ runs, scores, activities, atOnce, policy, verifier }: SearchRunsDependencies): SearchRuns {
  const live = createLiveRuns<Live>();
  const kept = new Map<string, Promise<Result<SearchState>>>();

  async function openModels(settings: SearchSettings, signal: AbortSignal, madeBy: readonly RunModel[]): Promise<{ readonly models: SearchModels; readonly list: readonly RunModel[] }> {
    const list: RunModel[] = [];
    try {
      const writes = await policy(signal);
      list.push({ role: 'policy', info: writes.info });
      const judge = judges(settings.strategy) ? await verifier(settings, signal) : undefined;
      if (judge !== undefined) list.push({ role: 'verifier', info: judge.info });
      const other = otherModel(list, madeBy);
      return { models: other === undefined ? { policy: writes, verifier: judge } : broken(new Error(other)), list };
    } catch (error) {
      return { models: broken(error), list };
    }
  }

  /** Runs a search to its end and writes its log. Never rejects. */
  async function search(id: string, entry: Live, request: SearchRequest, begin: (header: RunHeader) => RunWriter): Promise<void> {
    const { signal } = entry.controller;
    const { models, list } = await openModels(request.settings, signal, request.madeBy ?? []);
    entry.header = { ...entry.header, models: list.length > 0 ? list : entry.header.models };
    entry.running = 'searching';
    const writer = begin(entry.header);
    const { problems: begun } = entry.problems;
    const activity = activities.start(vscode.l10n.t('Solving {0}', request.title), () => entry.controller.abort());
    const progress = createProgress(begun);
    const emit = (event: LoggedSearchEvent): void => {
      entry.problems.apply(event);
      if (isLogged(event)) writer.append(event);
      if (event.type === 'round' || event.type === 'finished') {
        const { text, short } = progress();
        writer.progress(text);
        activity.report(short);
      }
      live.tell(id);
    };
    if (begun.length > 1 && request.earlier === undefined) for (const [problem, { started }] of begun.entries()) writer.append({ ...started, problem });
    const ends = await solveAll({ ...models, ...(await memory(models, request)) }, request, atOnce(), emit, signal);
    await writer.end({ ...ends, headline: headlineOf(begun) });
    activity.end();
  }

  /** Scores are shared with the traces of the editor: what was judged once is not judged again. */
  async function memory({ verifier: judge }: SearchModels, { problems, settings }: SearchRequest): Promise<{ readonly scores?: ScoreMemory }> {
    const [only] = problems;
    if (problems.length !== 1 || only === undefined || judge === undefined) return {};
    await scores.load(only.question);
    return {
      scores: {
        get: (key) => scores.get(sha256(key))?.samples,
        set(key, samples) {
          const known = scores.get(sha256(key))?.samples.length ?? 0;
          samples.forEach((sample, index) => {
            if (index >= known) scores.add(only.question, sha256(key), index, sample, provenanceOf(judge.info, settings.verifier, new Date().toISOString()));
          });
        },
      },
    };
  }

  function launch(id: string, request: SearchRequest, header: RunHeader<SearchSettings>, begin: (header: RunHeader) => RunWriter): void {
    const problems = liveProblems(request.problems.map(({ question, gold, row, id: name }) => ({ type: 'started', question, ...(gold !== undefined && { gold }), ...(row !== undefined && { row }), ...(name !== undefined && { id: name }) })));
    for (const [problem, { started, rounds, finished }] of (request.earlier ?? []).entries()) {
      const events = [started, ...rounds.map((record) => ({ type: 'round' as const, record })), ...(finished !== undefined && isOver(finished) ? [finished] : [])];
      events.forEach((event) => problems.apply({ ...event, problem }));
    }
    const entry: Live = { problems, header, running: 'opening', controller: new AbortController() };
    live.begin(id, entry, () => search(id, entry, request, begin));
    live.tell(id);
  }

  async function readStored(id: string): Promise<Result<SearchState>> {
    const text = await runs.text(id);
    return text.ok ? inSteps(readSearchLogInSteps(`${id}.jsonl`, text.value)) : text;
  }

  function stored(id: string): Promise<Result<SearchState>> {
    const state = kept.get(id) ?? readStored(id);
    kept.delete(id);
    kept.set(id, state);
    for (const [oldest] of kept) if (kept.size > MOST_KEPT) kept.delete(oldest);
    return state;
  }
  // Renamed, deleted, or written to.
  const changes = runs.onDidChange(({ id }) => (id === undefined ? kept.clear() : void kept.delete(id)));

  async function takeUp(id: string): Promise<Result<void>> {
    const state = await stored(id);
    if (!state.ok) return state;
    const { header, problems, end } = state.value;
    if (end?.reason === 'done') return fail('done', vscode.l10n.t('{0} has come to its end: there is nothing to resume.', header.title));
    if (problems.some(({ started }) => started.imported !== undefined)) return fail('unsupported', vscode.l10n.t('{0} was recorded by another program: solve its problem anew.', header.title));
    const writer = await runs.resume(id);
    if (!writer.ok) return writer;
    const again = problems.map(({ started, rounds }): RunProblem => ({ ...started, rounds }));
    launch(id, { title: header.title, settings: header.settings, problems: again, earlier: problems, madeBy: header.models }, header, () => writer.value);
    return ok(undefined);
  }

  return {
    start(request) {
      const now = new Date();
      const id = newRunId('search', now);
      const header: RunHeader<SearchSettings> = { type: 'run', version: 1, kind: 'search', id, title: request.title, started: now.toISOString(), models: [], settings: request.settings, ...(request.data && { data: request.data }) };
      launch(id, request, header, (known) => runs.begin(known));
      return id;
    },
    resume: async (id) => live.takeUp(id, () => takeUp(id)) ?? fail('busy', vscode.l10n.t('The search is going on already.')),
    cancel: (id) => live.cancel(id),
    ended: (id) => live.ended(id),
    async find(id) {
      const entry = live.get(id);
      if (entry === undefined) return stored(id);
      const { header, problems, running } = entry;
      return ok({ header, problems: problems.problems, running });
    },
    onDidChange: (listener) => live.onDidChange(listener),
    dispose() {
      live.dispose();
      changes.dispose();
    },
  };
}

/** Solves one problem alone, several together. Returns how the run ended: as the problems did, the worst first. */
async function solveAll(models: SearchModels, { settings, problems, earlier, branch }: SearchRequest, open: number, emit: (event: LoggedSearchEvent) => void, signal: AbortSignal): Promise<Pick<RunEnd, 'reason' | 'message'>> {
  const ends: Pick<RunEnd, 'reason' | 'message'>[] = [];
  const left = problems.flatMap((problem, index) => (isOver(earlier?.[index]?.finished) ? [] : [{ problem, index }]));
  const follow = (event: LoggedSearchEvent): void => {
    if (event.type === 'finished') ends.push({ reason: event.reason, ...(event.message !== undefined && { message: event.message }) });
    emit(event);
  };
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) {
    const options = { signal, ...(only.rounds && { rounds: only.rounds }), ...(branch && { branch }) };
    for await (const event of solve(models, only, { ...settings, seed: problemSeed(settings.seed, only.row) }, options)) follow({ ...event, problem: 0 });
  } else {
    try {
      await solveTogether(models, left.map(({ problem }) => problem), settings, open, (event) => follow({ ...event, problem: left[event.problem]?.index ?? event.problem }), signal);
    } catch (error) {
      ends.push({ reason: 'failed', message: errorText(error) });
    }
    if (signal.aborted) ends.push({ reason: 'cancelled' });
  }
  return wholeEnd(ends, problems.length);
}

const WORST_FIRST: readonly RunEnd['reason'][] = ['cancelled', 'failed', 'budget', 'done'];

/** How a run ended: as the worst of its problems did, and how many did so. */
function wholeEnd(ends: readonly Pick<RunEnd, 'reason' | 'message'>[], problems: number): Pick<RunEnd, 'reason' | 'message'> {
  const reason = WORST_FIRST.find((one) => ends.some((end) => end.reason === one)) ?? 'done';
  const such = ends.filter((end) => end.reason === reason);
  const message = such.find((end) => end.message !== undefined)?.message;
  if (message === undefined) return { reason };
  return { reason, message: problems === 1 ? message : vscode.l10n.t('{0} of {1} problems: {2}', such.length, problems, message) };
}

/** Models that could not be opened: whoever asks them is told why, so that the run ends with the reason and keeps what it has. */
function broken(error: unknown): SearchModels {
  const refuse = (): never => {
    throw error;
  };
  const policy: LanguageModel = {
    info: { name: 'policy', hash: '', weights: '', parameters: 0, context: 0 },
    capabilities: { probabilities: false, chat: true },
    generate: refuse,
    nextTokenProbabilities: () => Promise.reject(error instanceof Error ? error : new Error(String(error))),
    chatPrompts: () => Promise.reject(error instanceof Error ? error : new Error(String(error))),
  };
  return { policy, verifier: policy };
}
