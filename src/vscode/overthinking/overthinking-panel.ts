import * as vscode from 'vscode';
import type { TracePart } from '../../core/bias/trace-part.ts';
import type { Result } from '../../core/result.ts';
import type { Span } from '../../core/trace/trace.ts';
import { parseOverthinkingViewMessage, type OverthinkingHostMessage, type OverthinkingSnapshot, type OverthinkingViewMessage } from '../../protocol/overthinking-view.ts';
import { editorOf, type ActiveTrace } from '../active-trace.ts';
import type { Disposable } from '../disposable.ts';
import { VIEWS } from '../manifest.ts';
import { note, showDocument } from '../navigation.ts';
import { createQuoteHighlights } from '../quote-highlights.ts';
import { createSinglePanel } from '../single-panel.ts';
import type { TraceView } from '../trace-sessions.ts';
import { biasTrace } from './bias-trace.ts';
import { readBiasSettings } from '../bias/bias-settings.ts';
import type { FirstAnswers } from './first-answers.ts';
import { measureTrace, type MeasuredTrace } from './measured-trace.ts';
import { MOST_STATEMENTS, overthinkingSnapshot, type OverthinkingPicture } from './overthinking-snapshot.ts';
import type { PartLacks } from './overthinking-parts.ts';
import type { PolicyAbilities } from '../bias/policy-abilities.ts';
import { readingKey, type ReadingRequest, type TraceReadings } from './trace-readings.ts';

export interface OverthinkingPanel extends Disposable {
  /** Shows the view of a trace beside its text. Resolves to what it shows, or undefined where it says why there is nothing. */
  show(view: TraceView): OverthinkingSnapshot | undefined;
  /** Asks the model for these parts of the trace; resolves once they are there, to what is shown then. */
  compute(view: TraceView, parts: readonly TracePart[]): Promise<OverthinkingSnapshot | undefined>;
  /** Takes the first answer from the selection of the trace's editor, or the detector's again. */
  setFirst(view: TraceView, from: 'selection' | 'detected'): void;
}

export interface OverthinkingPanelDependencies {
  readonly extension: vscode.Uri;
  readonly active: ActiveTrace;
  readonly readings: TraceReadings;
  readonly firstAnswers: FirstAnswers;
  /** What has to be known of the policy that is set. */
  readonly notes: () => readonly string[];
  /** What it can do, as far as that is known without loading it. */
  readonly abilities: () => Promise<Result<PolicyAbilities>>;
  /** Opens the trace of a panel that was restored with the window. */
  readonly reopen: (uri: vscode.Uri) => Promise<void>;
}

interface Shown {
  readonly view: TraceView;
  readonly measured: MeasuredTrace;
  readonly request: Omit<ReadingRequest, 'parts'>;
  readonly picture: OverthinkingPicture;
}

/** Snapshots follow the trace and what is computed at this beat. */
const BEAT_MS = 80;

