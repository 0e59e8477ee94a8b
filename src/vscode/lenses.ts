import * as vscode from 'vscode';
import type { Disposable } from './disposable.ts';
import { nextSampleCount, type StepAnnotation } from './annotations.ts';
import { segmenterLabel } from '../core/segment/segmenters.ts';
import { labelText } from './given-text.ts';
import { COMMANDS } from './manifest.ts';
import { MAX_SAMPLES } from './settings.ts';
import type { OpenSegmentation } from './trace-documents.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { count, lensTitle } from './wording.ts';

export interface Lenses extends vscode.CodeLensProvider, Disposable {}

/** A lens over each step and one on the first line, for documents that were opened as traces. */
export function createLenses(sessions: TraceSessions): Lenses {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  // Every change of lenses makes the editor ask for all of them: a beat keeps a fast run readable.
  const subscription = sessions.onDidChange(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed.fire();
    }, 80);
  });
  return {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses(document) {
      const view = sessions.view(document);
      if (view === undefined) return [];
      return [...headLenses(view), ...view.annotations.steps.flatMap((step) => stepLenses(view, step))];
    },
    dispose() {
      clearTimeout(timer);
      subscription.dispose();
      changed.dispose();
    },
  };
}

function headLenses(view: TraceView): vscode.CodeLens[] {
  const range = new vscode.Range(0, 0, 0, 0);
  const uri = view.document.uri.toString();
  const { run, annotations, open } = view;
  const lenses: vscode.CodeLens[] = [];
  const add = (title: string, command: string): void => {
    lenses.push(new vscode.CodeLens(range, { title, command, arguments: [uri] }));
  };
  if (run !== undefined) {
    add(run.phase === 'loading' ? 'Opening the verifier… Cancel' : `Scoring, ${run.done} of ${run.total} done… Cancel`, COMMANDS.cancelScoring);
  } else {
    const missing = annotations.steps.length - annotations.scored;
    if (missing > 0) add(annotations.scored === 0 ? `Score ${count(missing, 'step')}` : `Score ${count(missing, 'missing step')}`, COMMANDS.scoreSteps);
    if (annotations.scored > 0) add(firstErrorTitle(view), COMMANDS.showStepScores);
    const recorded = annotations.steps.filter((step) => step.recorded).length;
    if (recorded > 0) add(`${count(recorded, 'score')} recorded in the file: Score Here`, COMMANDS.scoreSteps);
  }
  if (open.segmentation !== undefined) add(segmentationTitle(open.segmentation), COMMANDS.changeSegmentation);
  if (view.hiddenNotes > 0) add(`${count(view.hiddenNotes, 'noted step')} cut otherwise now: Change Segmentation brings ${view.hiddenNotes === 1 ? 'its note' : 'their notes'} back`, COMMANDS.changeSegmentation);
  const label = labelText(open.trace);
  if (label !== undefined) add(label, '');
  return lenses;
}

function segmentationTitle({ chosen, by, edits }: OpenSegmentation): string {
  const label = chosen === by ? segmenterLabel(by) : `${segmenterLabel(by)} (automatic)`;
  return `Steps: ${label}${edits === 0 ? '' : `, ${count(edits, 'edit')}`}`;
}

function firstErrorTitle(view: TraceView): string {
  const { firstError, scored, steps } = view.annotations;
  const found = firstError === undefined ? 'No error found' : `First error at step ${firstError + 1}`;
  return scored < steps.length ? `${found} (${scored} of ${count(steps.length, 'step')} scored)` : found;
}

function stepLenses(view: TraceView, step: StepAnnotation): vscode.CodeLens[] {
  const start = view.document.positionAt(view.open.steps[step.index]?.start ?? 0);
  const range = new vscode.Range(start, start);
  const target = [view.document.uri.toString(), step.index];
  const lens = (title: string, command: string): vscode.CodeLens => new vscode.CodeLens(range, { title, command, arguments: target });
  const title = lensTitle(step);
  if (step.score === undefined) {
    const running = view.run !== undefined;
    return running || step.state === 'running'
      ? [lens(title, COMMANDS.showAnalysis)]
      : [lens(title, COMMANDS.showAnalysis), lens('Score this step', COMMANDS.scoreStep)];
  }
  const samples = nextSampleCount(step);
  return samples > MAX_SAMPLES || view.run !== undefined
    ? [lens(title, COMMANDS.showAnalysis)]
    : [lens(title, COMMANDS.showAnalysis), lens(`Ask for ${samples} samples`, COMMANDS.moreSamples)];
}
