import * as vscode from 'vscode';
import type { AnalysisPanel } from './analysis-panel.ts';
import type { AnalysisThreads } from './analysis-threads.ts';
import { MAX_SAMPLES, nextSampleCount } from './annotations.ts';
import type { SegmentationChoice } from '../core/segment/segment-trace.ts';
import { tellUnread } from './dataset/offer-reading.ts';
import { exportTrace } from './export-trace.ts';
import { COMMANDS, SETTINGS, type CommandName } from './manifest.ts';
import { note, type Navigation } from './navigation.ts';
import type { NoteCommands } from './note-commands.ts';
import type { ScoreStore } from './score-store.ts';
import type { Scoring, ScoringOutcome, ScoringRequest } from './scoring.ts';
import type { SegmentationCommands } from './segmentation-commands.ts';
import { readSettings } from './settings.ts';
import { STREAMS } from './streams.ts';
import type { TraceMemory } from './trace-memory.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import type { TraceTarget } from './trace-target.ts';
import { count, outcomeText } from './wording.ts';

export interface CommandDependencies {
  readonly target: TraceTarget;
  readonly sessions: TraceSessions;
  readonly scoring: Scoring;
  readonly store: ScoreStore;
  readonly navigation: Navigation;
  readonly memory: TraceMemory;
  readonly segmentation: SegmentationCommands;
  readonly notes: NoteCommands;
  readonly analysis: AnalysisPanel;
  readonly threads: AnalysisThreads;
  /** How the steps of a document are cut, for an export. */
  readonly exported: (document: vscode.TextDocument) => SegmentationChoice;
  /** Shows two traces side by side; asks which, unless both are named. */
  readonly compareTraces: (first?: unknown, second?: unknown) => Promise<void>;
  readonly showScores: () => void;
  /** The commands about models, which need no trace. */
  readonly models: Readonly<Record<'addModel' | 'chooseVerifier' | 'connectServer' | 'forgetServerKey', (argument?: unknown) => Promise<unknown>>>;
}

