import * as vscode from 'vscode';
import { parseAnalysisViewMessage, type AnalysisHostMessage, type AnalysisViewMessage } from '../protocol/analysis-view.ts';
import { editorOf, type ActiveTrace } from './active-trace.ts';
import { analysisOf, quotesAt, type Analysis } from './analysis-snapshot.ts';
import type { Disposable } from './disposable.ts';
import { COMMANDS, VIEWS } from './manifest.ts';
import { note, showDocument, type Navigation } from './navigation.ts';
import { createQuoteHighlights } from './quote-highlights.ts';
import { createSinglePanel } from './single-panel.ts';
import type { TraceView } from './trace-sessions.ts';

export interface AnalysisPanel extends Disposable {
  /** Shows the analysis of a step (0-based) beside the text. `enter`: where it is shown already, the focus goes there. */
  show(view: TraceView, step: number, enter: boolean): void;
}

export interface AnalysisPanelDependencies {
  readonly extension: vscode.Uri;
  readonly active: ActiveTrace;
  readonly navigation: Navigation;
  /** Opens the trace of a panel that was restored with the window. */
  readonly reopen: (uri: vscode.Uri) => Promise<void>;
}

/** Which analysis of a trace is shown, 0-based. */
interface Place {
  readonly step: number;
  readonly sample: number;
}

/** Snapshots follow a run at this beat. */
const BEAT_MS = 80;

/**
 * The analysis of a step beside the text. It follows stepping; a cursor that is moved by hand leaves it where it is and marks
 * what the analysis quotes from there, so that both directions of a link work in the steps before, too.
 */
