import * as vscode from 'vscode';
import type { Span } from '../../core/trace/trace.ts';
import { parseAttentionViewMessage, type AttentionViewMessage } from '../../protocol/attention-view.ts';
import { editorOf, type ActiveTrace } from '../active-trace.ts';
import type { Disposable } from '../disposable.ts';
import { ATTENTION_COMMANDS, COMMANDS, SEARCH_COMMANDS, VIEWS } from '../manifest.ts';
import { note, showDocument } from '../navigation.ts';
import { createQuoteHighlights } from '../quote-highlights.ts';
import { createSinglePanel } from '../single-panel.ts';
import type { TraceView } from '../trace-sessions.ts';
import { chosen } from './attention-choices.ts';
import type { AttentionSession, AttentionState } from './attention-session.ts';
import { attentionSnapshot, isStale } from './attention-snapshot.ts';

export interface AttentionPanel extends Disposable {
  /** Shows the attention of a trace beside the text, and reads what is not read yet. Resolves when it is read. */
  show(view: TraceView, change: Partial<Pick<AttentionState, 'role' | 'heads' | 'unit' | 'hide'>>): Promise<void>;
}

export interface AttentionPanelDependencies {
  readonly extension: vscode.Uri;
  readonly session: AttentionSession;
  readonly active: ActiveTrace;
  /** The names of the models of each role. */
  readonly models: () => readonly string[];
  /** Opens the trace of a panel that was restored with the window. */
  readonly open: (uri: vscode.Uri) => Promise<TraceView | undefined>;
}

/** Snapshots follow a reading at this beat. */
const BEAT_MS = 100;

/** The *Attention* panel. It stays with the trace that it was opened for, until it is opened for another. */
export function createAttentionPanel({ extension, session, active, models, open }: AttentionPanelDependencies): AttentionPanel {
  const highlights = createQuoteHighlights();
  let timer: NodeJS.Timeout | undefined;

  const panel = createSinglePanel({
    extension,
    viewType: VIEWS.attention,
    page: 'attention',
    title: vscode.l10n.t('Attention'),
    parse: parseAttentionViewMessage,
    receive: (message) => void receive(message),
    async restore(state) {
      const { uri } = (state ?? {}) as { readonly uri?: unknown };
      const view = typeof uri === 'string' && uri !== '' ? await open(vscode.Uri.parse(uri)) : undefined;
      // Nothing is read unasked: a model takes its time and memory.
      if (view !== undefined) session.set({ view });
    },
    closed() {
      session.cancel();
      highlights.show(undefined, []);
    },
  });

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    if (panel.current() === undefined) return;
    const snapshot = attentionSnapshot(session.state(), models());
    panel.setTitle(snapshot.title);
    panel.post({ type: 'snapshot', snapshot });
  }

  async function receive(message: AttentionViewMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        send();
        return;
      case 'choice':
        session.set(chosen(session.state(), message.name, message.index, selection()));
        if (message.name === 'model' || message.name === 'hide' || message.name === 'from') await session.read();
        return;
      case 'select':
        return select(message);
      case 'tokens':
        return session.readPair(message.row, message.column);
      case 'read':
        return session.read();
      case 'cancel':
        session.cancel();
        return;
      case 'export':
        await vscode.commands.executeCommand(ATTENTION_COMMANDS.exportAttention);
        return;
      case 'choose-model':
        await vscode.commands.executeCommand(session.state().role === 'policy' ? SEARCH_COMMANDS.choosePolicy : COMMANDS.chooseVerifier);
        return session.read();
      case 'leave': {
        const { view } = session.state();
        if (view !== undefined) await showDocument(view.document, false);
      }
    }
  }

  /** What is selected in the document, as offsets into the text that was read. */
  function selection(): readonly Span[] {
    const { view, data } = session.state();
    const editor = view && editorOf(view.document);
    if (editor === undefined || data === undefined) return [];
    const { document } = editor;
    return editor.selections.flatMap(({ start, end }) => data.places.toText({ start: document.offsetAt(start), end: document.offsetAt(end) })).sort((one, other) => one.start - other.start);
  }

  /** Selects both texts of a cell, the row's first, and highlights them. */
  async function select({ grid, row, column }: Extract<AttentionViewMessage, { type: 'select' }>): Promise<void> {
    const state = session.state();
    const { view, data } = state;
    if (view === undefined || data === undefined) return;
    if (isStale(state)) return note(vscode.l10n.t('The text has changed since it was read: press Read Again.'));
    const spans = grid === 'parts' ? [partSpan(row, state), partSpan(column, state)] : [data.pair?.plain.rowTokens[row], data.pair?.plain.columnTokens[column]];
    const places = spans.flatMap((span) => (span === undefined ? [] : (data.places.toDocument(span) ?? [])));
    if (places.length === 0) return note(vscode.l10n.t('Both are marks of the template: they stand in no document.'));
    highlights.show(view.document, places);
    const editor = editorOf(view.document) ?? (await showDocument(view.document, true));
    const ranges = places.map(({ start, end }) => new vscode.Range(view.document.positionAt(start), view.document.positionAt(end)));
    editor.selections = ranges.map(({ start, end }) => new vscode.Selection(start, end));
    const [first] = ranges;
    if (first !== undefined) editor.revealRange(first, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    if (places.length < spans.length) note(vscode.l10n.t('One of the two stands in no document: it is a mark of the template, or the system turn.'));
  }

  const subscriptions = vscode.Disposable.from(
    highlights,
    session.onDidChange(() => {
      timer ??= setTimeout(send, BEAT_MS);
    }),
    active.onDidChange(() => {
      // The same trace, read again by the editor: its steps may have moved.
      const [now, shown] = [active.view(), session.state().view];
      if (now !== undefined && now.document === shown?.document && now.open !== shown.open) session.set({ view: now });
    }),
  );

  return {
    async show(view, change) {
      if (view.document !== session.state().view?.document) highlights.show(undefined, []);
      session.set({ view, ...change });
      panel.show(true);
      send();
      await session.read();
    },
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
      panel.dispose();
    },
  };
}

/** Where a group stands in the text that was read; undefined for tokens of the template. */
function partSpan(group: number, { data }: AttentionState): Span | undefined {
  const found = data?.plain.groups[group];
  if (data === undefined || found === undefined) return undefined;
  const { kind, steps } = found;
  const spans = data.text.parts.flatMap((part) => (part.kind === kind ? [part.span] : []));
  const [first, last] = steps === undefined ? [spans[0], spans.at(-1)] : [spans[steps.first], spans[steps.end - 1]];
  return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
}
