import * as vscode from 'vscode';
import type { Unit } from '../core/trace/trace.ts';
import { givenAt } from './given-text.ts';
import { modeSwitchAt } from './mode-switch.ts';
import { notesAt, noteText } from './note-text.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { count, firstWords, scoreText } from './wording.ts';

/** The outline is asked for again at most this often. */
const REFRESH_MS = 150;

/**
 * The outline of a trace: the question and the steps, with their scores. Inline text is silent to
 * screen readers; this is where they find the same numbers.
 */
export function registerSymbols(sessions: TraceSessions): vscode.Disposable {
  const provider: vscode.DocumentSymbolProvider = {
    provideDocumentSymbols: (document) => {
      const view = sessions.view(document);
      return view === undefined ? undefined : symbolsOf(view);
    },
  };
  const register = (): vscode.Disposable =>
    vscode.languages.registerDocumentSymbolProvider({ scheme: '*' }, provider, { label: 'Stepscope' });
  let registration = register();
  let timer: NodeJS.Timeout | undefined;
  const subscription = sessions.onDidChange(() => {
    // A symbol provider cannot say that its symbols changed while the text did not; registering
    // it again is what makes the editor ask.
    timer ??= setTimeout(() => {
      timer = undefined;
      registration.dispose();
      registration = register();
    }, REFRESH_MS);
  });
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    subscription.dispose();
    registration.dispose();
  });
}

function symbolsOf({ document, open, annotations, notes: noted }: TraceView): vscode.DocumentSymbol[] {
  const rangeOf = (start: number, end: number): vscode.Range =>
    new vscode.Range(document.positionAt(start), document.positionAt(end));
  const question = rangeOf(open.problem.start, open.problem.end);
  const steps = annotations.steps.map((step) => {
    const span = open.steps[step.index] ?? { start: 0, end: 0 };
    const range = rangeOf(span.start, span.end);
    const given = givenAt(open.trace, step.index, annotations.threshold).filter(({ kind, firstError }) => firstError || kind === 'rating' || kind === 'score');
    const notes = [scoreText(step), step.firstError ? vscode.l10n.t('first error') : '', ...given.map(({ text }) => text), modeSwitchAt(open.trace, step.index), ...notesAt(noted, step.index).map((note) => `✎ ${firstWords(noteText(note), 12)}`)];
    const name = vscode.l10n.t('Step {0}: {1}', step.index + 1, firstWords(open.texts[step.index] ?? '', 6));
    return new vscode.DocumentSymbol(name, notes.filter((note) => note !== '').join(' · '), vscode.SymbolKind.Event, range, range);
  });
  const { units } = open.trace;
  const answer = open.answer === undefined ? [] : [answerSymbol(document.getText(rangeOf(open.answer.start, open.answer.end)), rangeOf(open.answer.start, open.answer.end))];
  return [
    new vscode.DocumentSymbol(vscode.l10n.t('Question'), firstWords(open.trace.problem, 8), vscode.SymbolKind.String, question, question),
    ...(units === undefined ? steps : units.flatMap((unit, index) => unitSymbol(unit, index, steps))),
    ...answer,
  ];
}

function answerSymbol(text: string, range: vscode.Range): vscode.DocumentSymbol {
  return new vscode.DocumentSymbol(vscode.l10n.t('Answer'), firstWords(text, 8), vscode.SymbolKind.String, range, range);
}

/** A unit with its steps under it. */
function unitSymbol({ first, end, word }: Unit, index: number, steps: readonly vscode.DocumentSymbol[]): vscode.DocumentSymbol[] {
  const children = steps.slice(first, end);
  const [from, to] = [children[0]?.range, children.at(-1)?.range];
  if (from === undefined || to === undefined) return [];
  const range = from.union(to);
  const name = word === undefined ? vscode.l10n.t('Unit {0}', index + 1) : vscode.l10n.t('Unit {0}: {1}', index + 1, word);
  const symbol = new vscode.DocumentSymbol(name, count(children.length, 'step'), vscode.SymbolKind.Namespace, range, from);
  symbol.children = children;
  return [symbol];
}
