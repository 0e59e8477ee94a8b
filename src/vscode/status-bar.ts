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
  item.name = vscode.l10n.t('Stepscope: Step and Score');

  function update(): void {
    const view = active.view();
    const editor = view === undefined ? undefined : editorOf(view.document);
    if (view === undefined || editor === undefined || !readSettings().display.statusBar) {
      item.hide();
      return;
    }
    const steps = view.open.steps.length;
    if (view.run !== undefined) {
      item.text = view.run.phase === 'loading' ? `$(sync~spin) ${vscode.l10n.t('Opening the verifier')}` : `$(sync~spin) ${vscode.l10n.t('Scoring {0}', `${view.run.done}/${view.run.total}`)}`;
      item.tooltip = vscode.l10n.t('Cancel scoring');
      item.command = COMMANDS.cancelScoring;
      item.accessibilityInformation = { label: vscode.l10n.t('Scoring, {0} of {1} done. Press to cancel.', view.run.done, count(view.run.total, 'step')) };
      item.show();
      return;
    }
    const index = stepAt(view.open.steps, view.document.offsetAt(editor.selection.active));
    const step = index === undefined ? undefined : view.annotations.steps[index];
    item.text = step === undefined ? vscode.l10n.t('Steps {0}/{1} scored', view.annotations.scored, steps) : vscode.l10n.t('Step {0}/{1} {2}', step.index + 1, steps, scoreText(step)).trim();
    const words = step === undefined
      ? vscode.l10n.t('{0} of {1} scored', view.annotations.scored, count(steps, 'step'))
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