/** The panel *Overthinking*: one trace along its tokens. It follows the active trace, and the cursor in its text. */
export function createOverthinkingPanel({ extension, active, readings, firstAnswers, notes, abilities, reopen }: OverthinkingPanelDependencies): OverthinkingPanel {
  const highlights = createQuoteHighlights();
  const cache = new WeakMap<TraceView['open'], { readonly key: string; readonly measured: Result<MeasuredTrace> }>();
  let shown: Shown | undefined;
  let number = 0;
  let sent = '';
  let layers: { readonly from: number; readonly to: number } | undefined;
  let threshold = 3;
  let timer: NodeJS.Timeout | undefined;
  /** Sentences about what the policy lacks; empty until they are known. */
  let lacks: PartLacks = {};

  async function learn(): Promise<void> {
    const found = await abilities();
    lacks = found.ok ? { lens: found.value.lack('hidden'), attention: found.value.lack('attention') } : {};
    update();
  }

  const panel = createSinglePanel({
    extension,
    viewType: VIEWS.overthinking,
    page: 'overthinking',
    title: vscode.l10n.t('Overthinking'),
    parse: parseOverthinkingViewMessage,
    receive: (message) => void receive(message),
    async restore(state) {
      const { uri } = (state ?? {}) as { readonly uri?: unknown };
      if (typeof uri === 'string') await reopen(vscode.Uri.parse(uri));
    },
    closed() {
      shown = undefined;
      highlights.show(undefined, []);
    },
  });
  const post = (message: OverthinkingHostMessage): void => panel.post(message);

  /** What the detectors say, from a cache where neither trace nor settings have changed. */
  function measure(view: TraceView): Result<MeasuredTrace> {
    const settings = readBiasSettings();
    const trace = biasTrace(view.open);
    const given = firstAnswers.find(trace.text);
    const key = JSON.stringify([settings.detectors, given]);
    const known = cache.get(view.open);
    if (known?.key === key) return known.measured;
    const measured = measureTrace(trace, view.open.name, settings, given);
    cache.set(view.open, { key, measured });
    return measured;
  }

  function read(view: TraceView): Result<Shown> {
    const measured = measure(view);
    if (!measured.ok) return measured;
    const settings = readBiasSettings();
    const uri = view.document.uri.toString();
    const { trace } = measured.value;
    const task = { question: trace.question, measure: measured.value.measure, settings, opened: trace.opened };
    const request = { uri, name: view.open.name, key: readingKey(task), task };
    const input = { uri, name: view.open.name, measured: measured.value, settings, state: readings.find(uri, request.key), notes: notes(), lacks, layers, threshold };
    return { ok: true, value: { view, measured: measured.value, request, picture: overthinkingSnapshot(input, number + 1) } };
  }

  /** Sends what is to be seen now, where it is not seen already. */
  function update(again = false): void {
    clearTimeout(timer);
    timer = undefined;
    if (panel.current() === undefined) return;
    const view = active.view();
    // While a text is being read again its spans are those of an older one.
    if (view !== undefined && view.version !== view.document.version) return;
    const result = view && read(view);
    const now = result?.ok === true ? result.value : undefined;
    const text = JSON.stringify({ ...now?.picture.snapshot, number: 0, missing: result?.ok === false ? result.error.message : '' });
    if (text === sent && !again) {
      // The same picture, of a document that may have been read anew.
      if (now !== undefined && shown !== undefined) shown = { ...now, picture: shown.picture };
      return;
    }
    sent = text;
    shown = now;
    number++;
    panel.setTitle(now?.picture.snapshot.title ?? vscode.l10n.t('Overthinking'));
    highlights.show(undefined, []);
    post({ type: 'snapshot', snapshot: now?.picture.snapshot, ...(now === undefined && { missing: result?.ok === false ? result.error.message : vscode.l10n.t('No trace is open: open a file with a question and its solution, and run Stepscope: Show Overthinking.') }) });
    tellCursor();
  }

  /** Tells the view where the cursor of the text is, and which marks it is in. */
  function tellCursor(): void {
    if (shown === undefined) return;
    const { view: { document }, measured: { trace }, picture: { axis, snapshot } } = shown;
    const selection = editorOf(document)?.selection;
    const offset = selection && trace.toText(document.offsetAt(selection.active));
    if (offset === undefined) return post({ type: 'cursor', of: snapshot.number, at: null, marks: [], text: '' });
    const step = trace.steps.findIndex(({ start, end }) => start <= offset && offset <= end);
    const marks = snapshot.timeline.marks.flatMap(({ span }, index) => (span.start <= offset && offset <= span.end ? [index] : []));
    const place = snapshot.timeline.unit === 'tokens' ? vscode.l10n.t('token {0}', axis.at(offset)) : vscode.l10n.t('character {0}', axis.at(offset));
    post({ type: 'cursor', of: snapshot.number, at: axis.at(offset), marks, text: step < 0 ? vscode.l10n.t('The cursor is at {0}.', place) : vscode.l10n.t('The cursor is at {0}, in step {1}.', place, step + 1) });
  }

  /** Marks a part of the trace in its document, and puts the cursor there if asked to. */
  async function go(span: Span, enter: boolean): Promise<void> {
    if (shown === undefined) return;
    const { view: { document }, measured: { trace } } = shown;
    const place = trace.toDocument(span);
    highlights.show(document, [place]);
    if (!enter) return highlights.reveal(document, place);
    const editor = await showDocument(document, false);
    editor.selection = new vscode.Selection(document.positionAt(place.start), document.positionAt(place.end));
    editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** The token at a place of the axis; of characters the step. */
  function spanAt({ measured: { measure: { text, steps } }, request, picture: { axis } }: Shown, at: number): Span | undefined {
    if (axis.unit === 'tokens') return readings.find(request.uri, request.key).reading?.tokens?.[Math.min(Math.floor(at), axis.length - 1)];
    const offset = Math.min(at, text.length);
    return steps.find(({ start, end }) => start <= offset && offset < end);
  }

  function chooseFirst({ view, measured: { trace, others } }: Shown, chosen: number): void {
    const offered = others.slice(0, MOST_STATEMENTS);
    if (chosen === 0) keepFirst(trace.text, undefined);
    else if (chosen <= offered.length) keepFirst(trace.text, offered[chosen - 1]?.span);
    else setFirst(view, 'selection');
    update(true);
  }

  function keepFirst(text: string, span: Span | undefined): void {
    firstAnswers.keep(text, span);
    update();
  }

  function setFirst(view: TraceView, from: 'selection' | 'detected'): void {
    const trace = biasTrace(view.open);
    if (from === 'detected') {
      keepFirst(trace.text, undefined);
      return note(vscode.l10n.t('The first answer is the one that the detector finds.'));
    }
    const selection = editorOf(view.document)?.selection;
    const ends = selection === undefined ? [] : [trace.toText(view.document.offsetAt(selection.start)), trace.toText(view.document.offsetAt(selection.end))];
    const [start, end] = ends;
    if (start === undefined || end === undefined || start >= end) return void vscode.window.showInformationMessage(vscode.l10n.t('Select the answer in a step of {0} first, and try again.', view.open.name));
    const measured = measureTrace(trace, view.open.name, readBiasSettings(), { start, end });
    const first = measured.ok && measured.value.byHand ? measured.value.measure.first : undefined;
    if (first === undefined) return void vscode.window.showInformationMessage(vscode.l10n.t('The selection is not within one step of {0}: select an answer in a step.', view.open.name));
    keepFirst(trace.text, first.span);
    note(vscode.l10n.t('The first answer is {0} in step {1}, {2}.', first.answer, first.step + 1, first.by));
  }

  async function compute(view: TraceView, parts: readonly TracePart[]): Promise<OverthinkingSnapshot | undefined> {
    const before = read(view);
    if (!before.ok) return undefined;
    await readings.compute({ ...before.value.request, parts });
    const after = read(view);
    return after.ok ? after.value.picture.snapshot : undefined;
  }

  async function receive(message: OverthinkingViewMessage): Promise<void> {
    if (message.type === 'ready') {
      update(true);
      return learn();
    }
    if (shown === undefined || ('of' in message && message.of !== shown.picture.snapshot.number)) return;
    switch (message.type) {
      case 'select': {
        const mark = shown.picture.snapshot.timeline.marks[message.mark];
        return mark && go(mark.span, message.enter);
      }
      case 'place': {
        const span = spanAt(shown, message.at);
        return span && go(span, message.enter);
      }
      case 'compute':
        return readings.compute({ ...shown.request, parts: message.parts });
      case 'cancel':
        readings.cancel(shown.request.uri);
        return;
      case 'first':
        return chooseFirst(shown, message.chosen);
      case 'layers':
        layers = { from: Math.min(message.from, message.to), to: Math.max(message.from, message.to) };
        return update();
      case 'threshold':
        threshold = message.chosen;
        return update();
      case 'leave':
        await showDocument(shown.view.document, false);
    }
  }

  const later = (): void => {
    if (panel.current() !== undefined) timer ??= setTimeout(update, BEAT_MS);
  };
  const subscriptions = vscode.Disposable.from(
    highlights,
    active.onDidChange(later),
    readings.onDidChange(later),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor.document === shown?.view.document) tellCursor();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.policy')) {
        readings.forgetFailures();
        if (panel.current() !== undefined) void learn();
      }
      if (event.affectsConfiguration('stepscope.bias') || event.affectsConfiguration('stepscope.policy')) later();
    }),
  );

  return {
    show(view) {
      active.choose(view.document);
      panel.show(true);
      update();
      const now = read(view);
      return now.ok ? now.value.picture.snapshot : undefined;
    },
    compute,
    setFirst,
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
      panel.dispose();
    },
  };
}
