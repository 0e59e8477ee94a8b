import * as vscode from 'vscode';
import { errorText } from '../core/error-text.ts';
import type { LanguageModel } from '../core/model.ts';
import { StepscopeError } from '../core/result.ts';
import { provenanceOf } from '../core/verifier/combine.ts';
import type { ScoreEvent } from '../core/verifier/events.ts';
import { scoreTrace } from '../core/verifier/score-trace.ts';
import type { VerifierSettings } from '../core/verifier/settings.ts';
import type { Activities, RunningActivity } from './activities.ts';
import type { Disposable } from './disposable.ts';
import { inBatches } from './in-batches.ts';
import { interruptible } from './interruptible.ts';
import { hashesOf, type ModelHashes } from './known-verifiers.ts';
import { CONTEXT_KEYS } from './manifest.ts';
import { tellStepDone } from './milestones.ts';
import type { ScoreStore } from './score-store.ts';
import { streamKey, streamOf } from './streams.ts';
import type { OpenTrace } from './trace-documents.ts';
import type { RunProgress, TraceSessions, TraceView } from './trace-sessions.ts';
import type { VerifierModel } from './verifier-model.ts';
import { count } from './wording.ts';

export interface ScoringRequest {
  readonly settings: VerifierSettings;
  /** 0-based steps; all where it is absent. */
  readonly only?: readonly number[];
}

/** How a run ended. What was scored before the end stays in every case. */
export type ScoringOutcome =
  | { readonly type: 'done'; readonly total: number; readonly failures: readonly string[]; readonly notes: readonly string[] }
  | { readonly type: 'nothing-missing' }
  | { readonly type: 'busy'; readonly done: number; readonly total: number }
  | { readonly type: 'cancelled'; readonly done: number; readonly total: number }
  | { readonly type: 'edited'; readonly done: number; readonly total: number }
  | { readonly type: 'failed'; readonly reason: string; readonly message: string };

export interface Scoring extends Disposable {
  /** Scores what is missing. One run a document at a time; never rejects. */
  run(view: TraceView, request: ScoringRequest): Promise<ScoringOutcome>;
  isRunning(document?: vscode.TextDocument): boolean;
  /** Stops the run of this document, or every run; returns whether there was one. */
  cancel(document?: vscode.TextDocument): boolean;
}

interface Run {
  readonly document: vscode.TextDocument;
  readonly open: OpenTrace;
  readonly request: ScoringRequest;
  readonly controller: AbortController;
  readonly failures: string[];
  readonly notes: Set<string>;
  /** What the status bar shows of it, once there is something to do. */
  activity: RunningActivity | undefined;
  progress: RunProgress;
  edited: boolean;
}

type Report = (message: string) => void;

/** A long trace goes to the model in portions: each prompt holds all the steps before, so all at once would be quadratic. */
const STEPS_AT_ONCE = 32;

