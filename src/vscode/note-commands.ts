import * as vscode from 'vscode';
import { notesAt } from './note-text.ts';
import { note } from './navigation.ts';
import { withoutStep, type NotesMemory, type SpanNote } from './notes-memory.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';

export interface NoteCommands {
  mark(view: TraceView, step: number, mark: 'right' | 'wrong'): void;
  /** Asks for a comment, with the one that is there to start from; with a text, keeps that. An empty one goes. */
  comment(view: TraceView, step: number, text: unknown): Promise<void>;
  clear(view: TraceView, step: number): void;
}

type Edited = { readonly [Field in 'mark' | 'comment' | 'author']: SpanNote[Field] | undefined };

export function createNoteCommands(memory: NotesMemory, sessions: TraceSessions): NoteCommands {
  const at = (view: TraceView, step: number): SpanNote[] => notesAt(view.notes, step).map(withoutStep);

  function keep({ document, open }: TraceView, step: number, notes: readonly SpanNote[]): void {
    memory.keep(open.trace, step, notes);
    void sessions.refresh(document);
  }

  /** The first note of a step is the one that is changed: notes of others that came with a file stay as they are. */
  function change(view: TraceView, step: number, edit: (before: SpanNote) => Edited): void {
    const [before = {}, ...others] = at(view, step);
    const { mark, comment, author } = edit(before);
    const empty = mark === undefined && comment === undefined;
    const changed: SpanNote = { ...(mark !== undefined && { mark }), ...(comment !== undefined && { comment }), ...(author !== undefined && { author }), date: new Date().toISOString() };
    keep(view, step, empty ? others : [changed, ...others]);
  }

  return {
    mark(view, step, mark) {
      change(view, step, ({ comment, author }) => ({ mark, comment, author }));
      note(mark === 'right' ? vscode.l10n.t('Step {0} is marked right.', step + 1) : vscode.l10n.t('Step {0} is marked wrong.', step + 1));
    },
    async comment(view, step, text) {
      const [before] = at(view, step);
      const asked = typeof text === 'string'
        ? text
        : await vscode.window.showInputBox({ title: vscode.l10n.t('Comment on Step {0} of {1}', step + 1, view.open.name), value: before?.comment ?? '', prompt: vscode.l10n.t('Enter keeps it; an empty one is taken away') });
      if (asked === undefined) return;
      const comment = asked.trim();
      if (comment === '' && before?.comment === undefined) {
        note(vscode.l10n.t('Step {0} has no comment.', step + 1));
        return;
      }
      change(view, step, ({ mark, author }) => ({ mark, author, comment: comment === '' ? undefined : comment }));
      note(comment === '' ? vscode.l10n.t('The comment on step {0} is taken away.', step + 1) : vscode.l10n.t('The comment on step {0} is kept.', step + 1));
    },
    clear(view, step) {
      const had = at(view, step).length > 0;
      if (had) keep(view, step, []);
      note(had ? vscode.l10n.t('The note at step {0} is cleared.', step + 1) : vscode.l10n.t('There is no note at step {0} to clear.', step + 1));
    },
  };
}
