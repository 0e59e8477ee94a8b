import type { LanguageModel } from '../../core/model.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { RunEnd, RunHeader, RunModel } from '../../core/run/run.ts';
import type { CandidateRef, LoggedSearchEvent } from '../../core/search/events.ts';
import type { ScoreMemory } from '../../core/search/judge.ts';
import { solveTogether, type RunProblem } from '../../core/search/lockstep.ts';
import { judges, type SearchSettings } from '../../core/search/settings.ts';
import { solve, type SearchModels } from '../../core/search/solve.ts';
import { provenanceOf } from '../../core/verifier/combine.ts';
import { readSearchLog } from '../../formats/runs/search-log.ts';
import type { Disposable } from '../disposable.ts';
import { otherModel } from '../runs/other-model.ts';
import { newRunId } from '../runs/run-id.ts';
import type { RunStore, RunWriter } from '../runs/run-store.ts';
import { count } from '../wording.ts';
import type { ScoreStore } from '../score-store.ts';
import { sha256 } from '../streams.ts';
import { headlineOf, isLogged, liveProblems, type LiveProblems, type SearchState } from './search-state.ts';

export interface SearchRequest {
  readonly title: string;
  readonly settings: SearchSettings;
  readonly problems: readonly RunProblem[];
  readonly data?: RunHeader['data'];
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
  readonly policy: (signal: AbortSignal) => Promise<LanguageModel>;
  readonly verifier: (settings: SearchSettings, signal: AbortSignal) => Promise<LanguageModel>;
}

/** A run that goes on. */
interface Live {
  readonly problems: LiveProblems;
  header: RunHeader<SearchSettings>;
  running: 'opening' | 'searching';
  readonly controller: AbortController;
  ended: Promise<void>;
}

/** Problems of a data set that are solved at once, their rounds in lockstep. */
const AT_ONCE = 8;

export function createSearchRuns({ runs, scores, policy, verifier }: SearchRunsDependencies): SearchRuns {
  const live = new Map<string, Live>();
  const listeners = new Set<(id: string) => void>();
  const tell = (id: string): void => listeners.forEach((listener) => listener(id));

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
    const emit = (event: LoggedSearchEvent): void => {
      entry.problems.apply(event);
      if (isLogged(event)) writer.append(event);
      if (event.type === 'round' || event.type === 'finished') writer.progress(progressOf(entry.problems));
      tell(id);
    };
    const { problems: begun } = entry.problems;
    if (begun.length > 1) for (const [problem, { started }] of begun.entries()) writer.append({ ...started, problem });
    const ends = await solveAll({ ...models, ...(await memory(models, request)) }, request, emit, signal);
    await writer.end({ ...ends, headline: headlineOf(begun) });
    live.delete(id);
    tell(id);
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
    const entry: Live = { problems, header, running: 'opening', controller: new AbortController(), ended: Promise.resolve() };
    live.set(id, entry);
    entry.ended = search(id, entry, request, begin);
    tell(id);
  }

  async function stored(id: string): Promise<Result<SearchState>> {
    const text = await runs.text(id);
    return text.ok ? readSearchLog(`${id}.jsonl`, text.value) : text;
  }

  return {
    start(request) {
      const now = new Date();
      const id = newRunId('search', now);
      const header: RunHeader<SearchSettings> = { type: 'run', version: 1, kind: 'search', id, title: request.title, started: now.toISOString(), models: [], settings: request.settings, ...(request.data && { data: request.data }) };
      launch(id, request, header, (known) => runs.begin(known));
      return id;
    },
    async resume(id) {
      if (live.has(id)) return fail('busy', 'The search is going on already.');
      const state = await stored(id);
      if (!state.ok) return state;
      const { header, problems, end } = state.value;
      if (end?.reason === 'done') return fail('done', `${header.title} has come to its end: there is nothing to resume.`);
      if (problems.some(({ started }) => started.imported !== undefined)) return fail('unsupported', `${header.title} was recorded by another program: solve its problem anew.`);
      const writer = await runs.resume(id);
      if (!writer.ok) return writer;
      const again = problems.map(({ started, rounds }): RunProblem => ({ ...started, rounds }));
      launch(id, { title: header.title, settings: header.settings, problems: again, madeBy: header.models }, header, () => writer.value);
      return ok(undefined);
    },
    cancel(id) {
      const chosen = [...live].filter(([name]) => id === undefined || name === id);
      chosen.forEach(([, { controller }]) => controller.abort());
      return chosen.length > 0;
    },
    ended: (id) => live.get(id)?.ended ?? Promise.resolve(),
    async find(id) {
      const entry = live.get(id);
      if (entry === undefined) return stored(id);
      const { header, problems, running } = entry;
      return ok({ header, problems: problems.problems, running });
    },
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    dispose() {
      live.forEach(({ controller }) => controller.abort());
      listeners.clear();
    },
  };
}

/** Solves one problem alone, several together. Returns how the run ended: as the problems did, the worst first. */
async function solveAll(models: SearchModels, { settings, problems, branch }: SearchRequest, emit: (event: LoggedSearchEvent) => void, signal: AbortSignal): Promise<Pick<RunEnd, 'reason' | 'message'>> {
  const ends: Pick<RunEnd, 'reason' | 'message'>[] = [];
  const follow = (event: LoggedSearchEvent): void => {
    if (event.type === 'finished') ends.push({ reason: event.reason, ...(event.message !== undefined && { message: event.message }) });
    emit(event);
  };
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) {
    const options = { signal, ...(only.rounds && { rounds: only.rounds }), ...(branch && { branch }) };
    for await (const event of solve(models, only, settings, options)) follow({ ...event, problem: 0 });
  } else {
    try {
      await solveTogether(models, problems, settings, AT_ONCE, follow, signal);
    } catch (error) {
      ends.push({ reason: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
    if (signal.aborted) ends.push({ reason: 'cancelled' });
  }
  const order: readonly RunEnd['reason'][] = ['cancelled', 'failed', 'budget', 'done'];
  return ends.sort((one, other) => order.indexOf(one.reason) - order.indexOf(other.reason))[0] ?? { reason: 'cancelled' };
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

function progressOf({ problems }: LiveProblems): string {
  const rounds = problems.reduce((sum, problem) => sum + problem.rounds.length, 0);
  const tokens = problems.reduce((sum, problem) => sum + problem.rounds.reduce((all, { policyTokens, verifierTokens }) => all + policyTokens + verifierTokens, 0), 0);
  const ended = problems.filter(({ finished }) => finished !== undefined).length;
  return `${problems.length > 1 ? `${ended} of ${problems.length} problems, ` : ''}${count(rounds, 'round')}, ${tokens} tokens`;
}
