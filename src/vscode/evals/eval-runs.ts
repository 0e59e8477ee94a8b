import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import type { EvalSettings } from '../../core/eval/eval.ts';
import { evalNamed } from '../../core/eval/evals.ts';
import type { EvalRow } from '../../core/eval/events.ts';
import { rowsOfLogInSteps } from '../../core/eval/run-state.ts';
import { readEvalState } from '../../core/eval/state.ts';
import { fail, ok, StepscopeError, type Result } from '../../core/result.ts';
import type { RunEnd, RunHeader, RunModel } from '../../core/run/run.ts';
import type { EvalContent } from '../../formats/runs/eval-log.ts';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import type { Activities } from '../activities.ts';
import { cancellable } from '../cancellable.ts';
import type { Disposable } from '../disposable.ts';
import { inSteps } from '../in-steps.ts';
import { createLiveRuns, type LiveRun } from '../runs/live-runs.ts';
import { otherModel } from '../runs/other-model.ts';
import { newRunId } from '../runs/run-id.ts';
import { createPause } from '../pause.ts';
import type { RunStore, RunWriter } from '../runs/run-store.ts';
import { documentName } from '../trace-documents.ts';
import { openEvalContext, type EvalParts } from './eval-context.ts';
import { modelsAsked, type EvalRequest } from './eval-request.ts';
import { rateKey, type EvalRates, type ModelNames } from './eval-rates.ts';
import { createLiveContent, type LiveContent } from './live-content.ts';
import { createPauseGate, type PauseGate } from './pause-gate.ts';
import { progressText } from './progress-text.ts';

/** The evaluations of this workspace. */
export interface EvalRuns extends Disposable {
  /** Begins an evaluation and returns its id at once. Whatever goes wrong is how the run ends. */
  start(request: EvalRequest): string;
  /** Goes on with one that did not come to its end, in the same log: its rows are not scored again. */
  resume(id: string): Promise<Result<void>>;
  /** Stops one, or all; what it has stays. Returns whether there was one. */
  cancel(id?: string): boolean;
  /** Holds a run after the row that it is at, or lets it go on. Returns whether there was one. */
  pause(id: string, paused: boolean): boolean;
  state(id: string): 'running' | 'paused' | undefined;
  /** Resolves once the run has ended; at once where it does not run. */
  ended(id: string): Promise<void>;
  /** The report as it is, or was a moment ago while it runs. */
  content(id: string): Promise<Result<EvalContent>>;
  /** How far a run is, in a few words, without whether it is paused; empty where it does not run. */
  progress(id: string): string;
  onDidChange(listener: (id: string | undefined) => void): Disposable;
}

export interface EvalRunsDependencies extends EvalParts {
  readonly runs: RunStore;
  readonly jobs: Pick<TextJobs, 'evalReport' | 'scores'>;
  readonly activities: Activities;
  readonly rates: EvalRates;
  /** Rates are kept by them. */
  readonly names: ModelNames;
}

interface Live extends LiveRun {
  readonly gate: PauseGate;
  readonly content: LiveContent;
  progress: string;
}

/** How far a run is, is told at this beat: scores that are there come a thousand rows a second. */
const BEAT_MS = 200;

/** A run to begin or to go on with. */
interface Launch {
  readonly request: EvalRequest;
  readonly header: RunHeader<EvalSettings>;
  readonly done: readonly EvalRow[];
  readonly begin: (header: RunHeader) => RunWriter;
}

