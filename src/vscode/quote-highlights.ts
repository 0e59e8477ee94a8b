import * as vscode from 'vscode';
import type { Span } from '../core/trace/trace.ts';
import { editorOf } from './active-trace.ts';
import type { Disposable } from './disposable.ts';
import { showDocument } from './navigation.ts';

/** Highlights places of one document in all editors that show it. */
export interface QuoteHighlights extends Disposable {
  /** In place of what was highlighted before; UTF-16 offsets into the document. No places: nothing is. */
  show(document: vscode.TextDocument | undefined, places: readonly Span[]): void;
  /** Brings a place into sight where it is not, without taking the focus. */
  reveal(document: vscode.TextDocument, place: Span): Promise<void>;
}

export function createQuoteHighlights(): QuoteHighlights {
  // The border is the sign where a theme (high contrast) has no colour behind the text.
  const type = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.findMatchHighlightBackground'),
    border: '1px solid',
    borderColor: new vscode.ThemeColor('focusBorder'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.findMatchForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  let shown: { readonly document: vscode.TextDocument; readonly places: readonly Span[] } | undefined;

  function draw(editors: readonly vscode.TextEditor[]): void {
    for (const editor of editors) {
      const places = editor.document === shown?.document ? shown.places : [];
      editor.setDecorations(type, places.map((place) => rangeOf(editor.document, place)));
    }
  }

  const subscription = vscode.window.onDidChangeVisibleTextEditors(draw);
  return {
    show(document, places) {
      shown = document === undefined || places.length === 0 ? undefined : { document, places };
      draw(vscode.window.visibleTextEditors);
    },
    async reveal(document, place) {
      const editor = editorOf(document) ?? (await showDocument(document, true));
      editor.revealRange(rangeOf(document, place), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    },
    dispose: () => {
      subscription.dispose();
      type.dispose();
    },
  };
}

function rangeOf(document: vscode.TextDocument, { start, end }: Span): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
