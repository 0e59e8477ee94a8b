import * as vscode from 'vscode';
import { estimateBias } from '../../core/bias/estimate.ts';
import type { BiasEvent, BiasQuestion } from '../../core/bias/events.ts';
import { runBias } from '../../core/bias/experiment.ts';
import { biasHeadline } from '../../core/bias/headline.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import type { BiasState } from '../../core/bias/state.ts';
import { errorText } from '../../core/error-text.ts';
import type { LanguageModel } from '../../core/model.ts';
import { fail, ok, StepscopeError, type Result } from '../../core/result.ts';
import type { RunEnd, RunHeader, RunModel } from '../../core/run/run.ts';
import type { Activities } from '../activities.ts';
import { cancellable } from '../cancellable.ts';
import type { Disposable } from '../disposable.ts';
import { createLiveRuns } from '../runs/live-runs.ts';
import { otherModel } from '../runs/other-model.ts';
import { newRunId } from '../runs/run-id.ts';
import type { RunStore, RunWriter } from '../runs/run-store.ts';
import { timeLeft } from '../time-left.ts';
import type { ReadBiasLog } from './experiment-exports.ts';
import { countProgress, type ExperimentProgress } from './experiment-progress.ts';

export interface ExperimentRequest {
  /** Of the data set. */
  readonly name: string;
  readonly questions: readonly BiasQuestion[];
  readonly settings: BiasSettings;
}

/** The bias experiments of this workspace. */
export interface ExperimentRuns extends Disposable {
  /** Begins an experiment and returns its id at once. Whatever goes wrong is how the run ends. */
  start(request: ExperimentRequest): string;
  /** Goes on with one that did not come to its end, in the same log: what it holds is not asked again. */
  resume(id: string): Promise<Result<void>>;
  /** Stops an experiment, or all; what it has stays. Returns whether there was one. */
  cancel(id?: string): boolean;
  /** Resolves once the run has ended; at once where it does not run. */
  ended(id: string): Promise<void>;
  /** What the log holds, with its report. */
  state(id: string): Promise<Result<BiasState>>;
  /** Something of an experiment's log has changed. */
  onDidChange(listener: (id: string) => void): Disposable;
}

export interface ExperimentRunsDependencies {
  readonly runs: RunStore;
  readonly policy: (signal: AbortSignal) => Promise<LanguageModel>;
  readonly read: ReadBiasLog;
  readonly activities: Activities;
  /** Hears how long a whole experiment took, in seconds. */
  readonly onTimed: (settings: BiasSettings, questions: number, seconds: number) => void;
}

/** A run to begin or to go on with. */
interface Launch extends ExperimentRequest {
  readonly header: RunHeader<BiasSettings>;
  readonly done: readonly BiasEvent[];
  readonly madeBy: readonly RunModel[];
  readonly begin: (header: RunHeader) => RunWriter;
}

