import * as vscode from 'vscode';
import type { Span } from '../core/trace/trace.ts';
import type { StepAnnotation, StepState } from './annotations.ts';
import { givenAt, givenInline } from './given-text.ts';
import { COLORS, type ColorName } from './manifest.ts';
import { tellViewDrawn } from './milestones.ts';
import { modeSwitchAt } from './mode-switch.ts';
import { noteInline, notesAt } from './note-text.ts';
import { readSettings, type DisplaySettings } from './settings.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { stepsBetween, type StepRange } from './visible-steps.ts';
import { inlineText } from './wording.ts';

/** Gutter glyphs. Each has a shape of its own; `afterError` is the small hollow one. */
const GUTTER_ICONS = ['correct', 'error', 'uncertain', 'no-verdict', 'after-error'] as const;
type GutterIcon = (typeof GUTTER_ICONS)[number];

/** The texts after a step, in the order in which they stand. */
const INLINE_PARTS = ['score', 'given', 'note'] as const;
type InlinePart = (typeof INLINE_PARTS)[number];

/** Lines above and below the visible ones that are drawn too, so that a little scrolling shows nothing that is not drawn yet. */
const MARGIN = 60;

/** What an editor shows now. */
interface Drawn {
  readonly view: TraceView | undefined;
  readonly range: StepRange;
}

/**
 * Draws scores in the editors that show a trace: text after each step and glyphs in the gutter for the steps in sight,
 * since the editor makes a style of its own for each text; marks in the overview ruler for all that are worth a look.
 */
export function createDecorations(context: vscode.ExtensionContext, sessions: TraceSessions): vscode.Disposable {
  const inline = createInlineTypes();
  const gutter = new Map(GUTTER_ICONS.map((icon) => [icon, gutterType(context, icon)]));
  const ruler = new Map((['error', 'uncertain'] as const).map((icon) => [icon, rulerType(COLORS[icon])]));
  const drawn = new WeakMap<vscode.TextEditor, Drawn>();

  function draw(editor: vscode.TextEditor): void {
    const view = sessions.view(editor.document);
    const current = view?.version === editor.document.version ? view : undefined;
    const { display } = readSettings();
    drawInSight(editor, current, current === undefined ? NONE : inSight(editor, current, MARGIN), display);
    for (const [icon, type] of ruler) {
      const shown = display.gutter ? (current?.annotations.steps.filter((step) => gutterIcon(step) === icon) ?? []) : [];
      editor.setDecorations(type, current === undefined ? [] : shown.map((step) => startOf(current, step)));
    }
    if (current !== undefined) tellViewDrawn(current);
  }

  function drawInSight(editor: vscode.TextEditor, current: TraceView | undefined, range: StepRange, display: DisplaySettings): void {
    drawn.set(editor, { view: current, range });
    const steps = current?.annotations.steps.slice(range.first, range.end) ?? [];
    const texts = current !== undefined && display.inlineText ? steps.map((step) => afterText(current, step)) : [];
    for (const part of INLINE_PARTS) editor.setDecorations(inline[part], texts.flatMap((parts) => parts[part] ?? []));
    for (const [icon, type] of gutter) {
      const shown = display.gutter ? steps.filter((step) => gutterIcon(step) === icon) : [];
      editor.setDecorations(type, current === undefined ? [] : shown.map((step) => startOf(current, step)));
    }
  }

  /** Draws what has come into sight. */
  function follow(editor: vscode.TextEditor): void {
    const known = drawn.get(editor);
    if (known?.view === undefined || known.view !== sessions.view(editor.document)) return;
    const { first, end } = inSight(editor, known.view, MARGIN / 3);
    if (first < known.range.first || end > known.range.end) drawInSight(editor, known.view, inSight(editor, known.view, MARGIN), readSettings().display);
  }

  return vscode.Disposable.from(
    ...Object.values(inline),
    ...gutter.values(),
    ...ruler.values(),
    sessions.onDidChange((document) => vscode.window.visibleTextEditors.filter((editor) => editor.document === document).forEach(draw)),
    vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach(draw)),
    vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => follow(textEditor)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.display')) vscode.window.visibleTextEditors.forEach(draw);
    }),
  );
}

const NONE: StepRange = { first: 0, end: 0 };

/** The steps on the visible lines and `margin` lines around them; of an editor that has no size yet, those around its cursor. */
function inSight({ document, visibleRanges, selection }: vscode.TextEditor, { open }: TraceView, margin: number): StepRange {
  const first = visibleRanges[0]?.start.line ?? selection.active.line;
  const last = visibleRanges.at(-1)?.end.line ?? selection.active.line;
  const from = document.offsetAt(new vscode.Position(Math.max(0, first - margin), 0));
  const to = document.offsetAt(new vscode.Position(last + margin + 1, 0));
  return stepsBetween(open.steps, from, to);
}

/**
 * A type for each text that stands after a step. Where several are attached to one place, the editor puts them in the order of
 * their types' keys, compared as texts, so types are made until that is the order in which they are to be read.
 */
function createInlineTypes(): Record<InlinePart, vscode.TextEditorDecorationType> {
  const make = (): vscode.TextEditorDecorationType => vscode.window.createTextEditorDecorationType({ rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed });
  for (;;) {
    const types = { score: make(), given: make(), note: make() };
    if (types.score.key < types.given.key && types.given.key < types.note.key) return types;
    Object.values(types).forEach((type) => type.dispose());
  }
}

function gutterType(context: vscode.ExtensionContext, icon: GutterIcon): vscode.TextEditorDecorationType {
  const file = (theme: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, 'media', `step-${icon}-${theme}.svg`);
  return vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    gutterIconSize: 'contain',
    light: { gutterIconPath: file('light') },
    dark: { gutterIconPath: file('dark') },
  });
}

function rulerType(color: string): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    overviewRulerColor: new vscode.ThemeColor(color),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
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
function afterText(view: TraceView, step: StepAnnotation): Partial<Record<InlinePart, vscode.DecorationOptions>> {
  const span = view.open.steps[step.index];
  if (span === undefined) return {};
  const range = lastCharacter(view.document, span);
  const text = [inlineText(step), modeSwitchAt(view.open.trace, step.index)].filter((part) => part !== '').join(' ');
  const given = givenInline(givenAt(view.open.trace, step.index, view.annotations.threshold));
  const noted = noteInline(notesAt(view.notes, step.index));
  return {
    ...(text !== '' && { score: attachment(range, text, COLORS[colorOf(step)], step.state === 'running' ? 'italic' : 'normal') }),
    ...(given !== '' && { given: attachment(range, given, COLORS.label, 'italic') }),
    ...(noted !== '' && { note: attachment(range, noted, COLORS.note, 'normal') }),
  };
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
