import type { StepNote } from '../core/trace/record.ts';
import { judged } from '../core/verifier/judge.ts';
import type { TraceAnnotations } from './annotations.ts';
import { count } from './wording.ts';

/** Stands before a note, whatever its colour. */
const NOTE_GLYPH = '✎';

export function notesAt(notes: readonly StepNote[], step: number): StepNote[] {
  return notes.filter((note) => note.step === step);
}

/** For the end of a line: `✎ wrong, comment`; empty where nothing is noted. */
export function noteInline(notes: readonly StepNote[]): string {
  if (notes.length === 0) return '';
  const marks = new Set(notes.flatMap(({ mark }) => (mark === undefined ? [] : [mark])));
  return `${NOTE_GLYPH} ${[...marks, ...(notes.some(({ comment }) => comment !== undefined) ? ['comment'] : [])].join(', ')}`;
}

/** A note in full: `marked wrong: the sign is lost (by ann)`. */
export function noteText({ mark, comment, author }: StepNote): string {
  const what = mark === undefined ? 'comment' : `marked ${mark}`;
  return `${what}${comment === undefined ? '' : `: ${comment}`}${author === undefined ? '' : ` (by ${author})`}`;
}

/**
 * How often the verifier and a person agree: `agreement 2 of 3 marked steps`; empty where no step is marked. Steps
 * without a verdict, and steps that people marked both ways, are not among them and are counted apart.
 */
export function agreementText({ steps, threshold }: TraceAnnotations, notes: readonly StepNote[]): string {
  let agreed = 0;
  let compared = 0;
  let apart = 0;
  for (const { index, score } of steps) {
    const marks = new Set(notesAt(notes, index).flatMap(({ mark }) => (mark === undefined ? [] : [mark])));
    if (marks.size === 0) continue;
    const value = judged(score);
    if (value === undefined || marks.size > 1) {
      apart++;
      continue;
    }
    compared++;
    if (marks.has(value < threshold ? 'wrong' : 'right')) agreed++;
  }
  if (compared + apart === 0) return '';
  const text = `agreement ${agreed} of ${count(compared, 'marked step')}`;
  return apart === 0 ? text : `${text} (${apart} more without one verdict or one mark)`;
}