export function createExperimentRuns({ runs, policy, read, activities, onTimed }: ExperimentRunsDependencies): ExperimentRuns {
  const live = createLiveRuns();
  let last: { readonly id: string; readonly state: Result<BiasState> } | undefined;

  live.onDidChange((id) => {
    if (last?.id === id) last = undefined;
  });
  const subscription = runs.onDidChange(({ id }) => {
    if (id !== undefined) live.tell(id);
    else last = undefined;
  });

  async function readState(id: string): Promise<Result<BiasState>> {
    const text = await runs.text(id);
    return text.ok ? read(`${id}.jsonl`, text.value) : text;
  }

  /** Runs to the end and writes the log. Never rejects. */
  async function run({ name, questions, settings, header, done, madeBy, begin }: Launch, controller: AbortController): Promise<void> {
    const { id } = header;
    const { signal } = controller;
    const counter = countProgress(questions.length, settings);
    done.forEach((event) => counter.add(event));
    const title = vscode.l10n.t('Bias experiment on {0}', name);
    const activity = activities.start(title, () => controller.abort());
    await cancellable(title, async (pressed, notification) => {
      pressed.addEventListener('abort', () => controller.abort());
      const { model, list, error } = await open(policy, madeBy, signal);
      const writer = begin(list.length === 0 ? header : { ...header, title: done.length === 0 ? `${header.title} · ${list[0]?.info.name ?? ''}` : header.title, models: list });
      const started: BiasEvent = { type: 'started', rows: questions.map(({ row }) => row), questions, estimate: estimateBias(questions.length, settings) };
      if (done.length === 0) writer.append(started);
      const timing = remainingTime(counter.now().share);
      const show = (): void => {
        const now = counter.now();
        const text = progressText(now, timing(now.share));
        writer.progress(text);
        activity.report(text);
        notification.report({ message: text });
      };
      show();
      await writer.end(await follow());

      async function follow(): Promise<Omit<RunEnd, 'type' | 'ended'>> {
        let headline = progressText(counter.now());
        try {
          if (model === undefined) throw error;
          const begun = Date.now();
          const summarize = async () => {
            const state = await readState(id);
            if (!state.ok) throw new StepscopeError(state.error.reason, state.error.message);
            return state.value.report;
          };
          for await (const event of runBias(model, { questions, settings, done: done.length === 0 ? [started] : done, summarize }, signal)) {
            writer.append(event);
            counter.add(event);
            show();
            headline = event.type === 'report' ? biasHeadline(event.report) : progressText(counter.now());
          }
          if (done.length === 0) onTimed(settings, questions.length, (Date.now() - begun) / 1000);
          return { reason: 'done', headline };
        } catch (thrown) {
          if (signal.aborted) return { reason: 'cancelled', headline };
          return { reason: 'failed', message: errorText(thrown), headline };
        }
      }
    });
    activity.end();
  }

  function launch(request: Launch): void {
    const controller = new AbortController();
    live.begin(request.header.id, { controller }, () => run(request, controller));
  }

  async function takeUp(id: string): Promise<Result<void>> {
    const state = await readState(id);
    if (!state.ok) return state;
    const { header, events, end } = state.value;
    if (end?.reason === 'done') return fail('done', vscode.l10n.t('{0} has come to its end: there is nothing to resume.', header.title));
    const questions = events.flatMap((event) => (event.type === 'started' ? (event.questions ?? []) : []));
    if (questions.length === 0) return fail('run-invalid', vscode.l10n.t('{0} does not hold its questions: run the experiment anew on its data set.', header.title));
    const request = { name: header.data?.file ?? header.title, questions, settings: header.settings, header, madeBy: header.models };
    // Without a model nothing was asked: the log begins anew, so that its first line names the model.
    if (header.models.length === 0) {
      const removed = await runs.remove(id);
      if (!removed.ok) return removed;
      launch({ ...request, done: [], begin: (known) => runs.begin(known) });
      return ok(undefined);
    }
    const writer = await runs.resume(id);
    if (!writer.ok) return writer;
    launch({ ...request, done: events, begin: () => writer.value });
    return ok(undefined);
  }

  return {
    start({ name, questions, settings }) {
      const now = new Date();
      const id = newRunId('bias', now);
      const header: RunHeader<BiasSettings> = { type: 'run', version: 1, kind: 'bias', id, title: vscode.l10n.t('Internal bias · {0}', name), started: now.toISOString(), models: [], settings, data: { file: name, rows: questions.map(({ row }) => row) } };
      launch({ name, questions, settings, header, done: [], madeBy: [], begin: (known) => runs.begin(known) });
      return id;
    },
    resume: async (id) => live.takeUp(id, () => takeUp(id)) ?? fail('busy', vscode.l10n.t('The experiment is going on already.')),
    cancel: (id) => live.cancel(id),
    ended: (id) => live.ended(id),
    async state(id) {
      if (last?.id === id) return last.state;
      const state = await readState(id);
      if (!live.has(id)) last = { id, state };
      return state;
    },
    onDidChange: (listener) => live.onDidChange(listener),
    dispose() {
      subscription.dispose();
      live.dispose();
    },
  };
}

/** The model, or why there is none: it was not found, or is another than the one that made what is there already. */
async function open(policy: ExperimentRunsDependencies['policy'], madeBy: readonly RunModel[], signal: AbortSignal): Promise<{ readonly model?: LanguageModel; readonly list: readonly RunModel[]; readonly error?: unknown }> {
  try {
    const model = await policy(signal);
    const list: RunModel[] = [{ role: 'policy', info: model.info }];
    const other = otherModel(list, madeBy);
    return other === undefined ? { model, list } : { list, error: new Error(other) };
  } catch (error) {
    return { list: [], error };
  }
}

/** `traces 12/40, about 3 min left`. */
function progressText({ stage, done, of }: ExperimentProgress, left?: string): string {
  const names: Readonly<Record<ExperimentProgress['stage'], string>> = {
    guesses: vscode.l10n.t('guesses {0}/{1}', done, of),
    traces: vscode.l10n.t('traces {0}/{1}', done, of),
    attention: vscode.l10n.t('attention {0}/{1}', done, of),
    masking: vscode.l10n.t('masking {0}/{1}', done, of),
    report: vscode.l10n.t('report'),
  };
  return [names[stage], ...(left === undefined ? [] : [left])].join(', ');
}

/** How long the rest takes; parts are not alike, so it is rough, and says nothing in the first seconds. */
function remainingTime(before: number): (share: number) => string | undefined {
  const begun = Date.now();
  return (share) => {
    const seconds = (Date.now() - begun) / 1000;
    return seconds < 10 ? undefined : timeLeft(share - before, 1 - share, seconds);
  };
}
