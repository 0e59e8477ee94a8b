import * as vscode from 'vscode';
import { applyEdit, type SegmentationEdit } from '../core/segment/edits.ts';
import { cutsOf, editContext, segmentTrace, type SegmentationChoice } from '../core/segment/segment-trace.ts';
import { isSegmenterName, SEGMENTER_NAMES, type SegmenterName } from '../core/segment/segmenters.ts';
import { documentOffsets } from './document-offsets.ts';
import { editorOf } from './active-trace.ts';
import { note } from './navigation.ts';
import type { Scoring } from './scoring.ts';
import type { SegmentedDocuments } from './segmented-documents.ts';
import { segmenterText } from './segmenter-text.ts';
import { readSettings } from './settings.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { count } from './wording.ts';

export interface SegmentationCommands {
  /** Lets a person choose a segmenter, with the steps shown as they would be; with a name, chooses that. */
  change(view: TraceView, name: unknown): void;
  /** Joins a step with the one after it. */
  merge(view: TraceView, step: number): void;
  /** A new step begins at the cursor. */
  split(view: TraceView): void;
  /** The nearer end of the step at the cursor goes to the cursor. */
  move(view: TraceView): void;
  undo(view: TraceView): void;
}

interface Item extends vscode.QuickPickItem {
  readonly segmenter: SegmenterName;
}

export function createSegmentationCommands(documents: SegmentedDocuments, sessions: TraceSessions, scoring: Scoring): SegmentationCommands {
  /** A run reads the steps as they were; it would be stopped in the middle. */
  function isBusy({ document, open }: TraceView): boolean {
    const busy = scoring.isRunning(document);
    if (busy) say(vscode.l10n.t('{0} is being scored: cancel that first, or wait for it.', open.name));
    return busy;
  }

  async function show(document: vscode.TextDocument, choice: SegmentationChoice | undefined): Promise<void> {
    documents.preview(document, choice);
    await sessions.refresh(document);
  }

  async function keep(document: vscode.TextDocument, choice: SegmentationChoice): Promise<void> {
    documents.keep(document, choice);
    await show(document, undefined);
  }

  function itemsOf(document: vscode.TextDocument): Item[] {
    const plain = documents.readPlain(document);
    const hasGiven = plain.ok && plain.value.trace.stepsGiven === true;
    return SEGMENTER_NAMES.filter((name) => name !== 'given' || hasGiven).map((segmenter) => {
      const { edits } = documents.choice(document, segmenter);
      const { label, description: detail } = segmenterText(segmenter);
      return { segmenter, label, detail, ...(edits.length > 0 && { description: count(edits.length, 'edit') }) };
    });
  }

  /** Resolves to the chosen segmenter, or undefined after Escape. Each item that is moved to is shown in the document. */
  function pick({ document, open }: TraceView): Promise<SegmenterName | undefined> {
    const picker = vscode.window.createQuickPick<Item>();
    const { segmenter: current } = documents.choice(document);
    picker.items = itemsOf(document);
    picker.activeItems = picker.items.filter(({ segmenter }) => segmenter === current);
    picker.title = title(open.name, open.steps.length, undefined);
    picker.placeholder = vscode.l10n.t('Move to see the steps; Enter keeps them, Escape leaves them as they were');
    picker.matchOnDetail = true;
    return new Promise((resolve) => {
      let chosen: SegmenterName | undefined;
      picker.onDidChangeActive(async ([item]) => {
        if (item === undefined) return;
        await show(document, documents.choice(document, item.segmenter));
        const shown = sessions.view(document)?.open;
        if (shown !== undefined && picker.activeItems[0] === item) picker.title = title(open.name, shown.steps.length, shown.segmentation?.why);
      });
      picker.onDidAccept(() => {
        chosen = picker.activeItems[0]?.segmenter;
        picker.hide();
      });
      picker.onDidHide(() => {
        picker.dispose();
        resolve(chosen);
      });
      picker.show();
    });
  }

  async function choose(document: vscode.TextDocument, name: string, chosen: SegmenterName | undefined): Promise<void> {
    if (chosen === undefined || chosen === documents.choice(document).segmenter) {
      await show(document, undefined);
      return;
    }
    await keep(document, documents.choice(document, chosen));
    const now = sessions.view(document);
    if (now !== undefined) note(vscode.l10n.t('{0}: {1}, {2}.', name, count(now.open.steps.length, 'step'), segmenterText(chosen).label.toLowerCase()));
  }

  function edit({ document, open }: TraceView, change: SegmentationEdit, done: string): void {
    const plain = documents.readPlain(document);
    if (!plain.ok) return;
    const checked = applyEdit(editContext(plain.value.trace), cutsOf(open.trace), change);
    if (!checked.ok) {
      say(checked.error.message);
      return;
    }
    const choice = documents.choice(document);
    const segmented = segmentTrace(plain.value.trace, choice);
    void keep(document, { ...pinned(choice, segmented.ok ? segmented.value.by : choice.segmenter), edits: [...choice.edits, change] });
    note(done);
  }

  return {
    change(view, name) {
      if (isBusy(view)) return;
      const { document, open } = view;
      if (name === 'given' && !itemsOf(document).some(({ segmenter }) => segmenter === name)) {
        say(vscode.l10n.t('{0} has no steps of its own, only a text: choose another segmenter.', open.name));
        return;
      }
      // Not awaited: a picker that stays open must not hold the command up.
      if (isSegmenterName(name)) void choose(document, open.name, name);
      else void pick(view).then((chosen) => choose(document, open.name, chosen));
    },
    merge(view, step) {
      if (isBusy(view)) return;
      const next = view.open.trace.steps[step + 1];
      if (next === undefined) say(vscode.l10n.t('Step {0} is the last step of {1}: there is none to merge it with.', step + 1, view.open.name));
      else edit(view, { type: 'merge', at: next.span.start }, vscode.l10n.t('Steps {0} and {1} are one step now.', step + 1, step + 2));
    },
    split(view) {
      if (isBusy(view)) return;
      const at = cursorOf(documents, view);
      if (at !== undefined) edit(view, { type: 'split', at }, vscode.l10n.t('A step begins at the cursor now.'));
    },
    move(view) {
      if (isBusy(view)) return;
      const to = cursorOf(documents, view);
      if (to === undefined) return;
      const from = nearestBoundary(view, to);
      if (from === undefined) say(vscode.l10n.t('{0} has one step, so there is no boundary to move: split the step instead.', view.open.name));
      else edit(view, { type: 'move', from, to }, vscode.l10n.t('The boundary is at the cursor now.'));
    },
    undo(view) {
      if (isBusy(view)) return;
      const choice = documents.choice(view.document);
      if (choice.edits.length === 0) {
        say(vscode.l10n.t('There is no segmentation edit to undo in {0}.', view.open.name));
        return;
      }
      void keep(view.document, { ...choice, edits: choice.edits.slice(0, -1) });
      note(vscode.l10n.t('The last of {0} is undone.', count(choice.edits.length, 'segmentation edit')));
    },
  };
}

