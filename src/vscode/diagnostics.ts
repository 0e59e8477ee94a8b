import * as vscode from 'vscode';
import type { ActiveTrace } from './active-trace.ts';
import { isVerdictOnly, judged } from '../core/verifier/judge.ts';
import { givenErrors } from './given-text.ts';
import type { TraceView } from './trace-sessions.ts';
import { count, probability } from './wording.ts';

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
    const entry = new vscode.Diagnostic(range, `Step ${step + 1} is wrong according to the data: ${texts.join('; ')}.`, vscode.DiagnosticSeverity.Information);
    entry.source = 'Stepscope (data)';
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
  const message = [
    `Step ${step.index + 1} is the first step judged wrong: ${only ? 'hard score' : 'score'} ${probability(value)} under ${probability(threshold)}`,
    ` (K=${score.samples.length}${step.stream === 'direct' ? ', direct' : ''}${only ? ', verdict only' : ''}, ${score.provenance.model}).`,
    step.state === 'uncertain' ? ' The verdict is uncertain: ask for more samples.' : '',
    unknown > 0 ? ` ${count(unknown, 'step')} before it ${unknown === 1 ? 'has' : 'have'} no score.` : '',
  ].join('');
  const range = new vscode.Range(view.document.positionAt(span.start), view.document.positionAt(span.end));
  const entry = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
  entry.source = 'Stepscope';
  return entry;
}
