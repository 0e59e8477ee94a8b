import * as vscode from 'vscode';
import { markAgreement } from '../core/metrics/mark-agreement.ts';
import { editorOf, type ActiveTrace } from './active-trace.ts';
import { COMMANDS } from './manifest.ts';
import { agreementText, shortAgreement } from './note-text.ts';
import { readSettings } from './settings.ts';
import { stepAt } from './trace-documents.ts';
import { count, scoreText, spokenStep } from './wording.ts';

/** Where the cursor is in the active trace and what that step scored: `Step 3/6 ✗ 0.02`. */
export function createStatusBar(active: ActiveTrace): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('stepscope.position', vscode.StatusBarAlignment.Right, 90);
  item.name = 'Stepscope: Step and Score';

  function update(): void {
    const view = active.view();
    const editor = view === undefined ? undefined : editorOf(view.document);
    if (view === undefined || editor === undefined || !readSettings().display.statusBar) {
      item.hide();
      return;
    }
    const steps = view.open.steps.length;
    if (view.run !== undefined) {
      item.text = view.run.phase === 'loading' ? '$(sync~spin) Opening the verifier' : `$(sync~spin) Scoring ${view.run.done}/${view.run.total}`;
      item.tooltip = 'Cancel scoring';
      item.command = COMMANDS.cancelScoring;
      item.accessibilityInformation = { label: `Scoring, ${view.run.done} of ${count(view.run.total, 'step')} done. Press to cancel.` };
      item.show();
      return;
    }
    const index = stepAt(view.open.steps, view.document.offsetAt(editor.selection.active));
    const step = index === undefined ? undefined : view.annotations.steps[index];
    item.text = step === undefined ? `Steps ${view.annotations.scored}/${steps} scored` : `Step ${step.index + 1}/${steps} ${scoreText(step)}`.trim();
    const words = step === undefined
      ? `${view.annotations.scored} of ${count(steps, 'step')} scored`
      : spokenStep(step, steps, view.open.texts[step.index] ?? '');
    const agreement = agreementText(view.annotations, view.notes);
    const marked = markAgreement(view.annotations.steps.map(({ score }) => score), view.annotations.threshold, view.notes);
    if (marked !== undefined && marked.compared > 0) item.text = `${item.text} ${shortAgreement(marked)}`;
    item.tooltip = agreement === '' ? words : `${words}\n${agreement}`;
    item.command = step === undefined ? COMMANDS.showStepScores : COMMANDS.showAnalysis;
    item.accessibilityInformation = { label: agreement === '' ? words : `${words}, ${agreement}` };
    item.show();
  }

  update();
  return vscode.Disposable.from(
    item,
    active.onDidChange(update),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor.document === active.view()?.document) update();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.display')) update();
    }),
  );
}
