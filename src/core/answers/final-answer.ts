import type { Span } from '../trace/trace.ts';

const BOXED = /\\boxed\s*\{/g;

/** A `\boxed{…}` of a text. */
export interface Boxed {
  /** What is in the box, trimmed, braces balanced. */
  readonly answer: string;
  /** UTF-16 offsets of what is between the braces. */
  readonly span: Span;
}

/** All boxes of a text in order; one that is cut off is none. */
export function boxedAnswers(text: string): Boxed[] {
  return [...text.matchAll(BOXED)].flatMap((match) => {
    const start = match.index + match[0].length;
    const end = closingBrace(text, start);
    return end === undefined ? [] : [{ answer: text.slice(start, end).trim(), span: { start, end } }];
  });
}

/**
 * The answer that a text ends on: the content of its last `\boxed{…}`, braces balanced. Undefined where there is none or it
 * is cut off.
 */
export function boxedAnswer(text: string): string | undefined {
  return boxedAnswers(text).at(-1)?.answer;
}

/** Offset of the brace that closes the one before `start`. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at;
  }
  return undefined;
}
