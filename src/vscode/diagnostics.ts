import * as vscode from 'vscode';
import type { ActiveTrace } from './active-trace.ts';
import { isVerdictOnly, judged } from '../core/verifier/judge.ts';
import { givenErrors } from './given-text.ts';
import type { TraceView } from './trace-sessions.ts';
import { probability } from './wording.ts';

/**
 * Lists the first error of the active trace in Problems, as judged here and, apart from it, as each
 * source that came with the data has it. Nothing else: steps after it were judged on a broken prefix,
 * and other traces would flood the list.
 */
export function createDiagnostics(active: ActiveTrace): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('stepscope');
  let listed: vscode.Uri | undefined;
  const update = (): void => {
    const view = active.view();
    const entry = view === undefined ? undefined : firstErrorEntry(view);
    const given = view === undefined ? [] : givenEntries(view);
    if (listed !== undefined && listed.toString() !== view?.document.uri.toString()) collection.delete(listed);
    listed = view?.document.uri;
    if (listed !== undefined) collection.set(listed, entry === undefined ? given : [entry, ...given]);
  };
  update();
  return vscode.Disposable.from(collection, active.onDidChange(update));
}

function givenEntries({ document, open, annotations }: TraceView): vscode.Diagnostic[] {
  return givenErrors(open.trace, annotations.threshold).flatMap(({ step, texts }) => {
    const span = open.steps[step];
    if (span === undefined) return [];
    const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
    const entry = new vscode.Diagnostic(range, vscode.l10n.t('Step {0} is wrong according to the data: {1}.', step + 1, texts.join('; ')), vscode.DiagnosticSeverity.Information);
    entry.source = vscode.l10n.t('Stepscope (data)');
    return [entry];
  });
}

function firstErrorEntry(view: TraceView): vscode.Diagnostic | undefined {
  const { firstError, steps, threshold } = view.annotations;
  const step = firstError === undefined ? undefined : steps[firstError];
  const span = firstError === undefined ? undefined : view.open.steps[firstError];
  const value = judged(step?.score);
  if (step?.score === undefined || value === undefined || span === undefined) return undefined;
  const { score } = step;
  const unknown = steps.slice(0, step.index).filter((before) => judged(before.score) === undefined).length;
  const only = isVerdictOnly(score);
  const made = [`K=${score.samples.length}`, ...(step.stream === 'direct' ? [vscode.l10n.t('direct')] : []), ...(only ? [vscode.l10n.t('verdict only')] : []), score.provenance.model].join(', ');
  const message = [
    only
      ? vscode.l10n.t('Step {0} is the first step judged wrong: hard score {1} under {2} ({3}).', step.index + 1, probability(value), probability(threshold), made)
      : vscode.l10n.t('Step {0} is the first step judged wrong: score {1} under {2} ({3}).', step.index + 1, probability(value), probability(threshold), made),
    ...(step.state === 'uncertain' ? [vscode.l10n.t('The verdict is uncertain: ask for more samples.')] : []),
    ...(unknown === 1 ? [vscode.l10n.t('1 step before it has no score.')] : unknown > 0 ? [vscode.l10n.t('{0} steps before it have no score.', unknown)] : []),
  ].join(' ');
  const range = new vscode.Range(view.document.positionAt(span.start), view.document.positionAt(span.end));
  const entry = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
  entry.source = 'Stepscope';
  return entry;
}
