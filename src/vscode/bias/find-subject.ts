import * as vscode from 'vscode';
import type { ActiveTrace } from '../active-trace.ts';
import { TRACE_SCHEME } from '../manifest.ts';
import type { TraceTarget } from '../trace-target.ts';
import type { TraceView } from '../trace-sessions.ts';
import { firstWords } from '../wording.ts';
import { subjectOfTrace, type BiasSubject } from './bias-subject.ts';

/** A subject, the sentence that says why there is none, or undefined where a person asked for none. */
export type FoundSubject = { readonly subject: BiasSubject; readonly view?: TraceView } | { readonly refusal: string } | undefined;

/**
 * What a command of a bias view is about: `{ question, gold?, system? }`, a row of the *Traces* view, a document by
 * address; else what the editor is about: its trace, a selected problem, or the row at the cursor; else a problem to type.
 */
export async function findSubject(argument: unknown, { target, active, title }: { readonly target: TraceTarget; readonly active: ActiveTrace; readonly title: string }): Promise<FoundSubject> {
  const given = givenSubject(argument);
  if (given !== undefined) return { subject: given };
  const here = argument === undefined || argument === null;
  const editor = vscode.window.activeTextEditor;
  if (here && editor === undefined && active.view() === undefined) return askSubject(title);
  const selected = here && editor !== undefined && active.view()?.document !== editor.document ? editor.document.getText(editor.selection).trim() : '';
  if (selected !== '') return { subject: problemSubject(selected) };
  const found = await target.find(argument, true);
  if ('refusal' in found) return { refusal: `${found.refusal} ${vscode.l10n.t('Or select a problem in any text.')}` };
  const { view } = found;
  const subject = subjectOfTrace(view.open.name, view.open.trace);
  if ('refusal' in subject) return subject;
  // A file that is one trace has rows of no data set, whatever its format counts.
  const { data, ...rest } = subject;
  const span = here ? selectedSpan(view, editor) : undefined;
  return { view, subject: { ...rest, ...(view.document.uri.scheme === TRACE_SCHEME && data && { data }), ...(span && { selected: span }) } };
}

/** A problem without a solution. */
export function problemSubject(question: string): BiasSubject {
  return { name: firstWords(question, 8), question };
}

/** The part of the question that is selected, as offsets into it. */
function selectedSpan({ document, open: { problem } }: TraceView, editor: vscode.TextEditor | undefined): BiasSubject['selected'] {
  if (editor?.document !== document) return undefined;
  const [start, end] = [document.offsetAt(editor.selection.start), document.offsetAt(editor.selection.end)];
  return start < end && start >= problem.start && end <= problem.end ? { start: start - problem.start, end: end - problem.start } : undefined;
}

async function askSubject(title: string): Promise<FoundSubject> {
  const question = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('The problem, as the policy is to read it. Or select a text, open a trace or a row first.'),
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Write a problem.') : undefined),
  });
  return question === undefined || question.trim() === '' ? undefined : { subject: problemSubject(question.trim()) };
}

/** A problem that another command gives. */
function givenSubject(argument: unknown): BiasSubject | undefined {
  if (typeof argument !== 'object' || argument === null || !('question' in argument) || typeof argument.question !== 'string' || argument.question.trim() === '') return undefined;
  const { question, gold, system } = argument as { readonly question: string; readonly gold?: unknown; readonly system?: unknown };
  return { ...problemSubject(question), ...(typeof gold === 'string' && { gold }), ...(typeof system === 'string' && { system }) };
}