export function createScoring(sessions: TraceSessions, store: ScoreStore, verifier: VerifierModel, activities: Activities): Scoring {
  const runs = new Map<string, Run>();
  const announce = (): void => {
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.scoring, runs.size > 0);
  };

  /** The asked-for steps that lack samples, with their keys. */
  async function missingSteps(run: Run, hashes: ModelHashes): Promise<Map<number, string>> {
    const { open, request: { settings, only } } = run;
    const { problem } = open.trace;
    const stream = streamOf(settings);
    const needed = settings.mode === 'direct' ? 1 : settings.k;
    const missing = new Map<number, string>();
    const look = (step: number): void => {
      const key = streamKey({ problem, steps: open.texts, step }, hashes, settings, stream);
      if ((store.get(key)?.samples.length ?? 0) < needed) missing.set(step, key);
    };
    await inBatches(only ?? open.texts.map((_, step) => step), look, () => !run.controller.signal.aborted);
    return missing;
  }

  /** Shows where the run is; `finished` are steps that have their result now. */
  function advance(run: Run, finished: readonly number[], report: Report): void {
    const pending = new Set(run.progress.pending);
    for (const step of finished) pending.delete(step);
    const { total } = run.progress;
    run.progress = { phase: 'scoring', total, done: total - pending.size, pending };
    sessions.setRun(run.document, run.progress, finished);
    run.activity?.report(`${run.progress.done}/${total}`);
    report(vscode.l10n.t('{0} of {1}', run.progress.done, count(total, 'step')));
  }

  async function score(run: Run, report: Report): Promise<ScoringOutcome> {
    const { signal } = run.controller;
    report(vscode.l10n.t('opening the verifier'));
    const model = await verifier.load(run.request.settings.mode, signal);
    const keys = await missingSteps(run, hashesOf(model.info));
    if (keys.size === 0) return { type: 'nothing-missing' };
    for (const key of keys.values()) sessions.setFailure(key, undefined);
    run.progress = { phase: 'scoring', done: 0, total: keys.size, pending: new Set(keys.keys()) };
    advance(run, [], report);
    const missing = [...keys.keys()];
    for (let from = 0; from < missing.length; from += STEPS_AT_ONCE) {
      const steps = missing.slice(from, from + STEPS_AT_ONCE);
      const refused = await scoreSome(run, model, steps, keys, report);
      // Prompts only grow: where none of these fits, none of the later ones does.
      if (refused === steps.length) refuseRest(run, missing.slice(from + STEPS_AT_ONCE), keys, report);
      if (refused === steps.length) break;
    }
    return { type: 'done', total: keys.size, failures: run.failures, notes: [...run.notes] };
  }

  /** Scores a few steps as one batch; returns how many of them are too long for the model. */
  async function scoreSome(run: Run, model: LanguageModel, only: readonly number[], keys: ReadonlyMap<number, string>, report: Report): Promise<number> {
    const { signal } = run.controller;
    const { settings } = run.request;
    const { problem } = run.open.trace;
    let refused = 0;
    const apply = (event: ScoreEvent): void => {
      if (event.type === 'note') run.notes.add(event.message);
      const key = 'step' in event ? keys.get(event.step) : undefined;
      if (key === undefined) return;
      switch (event.type) {
        case 'started':
        case 'note':
        case 'finished':
          return;
        case 'sample':
          if ((store.get(key)?.samples.length ?? 0) > event.index) return;
          store.add(problem, key, event.index, event.sample, provenanceOf(model.info, settings, new Date().toISOString()));
          sessions.setRun(run.document, run.progress);
          return;
        case 'step':
          tellStepDone({ document: run.document, step: event.step });
          advance(run, [event.step], report);
          return;
        case 'step-failed':
          if (event.reason === 'context-exceeded') refused++;
          sessions.setFailure(key, event.message);
          run.failures.push(event.message);
          advance(run, [event.step], report);
      }
    };
    // What was there at the start: the samples of this run must not count as known while it goes on.
    const known = new Map(only.map((step) => [step, store.get(keys.get(step) ?? '')?.samples ?? []]));
    const request = { problem, steps: run.open.texts, only, settings, known: (step: number) => known.get(step) ?? [] };
    const events: AsyncGenerator<ScoreEvent, unknown> = scoreTrace(model, request, signal);
    try {
      for (;;) {
        const next = await interruptible(events.next(), signal);
        if (next.done === true) return refused;
        apply(next.value);
      }
    } finally {
      // Not awaited: a run that was interrupted ends on its own time, the editor does not wait for it.
      void events.return(undefined).catch(() => undefined);
    }
  }

  function refuseRest(run: Run, steps: readonly number[], keys: ReadonlyMap<number, string>, report: Report): void {
    for (const step of steps) {
      const message = vscode.l10n.t('Step {0}: it comes after steps that are too long for the model already.', step + 1);
      sessions.setFailure(keys.get(step) ?? '', message);
      run.failures.push(message);
    }
    advance(run, steps, report);
  }

  function endOf(run: Run, error: unknown): ScoringOutcome {
    const { done, total } = run.progress;
    if (run.edited) return { type: 'edited', done, total };
    if (run.controller.signal.aborted) return { type: 'cancelled', done, total };
    // Its reasons are strings; `instanceof` alone cannot know that.
    if (error instanceof StepscopeError) return { type: 'failed', reason: (error as StepscopeError).reason, message: error.message };
    const message = errorText(error);
    return { type: 'failed', reason: 'unexpected', message: vscode.l10n.t('Scoring {0} failed: {1}', run.open.name, message) };
  }

  /** A run reads the text as it was; once a step that it still has to score has changed, it would score what is no longer there. */
  const watch = sessions.onDidChange((document) => {
    const run = runs.get(document.uri.toString());
    const view = sessions.view(document);
    if (run === undefined || view === undefined || view.open === run.open) return;
    const { texts, trace } = view.open;
    const last = Math.max(-1, ...run.progress.pending);
    const same = trace.problem === run.open.trace.problem && run.open.texts.slice(0, last + 1).every((text, step) => text === texts[step]);
    if (same || last === -1) return;
    run.edited = true;
    run.controller.abort();
  });

  return {
    async run(view, request) {
      const key = view.document.uri.toString();
      const busy = runs.get(key);
      if (busy !== undefined) return { type: 'busy', done: busy.progress.done, total: busy.progress.total };
      const asked = request.only ?? view.open.texts.map((_, step) => step);
      const run: Run = {
        document: view.document,
        open: view.open,
        request,
        controller: new AbortController(),
        failures: [],
        notes: new Set(),
        activity: undefined,
        progress: { phase: 'loading', done: 0, total: asked.length, pending: new Set(asked) },
        edited: false,
      };
      runs.set(key, run);
      try {
        const hashes = verifier.hashes();
        if (hashes !== undefined && (await missingSteps(run, hashes)).size === 0) return { type: 'nothing-missing' };
        announce();
        run.activity = activities.start(vscode.l10n.t('Scoring {0}', view.open.name), () => run.controller.abort());
        sessions.setRun(run.document, run.progress);
        return await vscode.window.withProgress(
          { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Scoring {0}', view.open.name), cancellable: true },
          async (progress, token) => {
            const report: Report = (message) => progress.report({ message });
            const subscriptions = vscode.Disposable.from(
              token.onCancellationRequested(() => run.controller.abort()),
              verifier.onDidSay((line) => report(`${vscode.l10n.t('{0} of {1}', run.progress.done, count(run.progress.total, 'step'))}. ${line}`)),
            );
            try {
              return await score(run, report);
            } finally {
              subscriptions.dispose();
            }
          },
        );
      } catch (error) {
        return endOf(run, error);
      } finally {
        runs.delete(key);
        run.activity?.end();
        announce();
        sessions.setRun(run.document, undefined);
      }
    },
    isRunning: (document) => (document === undefined ? runs.size > 0 : runs.has(document.uri.toString())),
    cancel(document) {
      const chosen = document === undefined ? [...runs.values()] : [runs.get(document.uri.toString())].filter((run) => run !== undefined);
      for (const run of chosen) run.controller.abort();
      return chosen.length > 0;
    },
    dispose() {
      watch.dispose();
      for (const run of runs.values()) run.controller.abort();
    },
  };
}
