import { errorText } from '../../core/error-text.ts';
import { shortened } from '../../core/shortened.ts';

/** Text of a file or of a library, made fit for a sentence: one line of at most `length` characters. */
export function printable(text: string, length = 80): string {
  return shortened(text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim(), length);
}

/** What an error says, in one line. */
export function firstLine(error: unknown): string {
  return printable(errorText(error).split('\n')[0] ?? '', 400);
}
