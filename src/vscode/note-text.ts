import { t } from '@vscode/l10n';
import { markAgreement, type MarkAgreement } from '../core/metrics/mark-agreement.ts';
import type { StepNote } from '../core/trace/record.ts';
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
  return `${NOTE_GLYPH} ${[...[...marks].map((mark) => (mark === 'right' ? t('right') : t('wrong'))), ...(notes.some(({ comment }) => comment !== undefined) ? [t('comment')] : [])].join(', ')}`;
}

export function markText(mark: NonNullable<StepNote['mark']>): string {
  return mark === 'right' ? t('marked right') : t('marked wrong');
}

/** A note in full: `marked wrong: the sign is lost (by ann)`. */
export function noteText({ mark, comment, author }: StepNote): string {
  const what = mark === undefined ? t('comment') : markText(mark);
  return `${what}${comment === undefined ? '' : `: ${comment}`}${author === undefined ? '' : ` (${t('by {0}', author)})`}`;
}

/**
 * How often the verifier and a person agree: `agreement 2 of 3 marked steps`; empty where no step is marked. Steps
 * without a verdict, and steps that people marked both ways, are not among them and are counted apart.
 */
export function agreementText({ steps, threshold }: TraceAnnotations, notes: readonly StepNote[]): string {
  const found = markAgreement(steps.map(({ score }) => score), threshold, notes);
  if (found === undefined) return '';
  const text = t('agreement {0} of {1}', found.agreed, count(found.compared, 'marked step'));
  return found.apart === 0 ? text : t('{0} ({1} more without one verdict or one mark)', text, found.apart);
}

/** The same in short, for where there is little room: `✎ 2 of 3`. */
export function shortAgreement({ agreed, compared }: MarkAgreement): string {
  return `${NOTE_GLYPH} ${t('{0} of {1}', agreed, compared)}`;
}
