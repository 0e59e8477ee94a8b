import { shortened } from '../../core/shortened.ts';

const LONGEST = 200;

/** What a file or the library says, for the middle of a sentence: on one line, without control characters, not at any length. */
export function quote(text: string): string {
  return `"${shortened(text.replace(/[\s\p{Cc}]+/gu, ' ').trim(), LONGEST)}"`;
}
