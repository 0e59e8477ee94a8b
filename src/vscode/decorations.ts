import * as vscode from 'vscode';
import type { Span } from '../core/trace/trace.ts';
import type { StepAnnotation, StepState } from './annotations.ts';
import { givenAt, givenInline } from './given-text.ts';
import { COLORS, type ColorName } from './manifest.ts';
import { modeSwitchAt } from './mode-switch.ts';
import { noteInline, notesAt } from './note-text.ts';
import { readSettings } from './settings.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { inlineText } from './wording.ts';

/** Gutter glyphs. Each has a shape of its own; `afterError` is the small hollow one. */
const GUTTER_ICONS = ['correct', 'error', 'uncertain', 'no-verdict', 'after-error'] as const;
type GutterIcon = (typeof GUTTER_ICONS)[number];

/** Draws scores in the editors that show a trace: text after each step, glyphs in the gutter. */
export function createDecorations(context: vscode.ExtensionContext, sessions: TraceSessions): vscode.Disposable {
  const inline = vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const gutter = new Map(GUTTER_ICONS.map((icon) => [icon, gutterType(context, icon)]));

  function draw(editor: vscode.TextEditor): void {
    const view = sessions.view(editor.document);
    const current = view?.version === editor.document.version ? view : undefined;
    const { display } = readSettings();
    const steps = current?.annotations.steps ?? [];
    editor.setDecorations(inline, current !== undefined && display.inlineText ? steps.flatMap((step) => afterText(current, step)) : []);
    for (const [icon, type] of gutter) {
      const shown = display.gutter ? steps.filter((step) => gutterIcon(step) === icon) : [];
      editor.setDecorations(type, current === undefined ? [] : shown.map((step) => startOf(current, step)));
    }
  }

  return vscode.Disposable.from(
    inline,
    ...gutter.values(),
    sessions.onDidChange((document) => vscode.window.visibleTextEditors.filter((editor) => editor.document === document).forEach(draw)),
    vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach(draw)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.display')) vscode.window.visibleTextEditors.forEach(draw);
    }),
  );
}

function gutterType(context: vscode.ExtensionContext, icon: GutterIcon): vscode.TextEditorDecorationType {
  const file = (theme: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, 'media', `step-${icon}-${theme}.svg`);
  const ruler = icon === 'error' ? COLORS.error : icon === 'uncertain' ? COLORS.uncertain : undefined;
  return vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    gutterIconSize: 'contain',
    light: { gutterIconPath: file('light') },
    dark: { gutterIconPath: file('dark') },
    ...(ruler === undefined ? {} : { overviewRulerColor: new vscode.ThemeColor(ruler), overviewRulerLane: vscode.OverviewRulerLane.Right }),
  });
}

function gutterIcon(step: StepAnnotation): GutterIcon | undefined {
  if (step.score === undefined) return undefined;
  if (step.brokenPrefix) return 'after-error';
  switch (step.state) {
    case 'correct':
    case 'error':
    case 'uncertain':
      return step.state;
    case 'noVerdict':
      return 'no-verdict';
    case 'unscored':
    case 'running':
    case 'failed':
      return undefined;
  }
}

function colorOf(step: StepAnnotation): ColorName {
  if (step.brokenPrefix) return 'afterError';
  const byState: Readonly<Record<StepState, ColorName>> = {
    unscored: 'noVerdict',
    running: 'noVerdict',
    failed: 'noVerdict',
    noVerdict: 'noVerdict',
    correct: 'correct',
    error: 'error',
    uncertain: 'uncertain',
  };
  return byState[step.state];
}

/** The score after the last character of the step, with how the search went on after it; and beside it, each in a colour of its own, what came with the data and what a person noted. */
function afterText(view: TraceView, step: StepAnnotation): vscode.DecorationOptions[] {
  const span = view.open.steps[step.index];
  if (span === undefined) return [];
  const range = lastCharacter(view.document, span);
  // In one piece with the score: the editor keeps no order among several texts at one place, and the switch is long.
  const text = [inlineText(step), modeSwitchAt(view.open.trace, step.index)].filter((part) => part !== '').join(' ');
  const parts: vscode.DecorationOptions[] = [];
  if (text !== '') parts.push(attachment(range, text, COLORS[colorOf(step)], step.state === 'running' ? 'italic' : 'normal'));
  const given = givenInline(givenAt(view.open.trace, step.index, view.annotations.threshold));
  if (given !== '') parts.push(attachment(range, given, COLORS.label, 'italic'));
  const noted = noteInline(notesAt(view.notes, step.index));
  if (noted !== '') parts.push(attachment(range, noted, COLORS.note, 'normal'));
  return parts;
}

function attachment(range: vscode.Range, text: string, color: string, fontStyle: string): vscode.DecorationOptions {
  return {
    range,
    renderOptions: { after: { contentText: text, color: new vscode.ThemeColor(color), margin: '0 0 0 1.5em', fontStyle } },
  };
}

/** Attached text keeps its place only on a range that is not empty. */
function lastCharacter(document: vscode.TextDocument, span: Span): vscode.Range {
  return new vscode.Range(document.positionAt(Math.max(span.start, span.end - 1)), document.positionAt(span.end));
}

function startOf(view: TraceView, step: StepAnnotation): vscode.Range {
  const position = view.document.positionAt(view.open.steps[step.index]?.start ?? 0);
  return new vscode.Range(position, position);
}
