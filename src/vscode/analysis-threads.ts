import * as vscode from 'vscode';
import { appendAnalysis, plain } from './analysis-markdown.ts';
import { stepSamples } from './analysis-snapshot.ts';
import type { StepAnnotation } from './annotations.ts';
import type { Disposable } from './disposable.ts';
import type { NoteCommands } from './note-commands.ts';
import { note } from './navigation.ts';
import { markText, notesAt, noteText } from './note-text.ts';
import { sampleText } from './score-text.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { count, lensTitle } from './wording.ts';

export interface AnalysisThreads extends Disposable {
  /** Shows the analyses of a scored step as comments at its line; takes them away where they are there. */
  toggle(view: TraceView, step: number): void;
  /** Keeps what was written into a thread as a person's comment on its step. `reply` is what the editor gives to a command of a thread. */
  reply(reply: unknown): Promise<void>;
}

interface StepThread {
  readonly thread: vscode.CommentThread;
  readonly document: vscode.TextDocument;
  readonly step: number;
  /** Of the step when the thread was opened. */
  readonly text: string;
  /** See keyOf. */
  shown: string;
}

/** Comments of one thread; the analysis panel has all samples. */
const MOST_SAMPLES = 10;
const LONGEST_ANALYSIS = 20_000;

/**
 * Analyses as comment threads, on demand only. A thread stays at its step while text is added around it, and goes when the
 * step's text changes or its score is gone: an analysis is never shown for a text that it is not of.
 */
export function createAnalysisThreads(sessions: TraceSessions, notes: NoteCommands): AnalysisThreads {
  let controller: vscode.CommentController | undefined;
  const threads = new Set<StepThread>();

  /** Made with the first thread: few people want any, and it takes the editor a part of the time that activation has. */
  function ourController(): vscode.CommentController {
    if (controller !== undefined) return controller;
    controller = vscode.comments.createCommentController('stepscopeAnalyses', vscode.l10n.t('Stepscope Analyses'));
    controller.options = { prompt: vscode.l10n.t('Note on this step'), placeHolder: vscode.l10n.t('Your comment on this step') };
    return controller;
  }

  function close(each: StepThread): void {
    threads.delete(each);
    each.thread.dispose();
  }

  function refresh(each: StepThread): void {
    const view = sessions.view(each.document);
    // The text is being read again.
    if (view === undefined && sessions.isOpen(each.document)) return;
    const annotation = view?.annotations.steps[each.step];
    if (view === undefined || annotation?.score === undefined || view.open.texts[each.step] !== each.text) {
      close(each);
      return;
    }
    const range = rangeOf(view, each.step);
    if (each.thread.range?.isEqual(range) !== true) each.thread.range = range;
    const shown = keyOf(view, annotation);
    if (shown === each.shown) return;
    each.shown = shown;
    each.thread.label = lensTitle(annotation);
    each.thread.comments = commentsOf(view, annotation);
  }

  const subscription = sessions.onDidChange((document) => {
    for (const each of [...threads]) if (each.document === document) refresh(each);
  });

  return {
    toggle(view, step) {
      const { document } = view;
      const there = [...threads].find((each) => each.document === document && each.step === step);
      if (there !== undefined) {
        close(there);
        note(vscode.l10n.t('The comments on step {0} are taken away.', step + 1));
        return;
      }
      const annotation = view.annotations.steps[step];
      if (annotation === undefined) return;
      // With its comments from the start: a thread without any would open a form and take the focus.
      const thread = ourController().createCommentThread(document.uri, rangeOf(view, step), commentsOf(view, annotation));
      thread.label = lensTitle(annotation);
      thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
      threads.add({ thread, document, step, text: view.open.texts[step] ?? '', shown: keyOf(view, annotation) });
    },
    async reply(reply) {
      const { thread, text } = (reply ?? {}) as { readonly thread?: unknown; readonly text?: unknown };
      const found = [...threads].find((each) => each.thread === thread);
      const view = found === undefined ? undefined : sessions.view(found.document);
      if (found === undefined || view === undefined || typeof text !== 'string' || text.trim() === '') {
        note(vscode.l10n.t('Write a comment into a thread of analyses first.'));
        return;
      }
      const [before] = notesAt(view.notes, found.step);
      await notes.comment(view, found.step, [before?.comment, text.trim()].filter((part) => part !== undefined).join(' '));
    },
    dispose() {
      subscription.dispose();
      for (const each of [...threads]) close(each);
      controller?.dispose();
    },
  };
}

/** The comments are made again only when this changes. */
function keyOf({ notes }: TraceView, step: StepAnnotation): string {
  return JSON.stringify([lensTitle(step), stepSamples(step).length, notesAt(notes, step.index)]);
}

/** One comment a sample, and one a note of a person. */
function commentsOf({ notes }: TraceView, step: StepAnnotation): vscode.Comment[] {
  const samples = stepSamples(step);
  const model = step.score?.provenance.model ?? '';
  const more = samples.length - MOST_SAMPLES;
  return [
    ...samples.slice(0, MOST_SAMPLES).map(({ name, stream, sample }) => {
      const body = new vscode.MarkdownString(stream === 'direct' ? vscode.l10n.t('A direct score, without an analysis.') : '');
      return comment(model, `${name === stream ? name : vscode.l10n.t('sample {0}', name)}, ${sampleText(sample)}`, appendAnalysis(body, sample, LONGEST_ANALYSIS));
    }),
    ...(more > 0 ? [comment('Stepscope', '', new vscode.MarkdownString(vscode.l10n.t('{0}: *Stepscope: Show Analysis of Step* has all.', count(more, 'more sample'))))] : []),
    ...notesAt(notes, step.index).map((noted) =>
      comment(noted.author ?? vscode.l10n.t('You'), noted.mark === undefined ? '' : markText(noted.mark), plain(new vscode.MarkdownString(), noted.comment ?? noteText(noted)))),
  ];
}

/** Under the last line of the step. */
function rangeOf(view: TraceView, step: number): vscode.Range {
  const { line } = view.document.positionAt(view.open.steps[step]?.end ?? 0);
  return new vscode.Range(line, 0, line, 0);
}

function comment(name: string, label: string, body: vscode.MarkdownString): vscode.Comment {
  return { author: { name }, body, mode: vscode.CommentMode.Preview, ...(label !== '' && { label }) };
}
