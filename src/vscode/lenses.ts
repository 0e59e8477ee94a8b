import * as vscode from 'vscode';
import type { Disposable } from './disposable.ts';
import { MAX_SAMPLES, nextSampleCount, type StepAnnotation } from './annotations.ts';
import { labelText } from './given-text.ts';
import { oneLine } from './dataset/row-summary.ts';
import { COMMANDS, DATASET_COMMANDS } from './manifest.ts';
import { segmenterText } from './segmenter-text.ts';
import type { OpenSegmentation } from './trace-documents.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { count, lensTitle } from './wording.ts';

export interface Lenses extends vscode.CodeLensProvider<TitledLens>, Disposable {}

/** Gets its title and command when it comes into sight: the editor keeps the arguments of each command, and a trace may have thousands of lenses. */
class TitledLens extends vscode.CodeLens {
  constructor(
    range: vscode.Range,
    readonly make: () => vscode.Command,
  ) {
    super(range);
  }
}

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
    resolveCodeLens(lens) {
      lens.command = lens.make();
      return lens;
    },
    dispose() {
      clearTimeout(timer);
      subscription.dispose();
      changed.dispose();
    },
  };
}

function headLenses(view: TraceView): TitledLens[] {
  const range = new vscode.Range(0, 0, 0, 0);
  const uri = view.document.uri.toString();
  const { run, annotations, open } = view;
  const lenses: TitledLens[] = [];
  const add = (title: string, command: string): void => {
    lenses.push(new TitledLens(range, () => ({ title, command, arguments: [uri] })));
  };
  if (run !== undefined) {
    add(run.phase === 'loading' ? vscode.l10n.t('Opening the verifier… Cancel') : vscode.l10n.t('Scoring, {0} of {1} done… Cancel', run.done, run.total), COMMANDS.cancelScoring);
  } else {
    const missing = annotations.steps.length - annotations.scored;
    if (missing > 0) add(vscode.l10n.t('Score {0}', annotations.scored === 0 ? count(missing, 'step') : count(missing, 'missing step')), COMMANDS.scoreSteps);
    if (annotations.scored > 0) add(firstErrorTitle(view), COMMANDS.showStepScores);
    const recorded = annotations.steps.filter((step) => step.recorded).length;
    if (recorded > 0) add(vscode.l10n.t('{0} recorded in the file: Score Here', count(recorded, 'score')), COMMANDS.scoreSteps);
  }
  const { variant } = open.trace.source;
  if (variant !== undefined) add(vscode.l10n.t('Trace {0} of its row: open another…', oneLine(variant, 40)), DATASET_COMMANDS.openVariant);
  if (open.segmentation !== undefined) add(segmentationTitle(open.segmentation), COMMANDS.changeSegmentation);
  if (view.hiddenNotes > 0) add(view.hiddenNotes === 1 ? vscode.l10n.t('1 noted step cut otherwise now: Change Segmentation brings its note back') : vscode.l10n.t('{0} noted steps cut otherwise now: Change Segmentation brings their notes back', view.hiddenNotes), COMMANDS.changeSegmentation);
  const label = labelText(open.trace);
  if (label !== undefined) add(label, '');
  return lenses;
}

function segmentationTitle({ chosen, by, edits }: OpenSegmentation): string {
  const label = chosen === by ? segmenterText(by).label : vscode.l10n.t('{0} (automatic)', segmenterText(by).label);
  return vscode.l10n.t('Steps: {0}', edits === 0 ? label : `${label}, ${count(edits, 'edit')}`);
}

function firstErrorTitle(view: TraceView): string {
  const { firstError, scored, steps } = view.annotations;
  const found = firstError === undefined ? vscode.l10n.t('No error found') : vscode.l10n.t('First error at step {0}', firstError + 1);
  return scored < steps.length ? vscode.l10n.t('{0} ({1} of {2} scored)', found, scored, count(steps.length, 'step')) : found;
}

function stepLenses(view: TraceView, step: StepAnnotation): TitledLens[] {
  const start = view.document.positionAt(view.open.steps[step.index]?.start ?? 0);
  const range = new vscode.Range(start, start);
  const lens = (title: () => string, command: string): TitledLens => new TitledLens(range, () => ({ title: title(), command, arguments: [view.document.uri.toString(), step.index] }));
  const score = lens(() => lensTitle(step), COMMANDS.showAnalysis);
  if (step.score === undefined) {
    const running = view.run !== undefined;
    return running || step.state === 'running'
      ? [score]
      : [score, lens(() => vscode.l10n.t('Score this step'), COMMANDS.scoreStep)];
  }
  const samples = nextSampleCount(step);
  return samples > MAX_SAMPLES || view.run !== undefined
    ? [score]
    : [score, lens(() => vscode.l10n.t('Ask for {0} samples', samples), COMMANDS.moreSamples)];
}