export function createAnalysisPanel({ extension, active, navigation, reopen }: AnalysisPanelDependencies): AnalysisPanel {
  const places = new Map<string, Place>();
  const highlights = createQuoteHighlights();
  let shown: { readonly view: TraceView; readonly analysis: Analysis; readonly text: string } | undefined;
  let number = 0;
  let pointed: number | null = null;
  /** The quote whose places stay highlighted, and which of them was shown last. */
  let chosen: { readonly quote: number; readonly place: number } | undefined;
  let marked = '';
  let timer: NodeJS.Timeout | undefined;

  const panel = createSinglePanel({
    extension,
    viewType: VIEWS.analysis,
    page: 'analysis',
    title: vscode.l10n.t('Analysis'),
    parse: parseAnalysisViewMessage,
    receive,
    async restore(state) {
      const { uri, step, sample } = (state ?? {}) as { readonly uri?: unknown; readonly step?: unknown; readonly sample?: unknown };
      if (typeof uri !== 'string') return;
      if (typeof step === 'number' && typeof sample === 'number') places.set(uri, { step, sample });
      await reopen(vscode.Uri.parse(uri));
    },
    closed() {
      shown = undefined;
      forget();
    },
  });

  const post = (message: AnalysisHostMessage): void => panel.post(message);

  function forget(): void {
    pointed = null;
    chosen = undefined;
    highlight();
  }

  function placeIn(view: TraceView): Place {
    const known = places.get(view.document.uri.toString()) ?? { step: navigation.current(view) ?? 0, sample: 0 };
    return { ...known, step: Math.max(0, Math.min(known.step, view.open.steps.length - 1)) };
  }

  function read(view: TraceView): Analysis | undefined {
    const { document, open, annotations, run } = view;
    // While a text is being read again its spans are those of an older one.
    if (view.version !== document.version) return undefined;
    return analysisOf({ uri: document.uri.toString(), text: document.getText(), open, annotations, running: run !== undefined, ...placeIn(view) });
  }

  /** Sends what is to be seen now, where it is not seen already. */
  function update(again = false): void {
    clearTimeout(timer);
    timer = undefined;
    if (panel.current() === undefined) return;
    const view = active.view();
    const analysis = view === undefined ? undefined : read(view);
    if (view !== undefined && analysis === undefined && view.version !== view.document.version) return;
    const before = shown;
    shown = view === undefined || analysis === undefined ? undefined : { view, analysis, text: JSON.stringify(analysis.snapshot) };
    panel.setTitle(analysis === undefined ? vscode.l10n.t('Analysis') : vscode.l10n.t('Analysis: Step {0}', analysis.snapshot.step + 1));
    const same = before?.text === shown?.text;
    if (same && !again) {
      highlight();
      return;
    }
    if (!sameText(before?.analysis, analysis)) forget();
    else highlight();
    number++;
    marked = '';
    post({ type: 'snapshot', snapshot: analysis === undefined ? undefined : { ...analysis.snapshot, number } });
    mark();
  }

  function highlight(): void {
    const quote = pointed ?? chosen?.quote;
    highlights.show(shown?.view.document, quote === undefined ? [] : (shown?.analysis.quotes[quote] ?? []));
  }

  /** Tells the view which quotes have a place at the cursor. */
  function mark(): void {
    if (shown === undefined) return;
    const { document } = shown.view;
    const selection = editorOf(document)?.selection;
    if (selection === undefined) return;
    const quotes = quotesAt(shown.analysis.quotes, { start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) });
    if (quotes.join() === marked) return;
    marked = quotes.join();
    post({ type: 'marked', of: number, quotes });
  }

  function choose(quote: number): void {
    const spans = shown?.analysis.quotes[quote];
    if (shown === undefined || spans === undefined) return;
    const place = chosen?.quote === quote ? (chosen.place + 1) % spans.length : 0;
    chosen = { quote, place };
    highlight();
    const span = spans[place];
    if (span !== undefined) void highlights.reveal(shown.view.document, span);
    if (spans.length > 1) note(vscode.l10n.t('Place {0} of {1}; choose the link again for the next.', place + 1, spans.length));
  }

  function setPlace(view: TraceView, step: number, sample: number): void {
    places.set(view.document.uri.toString(), { step, sample });
  }

  function receive(message: AnalysisViewMessage): void {
    if (message.type === 'ready') {
      update(true);
      return;
    }
    if (shown === undefined) return;
    const { view, analysis: { snapshot } } = shown;
    const ask = (command: string): void => void vscode.commands.executeCommand(command, snapshot.uri, snapshot.step);
    switch (message.type) {
      case 'sample':
        setPlace(view, snapshot.step, message.index);
        update();
        return;
      case 'point':
        if (message.of !== number) return;
        pointed = message.quote;
        highlight();
        return;
      case 'choose':
        if (message.of === number) choose(message.quote);
        return;
      case 'step': {
        const step = snapshot.step + message.by;
        if (step >= 0 && step < snapshot.steps) void navigation.reveal(view, step, true);
        return;
      }
      case 'score':
        ask(COMMANDS.scoreStep);
        return;
      case 'more':
        ask(COMMANDS.moreSamples);
        return;
      case 'leave':
        void showDocument(view.document, false);
    }
  }

  const subscriptions = vscode.Disposable.from(
    highlights,
    active.onDidChange(() => {
      if (panel.current() !== undefined) timer ??= setTimeout(update, BEAT_MS);
    }),
    navigation.onDidGo(({ document, step }) => {
      const key = document.uri.toString();
      if (places.get(key)?.step !== step) places.set(key, { step, sample: 0 });
      update();
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor.document === shown?.view.document) mark();
    }),
  );

  return {
    show(view, step, enter) {
      active.choose(view.document);
      const there = enter && panel.current()?.visible === true && shown?.view.document === view.document && shown.analysis.snapshot.step === step;
      if (places.get(view.document.uri.toString())?.step !== step) setPlace(view, step, 0);
      panel.show(!there);
      update();
      if (there) post({ type: 'focus' });
      else note(vscode.l10n.t('The analysis of step {0} is beside the text: the same command again goes there.', step + 1));
    },
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
      panel.dispose();
    },
  };
}

/** Whether two snapshots show the same analysis, so that its quotes have the same numbers. */
function sameText(one: Analysis | undefined, other: Analysis | undefined): boolean {
  const key = (analysis: Analysis | undefined): string =>
    analysis === undefined ? '' : JSON.stringify([analysis.snapshot.uri, analysis.snapshot.step, analysis.snapshot.chosen, analysis.snapshot.parts]);
  return key(one) === key(other);
}