/** Registers every command. Each answers in every state: with what was asked for, or with one sentence. */
export function registerCommands(dependencies: CommandDependencies): vscode.Disposable {
  const { target, sessions, scoring, store, navigation, memory, segmentation, notes, analysis, threads, exported, compareTraces, showScores, models } = dependencies;

  /** The cursor goes along, so that stepping goes on from what is shown. */
  async function showAnalysis(view: TraceView, step: number): Promise<void> {
    const here = navigation.current(view) === step;
    if (!here) await navigation.reveal(view, step);
    analysis.show(view, step, here);
  }

  async function withTrace(argument: unknown, rows: boolean, act: (view: TraceView) => Promise<void> | void): Promise<void> {
    const found = await target.find(argument, rows);
    if ('view' in found) await act(found.view);
    else if (found.unread !== undefined) tellUnread(found.unread.file, { reason: found.unread.reason, message: found.refusal });
    else void vscode.window.showInformationMessage(found.refusal);
  }

  async function score(view: TraceView, request: ScoringRequest): Promise<void> {
    const outcome = await scoring.run(view, request);
    tell(sessions.view(view.document) ?? view, request, outcome);
  }

  /** Says how a run ended. Not awaited: a notification that stays open must not hold the command up. */
  function tell(view: TraceView, request: ScoringRequest, outcome: ScoringOutcome): void {
    const { name } = view.open;
    const again = (): void => {
      void withTrace(view.document.uri, false, (now) => score(now, now.open.texts.length === view.open.texts.length ? request : { settings: request.settings }));
    };
    switch (outcome.type) {
      case 'done': {
        const hidden = request.settings.mode === 'direct' && view.annotations.steps.some(({ stream }) => stream !== 'direct' && stream !== undefined);
        note(hidden ? `${outcomeText(view.annotations)} ${vscode.l10n.t('Direct scores are in the hovers.')}` : outcomeText(view.annotations));
        const [first] = outcome.failures;
        for (const told of outcome.notes) void vscode.window.showInformationMessage(told);
        if (first !== undefined) void vscode.window.showWarningMessage(vscode.l10n.t('{0} of {1} could not be scored. {2}', count(outcome.failures.length, 'step'), name, first));
        return;
      }
      case 'nothing-missing':
        void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is missing in {0}: {1}', name, outcomeText(view.annotations)));
        return;
      case 'busy':
        void vscode.window.showInformationMessage(vscode.l10n.t('{0} is being scored: {1} of {2} done.', name, outcome.done, count(outcome.total, 'step')));
        return;
      case 'cancelled':
        note(vscode.l10n.t('Scoring was cancelled: {0} of {1} done, and they stay.', outcome.done, count(outcome.total, 'step')));
        return;
      case 'edited':
        void offer(vscode.l10n.t('{0} changed while it was being scored: {1} of {2} done, the rest was stopped.', name, outcome.done, count(outcome.total, 'step')), vscode.l10n.t('Score Again'), again);
        return;
      case 'failed':
        tellFailure(outcome.reason, outcome.message, again);
    }
  }

  function clear(view: TraceView): void {
    scoring.cancel(view.document);
    const keys = view.keys.flatMap((step) => (step === undefined ? [] : STREAMS.map((stream) => step[stream])));
    const { scored } = view.annotations;
    for (const key of keys) sessions.setFailure(key, undefined);
    store.clear(view.open.trace.problem, keys);
    memory.forget(view.document.uri);
    void sessions.refresh();
    note(scored === 0 ? vscode.l10n.t('There were no scores to clear in {0}.', view.open.name) : vscode.l10n.t('The scores of {0} of {1} are cleared.', count(scored, 'step'), view.open.name));
  }

  /** The step that a lens names, or the one at the cursor. */
  const stepOf = (view: TraceView, argument: unknown): number | undefined => {
    const step = typeof argument === 'number' ? argument : navigation.current(view);
    return step !== undefined && step < view.open.steps.length ? step : undefined;
  };

  async function withStep(document: unknown, step: unknown, act: (view: TraceView, step: number) => Promise<void> | void): Promise<void> {
    await withTrace(document, true, async (view) => {
      const index = stepOf(view, step);
      if (index === undefined) void vscode.window.showInformationMessage(vscode.l10n.t('The cursor is before the first step of {0}: put it into a step and try again.', view.open.name));
      else await act(view, index);
    });
  }

  const handlers: Readonly<Record<CommandName, (document?: unknown, step?: unknown, more?: unknown) => unknown>> = {
    scoreSteps: (document) => withTrace(document, true, (view) => score(view, { settings: readSettings().verifier })),
    scoreStepsDirect: (document) => withTrace(document, true, (view) => score(view, { settings: { ...readSettings().verifier, mode: 'direct', k: 1 } })),
    scoreStep: (document, step) => withStep(document, step, (view, index) => score(view, { settings: readSettings().verifier, only: [index] })),
    moreSamples: (document, step) =>
      withStep(document, step, async (view, index) => {
        const annotation = view.annotations.steps[index];
        const k = annotation === undefined ? 4 : nextSampleCount(annotation);
        if (k > MAX_SAMPLES) void vscode.window.showInformationMessage(vscode.l10n.t('Step {0} has {1} samples, the most that a step can have.', index + 1, MAX_SAMPLES));
        else await score(view, { settings: { ...readSettings().verifier, k }, only: [index] });
      }),
    cancelScoring() {
      const document = vscode.window.activeTextEditor?.document;
      const here = document !== undefined && scoring.isRunning(document);
      if (!scoring.cancel(here ? document : undefined)) void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is being scored.'));
    },
    clearScores: (document) => withTrace(document, false, clear),
    nextStep: (document) => withTrace(document, false, (view) => navigation.step(view, 1)),
    previousStep: (document) => withTrace(document, false, (view) => navigation.step(view, -1)),
    nextSuspiciousStep: (document) => withTrace(document, false, (view) => navigation.nextSuspicious(view)),
    firstStep: (document) => withTrace(document, false, (view) => navigation.toEnd(view, 'first')),
    lastStep: (document) => withTrace(document, false, (view) => navigation.toEnd(view, 'last')),
    nextDisagreement: (document) => withTrace(document, false, (view) => navigation.nextDisagreement(view)),
    goToStep: (document, number) => withTrace(document, false, (view) => navigation.goTo(view, typeof number === 'number' && Number.isInteger(number) ? number : undefined)),
    readCurrentStep: (document) => withTrace(document, false, (view) => navigation.read(view)),
    showAnalysis: (document, step) => withTrace(document, false, (view) => showAnalysis(view, stepOf(view, step) ?? 0)),
    toggleAnalysisComments: (document, step) =>
      withStep(document, step, (view, index) => {
        if (view.annotations.steps[index]?.score !== undefined) threads.toggle(view, index);
        else if (view.run !== undefined) void vscode.window.showInformationMessage(vscode.l10n.t('Step {0} is being scored: its analyses can be shown when it is done.', index + 1));
        else void offer(vscode.l10n.t('Step {0} has no score yet, so there is no analysis of it.', index + 1), vscode.l10n.t('Score This Step'), () => void vscode.commands.executeCommand(COMMANDS.scoreStep, view.document.uri, index));
      }),
    keepReply: (reply) => threads.reply(reply),
    showStepScores: (document) => withTrace(document, false, showScores),
    ...models,
    markStepRight: (document, step) => withStep(document, step, (view, index) => notes.mark(view, index, 'right')),
    markStepWrong: (document, step) => withStep(document, step, (view, index) => notes.mark(view, index, 'wrong')),
    commentOnStep: (document, step, text) => withStep(document, step, (view, index) => notes.comment(view, index, text)),
    clearNote: (document, step) => withStep(document, step, (view, index) => notes.clear(view, index)),
    exportTrace: (document, format, file) => withTrace(document, true, (view) => exportTrace(view, exported(view.document), format, file)),
    compareTraces,
    changeSegmentation: (document, name) => withTrace(document, true, (view) => segmentation.change(view, name)),
    mergeStepWithNext: (document, step) => withStep(document, step, (view, index) => segmentation.merge(view, index)),
    splitStepAtCursor: (document) => withTrace(document, false, (view) => segmentation.split(view)),
    moveStepBoundary: (document) => withTrace(document, false, (view) => segmentation.move(view)),
    undoSegmentationEdit: (document) => withTrace(document, false, (view) => segmentation.undo(view)),
  };

  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as CommandName])),
  );
}