export function createEvalRuns(dependencies: EvalRunsDependencies): EvalRuns {
  const { runs, jobs, activities, rates, names } = dependencies;
  const live = createLiveRuns<Live>();
  /** The window closes. */
  let closed = false;
  let last: { readonly id: string; readonly content: Result<EvalContent> } | undefined;

  async function readContent(id: string): Promise<Result<EvalContent>> {
    const text = await runs.text(id);
    return text.ok ? jobs.evalReport({ name: `${id}.jsonl`, text: text.value }) : text;
  }

  /** Runs to the end and writes the log. Never rejects. */
  async function run({ request, header, done, begin }: Launch, entry: Live): Promise<void> {
    const { id, settings } = header;
    const { signal } = entry.controller;
    const title = vscode.l10n.t('{0} on {1}', request.eval.title, documentName(request.data));
    const activity = activities.start(title, () => entry.controller.abort());
    await cancellable(title, async (pressed, notification) => {
      pressed.addEventListener('abort', () => entry.controller.abort());
      const opened = await openEvalContext(dependencies, request, done, signal).catch((error: unknown) => fail('failed', errorText(error)));
      const models: readonly RunModel[] = opened.ok ? opened.value.models.map(({ info }) => ({ role: 'verifier', info })) : [];
      const judges = [...settings.scores, ...models.map(({ info }) => info.name)];
      const writer = begin(done.length === 0 && opened.ok ? { ...header, models, settings: { ...settings, judges }, title: [header.title, ...(judges.length === 0 ? [] : [judges.join(', ')])].join(' · ') } : header);
      let progress = { done: done.length, of: request.rows.length, fresh: 0, seconds: 0 };
      let timer: NodeJS.Timeout | undefined;
      const show = (): void => {
        clearTimeout(timer);
        timer = undefined;
        const estimate = entry.content.headline();
        const text = (paused: boolean): string => progressText({ ...progress, paused, ...(estimate !== undefined && { estimate }) });
        entry.progress = text(false);
        const said = text(entry.gate.paused);
        writer.progress(said);
        activity.report(said);
        notification.report({ message: said, increment: 0 });
      };
      const pause = createPause();
      entry.content.onChange(() => {
        show();
        live.tell(id);
      });
      show();
      const end = await follow();
      // Nobody has cancelled it: its log says that it was cut off.
      if (closed && end.reason === 'cancelled') return;
      // Numbers are made of what is on the disk, so the last row has to be there.
      const content = await readContent(id);
      const ending = content.ok ? endOf(end, content.value) : { reason: 'failed' as const, message: content.error.message, headline: '' };
      await writer.end(ending);
      if (content.ok && end.reason === 'done' && progress.fresh > 1 && opened.ok && !opened.value.reused()) rates.put(rateKey(settings, modelsAsked(request, names)), { rows: progress.fresh, seconds: progress.seconds, file: documentName(request.data), when: new Date().toISOString(), ...(done.length === 0 && content.value.tokens !== undefined && { tokens: content.value.tokens }) });

      async function follow(): Promise<Pick<RunEnd, 'reason' | 'message'>> {
        try {
          if (!opened.ok) throw new StepscopeError(opened.error.reason, opened.error.message);
          const other = otherModel(models, header.models);
          if (other !== undefined) throw new StepscopeError('another-model', other);
          const begun = Date.now();
          for await (const event of request.eval.run(opened.value.context)) {
            writer.append(event);
            if (event.type === 'row' || event.type === 'row-failed') {
              const fresh = progress.fresh + (event.type === 'row' ? 1 : 0);
              progress = { ...progress, done: progress.done + 1, fresh, seconds: (Date.now() - begun - entry.gate.waited) / 1000 };
              entry.content.refreshSoon();
              timer ??= setTimeout(show, BEAT_MS);
            }
            if (entry.gate.paused) show();
            await entry.gate.pass();
            await pause();
          }
          return { reason: 'done' };
        } catch (error) {
          if (signal.aborted) return { reason: 'cancelled' };
          return { reason: 'failed', message: errorText(error) };
        } finally {
          clearTimeout(timer);
          if (opened.ok) opened.value.dispose();
        }
      }
    });
    activity.end();
    entry.content.dispose();
  }

  function launch(launched: Launch): void {
    const { id } = launched.header;
    const controller = new AbortController();
    const entry: Live = { controller, gate: createPauseGate(controller.signal), content: createLiveContent(() => readContent(id)), progress: '' };
    last = undefined;
    live.begin(id, entry, () => run(launched, entry));
    live.tell(id);
  }

  async function takeUp(id: string): Promise<Result<void>> {
    const log = await runs.read(id);
    if (!log.ok) return log;
    const state = readEvalState(`${id}.jsonl`, { ...log.value, events: [] });
    if (!state.ok) return state;
    const { header, end, eval: about } = state.value;
    const { data, settings, title } = header;
    if (end?.reason === 'done') return fail('done', vscode.l10n.t('{0} has come to its end: there is nothing to resume.', title));
    if (data?.uri === undefined) return fail('run-invalid', vscode.l10n.t('{0} does not say where its data is: run the evaluation anew.', title));
    const request: EvalRequest = { eval: about, data: vscode.Uri.parse(data.uri), rows: data.rows, settings, scores: (data.scores ?? []).map((uri) => vscode.Uri.parse(uri)) };
    const done = await inSteps(rowsOfLogInSteps(log.value, about));
    // Without a row the log begins anew, so that its first line names the model that will score.
    if (done.length === 0) {
      const removed = await runs.remove(id);
      if (!removed.ok) return removed;
      launch({ request, header: { ...header, models: [], title: begunTitle(request) }, done, begin: (known) => runs.begin(known) });
      return ok(undefined);
    }
    const writer = await runs.resume(id);
    if (!writer.ok) return writer;
    launch({ request, header, done, begin: () => writer.value });
    return ok(undefined);
  }

  const subscription = runs.onDidChange(({ id }) => {
    // A run that goes on tells by itself, at its own beat.
    if (id !== undefined && live.has(id)) return;
    last = undefined;
    if (id !== undefined) live.tell(id);
  });

  return {
    start(request) {
      const now = new Date();
      const id = newRunId('eval', now);
      const { data, rows, settings, scores } = request;
      const header: RunHeader<EvalSettings> = { type: 'run', version: 1, kind: 'eval', id, title: begunTitle(request), started: now.toISOString(), models: [], settings: { ...settings, judges: settings.scores }, data: { file: documentName(data), rows, uri: data.toString(), ...(scores.length > 0 && { scores: scores.map((uri) => uri.toString()) }) } };
      launch({ request, header, done: [], begin: (known) => runs.begin(known) });
      return id;
    },
    resume: async (id) => live.takeUp(id, () => takeUp(id)) ?? fail('busy', vscode.l10n.t('The evaluation is going on already.')),
    cancel: (id) => live.cancel(id),
    pause(id, paused) {
      const entry = live.get(id);
      entry?.gate.set(paused);
      live.tell(id);
      return entry !== undefined;
    },
    state(id) {
      const entry = live.get(id);
      return entry === undefined ? undefined : entry.gate.paused ? 'paused' : 'running';
    },
    ended: (id) => live.ended(id),
    async content(id) {
      const entry = live.get(id);
      if (entry !== undefined) return entry.content.get();
      if (last?.id === id) return last.content;
      const content = await readContent(id);
      if (!live.has(id)) last = { id, content };
      return content;
    },
    progress: (id) => live.get(id)?.progress ?? '',
    onDidChange(listener) {
      const list = runs.onDidChange(({ id }) => {
        if (id === undefined) listener(undefined);
      });
      return vscode.Disposable.from(live.onDidChange(listener), list);
    },
    dispose() {
      closed = true;
      subscription.dispose();
      live.dispose();
    },
  };
}

/** The model or the files are added when they are known. */
function begunTitle({ eval: about, data }: EvalRequest): string {
  return `${evalNamed(about.name)?.name ?? about.name} · ${documentName(data)}`;
}

/** A run in which no row could be evaluated has not succeeded, whatever the reason. */
function endOf(end: Pick<RunEnd, 'reason' | 'message'>, { rows, failed, headline, blocks }: EvalContent): Omit<RunEnd, 'type' | 'ended'> {
  if (end.reason !== 'done' || rows > 0 || failed === 0) return { ...end, headline };
  const messages = blocks.flatMap((block) => (block.kind === 'table' && block.table.name === 'Rows that are left out' ? block.table.rows.map((row) => row.at(-1) ?? '') : []));
  return { reason: 'failed', message: vscode.l10n.t('No row could be evaluated. The first: {0}', messages[0] ?? ''), headline };
}
