import * as vscode from 'vscode';
import { appendAnalysis, plain } from './analysis-markdown.ts';
import { stepSamples } from './analysis-snapshot.ts';
import type { Disposable } from './disposable.ts';
import type { NoteCommands } from './note-commands.ts';
import { note } from './navigation.ts';
import { notesAt, noteText } from './note-text.ts';
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
  /** What its comments were made of, so that they are made again only when that changes. */
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
  const controller = vscode.comments.createCommentController('stepscopeAnalyses', 'Stepscope Analyses');
  controller.options = { prompt: 'Note on this step', placeHolder: 'Your comment on this step' };
  const threads = new Set<StepThread>();

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
    const label = lensTitle(annotation);
    const samples = stepSamples(annotation);
    const noted = notesAt(view.notes, each.step);
    const shown = JSON.stringify([label, samples.length, noted]);
    if (shown === each.shown) return;
    each.shown = shown;
    each.thread.label = label;
    const more = samples.length - MOST_SAMPLES;
    each.thread.comments = [
      ...samples.slice(0, MOST_SAMPLES).map(({ name, stream, sample }) => {
        const body = new vscode.MarkdownString();
        if (stream === 'direct') body.appendMarkdown('A direct score, without an analysis.');
        return comment(annotation.score?.provenance.model ?? '', `${name === stream ? name : `sample ${name}`}, ${sampleText(sample)}`, appendAnalysis(body, sample, LONGEST_ANALYSIS));
      }),
      ...(more > 0 ? [comment('Stepscope', '', new vscode.MarkdownString(`${count(more, 'more sample')}: *Stepscope: Show Analysis of Step* has all.`))] : []),
      ...noted.map((each) => comment(each.author ?? 'You', each.mark === undefined ? '' : `marked ${each.mark}`, plain(new vscode.MarkdownString(), each.comment ?? noteText(each)))),
    ];
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
        note(`The comments on step ${step + 1} are taken away.`);
        return;
      }
      const thread = controller.createCommentThread(document.uri, rangeOf(view, step), []);
      thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
      const opened: StepThread = { thread, document, step, text: view.open.texts[step] ?? '', shown: '' };
      threads.add(opened);
      refresh(opened);
    },
    async reply(reply) {
      const { thread, text } = (reply ?? {}) as { readonly thread?: unknown; readonly text?: unknown };
      const found = [...threads].find((each) => each.thread === thread);
      const view = found === undefined ? undefined : sessions.view(found.document);
      if (found === undefined || view === undefined || typeof text !== 'string' || text.trim() === '') {
        note('Write a comment into a thread of analyses first.');
        return;
      }
      const [before] = notesAt(view.notes, found.step);
      await notes.comment(view, found.step, [before?.comment, text.trim()].filter((part) => part !== undefined).join(' '));
    },
    dispose() {
      subscription.dispose();
      for (const each of [...threads]) close(each);
      controller.dispose();
    },
  };
}

/** Under the last line of the step. */
function rangeOf(view: TraceView, step: number): vscode.Range {
  const { line } = view.document.positionAt(view.open.steps[step]?.end ?? 0);
  return new vscode.Range(line, 0, line, 0);
}

function comment(name: string, label: string, body: vscode.MarkdownString): vscode.Comment {
  return { author: { name }, body, mode: vscode.CommentMode.Preview, ...(label !== '' && { label }) };
}
