import * as vscode from 'vscode';
import { editorOf } from './active-trace.ts';
import type { StepAnnotation } from './annotations.ts';
import { disagreements } from './disagreements.ts';
import type { Disposable } from './disposable.ts';
import { pickStep } from './pick-step.ts';
import { nextSuspicious, nextWhere, stepFrom, stepNumbered, stepToEnd } from './stepping.ts';
import { stepAt } from './trace-documents.ts';
import type { TraceMemory } from './trace-memory.ts';
import type { TraceView } from './trace-sessions.ts';
import { count, outcomeText, placeText, spokenStep } from './wording.ts';

/** A step that was gone to. */
export interface Gone {
  readonly document: vscode.TextDocument;
  /** 0-based. */
  readonly step: number;
}

export interface Navigation extends Disposable {
  /** Fires when a command has gone to a step; not when the cursor is moved by hand. */
  readonly onDidGo: vscode.Event<Gone>;
  /** Goes one step on or back; stays at the ends and says so. */
  step(view: TraceView, direction: 1 | -1): Promise<void>;
  /** Goes to an end of the trace; says so where the cursor is there already. */
  toEnd(view: TraceView, end: 'first' | 'last'): Promise<void>;
  nextSuspicious(view: TraceView): Promise<void>;
  /** Goes to the next step about which something disagrees, and says what. */
  nextDisagreement(view: TraceView): Promise<void>;
  /** Goes to a step by its number as a person says it, from 1; without one, asks. */
  goTo(view: TraceView, number: number | undefined): Promise<void>;
  /** Says the step at the cursor in a notification, which screen readers speak. */
  read(view: TraceView): void;
  /** Puts the cursor at the beginning of a step, and the focus too unless it is to stay where it is. */
  reveal(view: TraceView, step: number, preserveFocus?: boolean): Promise<void>;
  /** The step at the cursor of the trace's editor; undefined before the first. */
  current(view: TraceView): number | undefined;
}

/** Notes in the status bar stay this long. */
const NOTE_MS = 5000;

export function note(text: string): void {
  vscode.window.setStatusBarMessage(text, NOTE_MS);
}

export function createNavigation(memory: TraceMemory): Navigation {
  const gone = new vscode.EventEmitter<Gone>();
  const offsetOf = (view: TraceView): number => {
    const editor = editorOf(view.document);
    return editor === undefined ? 0 : view.document.offsetAt(editor.selection.active);
  };

  async function reveal(view: TraceView, step: number, preserveFocus = false): Promise<void> {
    const span = view.open.steps[step];
    if (span === undefined) return;
    const start = view.document.positionAt(span.start);
    memory.setLastStep(view.document.uri, step);
    const editor = await showDocument(view.document, preserveFocus);
    editor.selection = new vscode.Selection(start, start);
    editor.revealRange(new vscode.Range(start, view.document.positionAt(span.end)), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    gone.fire({ document: view.document, step });
  }

  let last: Promise<void> = Promise.resolve();
  /** Keys come faster than an editor shows a step: each begins where the one before has ended. */
  const inTurn = (go: () => Promise<void>): Promise<void> => {
    const done = last.then(go);
    last = done.catch(() => undefined);
    return done;
  };

  const reached = (view: TraceView, step: number): string => {
    const annotation = view.annotations.steps[step];
    return annotation === undefined ? '' : `${placeText(annotation, view.open.steps.length)}.`;
  };

  const current = (view: TraceView): number | undefined => stepAt(view.open.steps, offsetOf(view));

  return {
    onDidGo: gone.event,
    current,
    reveal,
    step: (view, direction) => inTurn(async () => {
      const place = { steps: view.open.steps, offset: offsetOf(view), remembered: memory.lastStep(view.document.uri) };
      const { step, clamped } = stepFrom(place, direction);
      await reveal(view, step);
      if (clamped) note(direction === 1 ? vscode.l10n.t('This is the last step.') : vscode.l10n.t('This is the first step.'));
    }),
    toEnd: (view, end) => inTurn(async () => {
      const { step, clamped } = stepToEnd({ steps: view.open.steps, offset: offsetOf(view) }, end);
      await reveal(view, step);
      note(clamped ? (end === 'first' ? vscode.l10n.t('This is the first step.') : vscode.l10n.t('This is the last step.')) : reached(view, step));
    }),
    nextSuspicious: (view) => inTurn(async () => {
      const step = nextSuspicious({ steps: view.open.steps, offset: offsetOf(view) }, view.annotations.steps);
      if (step !== undefined) await reveal(view, step);
      else if (view.annotations.scored === 0) note(vscode.l10n.t('No step is scored yet: run Stepscope: Score Steps.'));
      else note(vscode.l10n.t('There is no suspicious step after this one.'));
    }),
    nextDisagreement: (view) => inTurn(async () => {
      const { open, annotations } = view;
      const found = (step: StepAnnotation): string[] => disagreements(step, open.trace, annotations.threshold);
      const step = nextWhere({ steps: open.steps, offset: offsetOf(view) }, annotations.steps, (candidate) => found(candidate).length > 0);
      const annotation = step === undefined ? undefined : annotations.steps[step];
      if (annotation !== undefined) {
        await reveal(view, annotation.index);
        note(`${placeText(annotation, open.steps.length)}: ${found(annotation).join('; ')}.`);
      } else if (annotations.scored === 0) note(vscode.l10n.t('No step is scored yet: run Stepscope: Score Steps.'));
      else note(vscode.l10n.t('There is no disagreement after this step.'));
    }),
    async goTo(view, number) {
      const wanted = number ?? (await pickStep(view, current(view)));
      if (wanted === undefined) return;
      const { step, clamped } = stepNumbered(wanted, view.open.steps.length);
      await inTurn(() => reveal(view, step));
      const steps = count(view.open.steps.length, 'step');
      const nearest = step === 0 ? vscode.l10n.t('There is no step {0}: this is the first of {1}.', wanted, steps) : vscode.l10n.t('There is no step {0}: this is the last of {1}.', wanted, steps);
      note(clamped ? nearest : reached(view, step));
    },
    read(view) {
      const index = current(view);
      const step = index === undefined ? undefined : view.annotations.steps[index];
      const text = step === undefined
        ? vscode.l10n.t('The cursor is before the first of {0} of {1}. {2}', count(view.open.steps.length, 'step'), view.open.name, outcomeText(view.annotations))
        : spokenStep(step, view.open.steps.length, view.open.texts[step.index] ?? '');
      void vscode.window.showInformationMessage(text);
    },
    dispose: () => gone.dispose(),
  };
}

/** Shows a document in the column that has it already. */
export async function showDocument(document: vscode.TextDocument, preserveFocus: boolean): Promise<vscode.TextEditor> {
  const viewColumn = editorOf(document)?.viewColumn ?? tabColumn(document.uri);
  return vscode.window.showTextDocument(document, { preserveFocus, ...(viewColumn !== undefined && { viewColumn }) });
}

/** The column whose tabs include the document, so that it is not opened a second time beside. */
export function tabColumn(uri: vscode.Uri): vscode.ViewColumn | undefined {
  const name = uri.toString();
  return vscode.window.tabGroups.all.find((group) =>
    group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === name),
  )?.viewColumn;
}