/** An error with the one thing that helps most. */
function tellFailure(reason: string, message: string, again: () => void): void {
  const run = (command: string, ...parameters: readonly unknown[]) => (): void => void vscode.commands.executeCommand(command, ...parameters);
  switch (reason) {
    case 'model-missing':
    case 'model-invalid':
    case 'tokenizer-mismatch':
    case 'setting-invalid':
      void offer(message, vscode.l10n.t('Open Setting'), run('workbench.action.openSettings', reason === 'setting-invalid' ? settingIn(message) : SETTINGS.model), 'error');
      return;
    case 'template-invalid':
    case 'unsupported':
      void offer(message, vscode.l10n.t('Open Setting'), run('workbench.action.openSettings', SETTINGS.prompt), 'error');
      return;
    case 'runtime-missing':
    case 'server-refused':
      void offer(message, vscode.l10n.t('Connect to Server…'), run(COMMANDS.connectServer), 'error');
      return;
    default:
      void offer(message, vscode.l10n.t('Score Again'), again, 'error');
  }
}

/** The setting that a sentence names. */
function settingIn(message: string): string {
  return Object.values(SETTINGS).find((id) => message.includes(`"${id}"`)) ?? 'stepscope';
}

async function offer(text: string, action: string, act: () => void, kind: 'information' | 'error' = 'information'): Promise<void> {
  const show = kind === 'error' ? vscode.window.showErrorMessage : vscode.window.showInformationMessage;
  if ((await show(text, action)) === action) act();
}