function say(text: string): void {
  void vscode.window.showInformationMessage(text);
}

function title(name: string, steps: number, why: string | undefined): string {
  return `${vscode.l10n.t('Segmentation of {0}: {1}', name, count(steps, 'step'))}${why === undefined ? '' : `. ${why}`}`;
}

/** Edits are made to steps as they stand: what `auto` chose, and the words that the settings hold, stay with them. */
function pinned(choice: SegmentationChoice, by: SegmenterName): SegmentationChoice {
  if (choice.edits.length > 0) return choice;
  const { language, planningWords } = readSettings().segmentation;
  return {
    ...choice,
    segmenter: by,
    ...(by === 'planning-words' && planningWords !== undefined && { planningWords }),
    ...(by === 'sentences' && language !== undefined && { language }),
  };
}

/** The cursor as an offset into the response; without an editor there is none, and a sentence is said. */
function cursorOf(documents: SegmentedDocuments, { document, open }: TraceView): number | undefined {
  const editor = editorOf(document);
  const plain = documents.readPlain(document);
  if (editor === undefined || !plain.ok) {
    say(vscode.l10n.t('{0} is not in sight: show it and put the cursor where the step is to begin.', open.name));
    return undefined;
  }
  return documentOffsets(plain.value).toResponse(document.offsetAt(editor.selection.active));
}

/** The boundary beside the offset that is nearer to it; of two as near, the one before. */
function nearestBoundary({ open }: TraceView, to: number): number | undefined {
  const starts = open.trace.steps.slice(1).map(({ span }) => span.start);
  const before = starts.findLast((start) => start <= to);
  const after = starts.find((start) => start > to);
  if (before === undefined || after === undefined) return before ?? after;
  return to - before <= after - to ? before : after;
}
