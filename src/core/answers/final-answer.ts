import type { Span } from '../trace/trace.ts';

const BOXED = /\\f?boxed\s*\{/g;
/**
 * Phrases that state an answer, each to the end of its sentence or line: `The final answer is 42.`, `#### 42`, `答案是 42`,
 * `Answer: (B)`. A point between digits does not end one.
 */
const STATED = /(?:(?:^|\n)[ \t]*#{4}[ \t]*|(?:answer|result|respuesta|réponse|antwort|resultado|résultat|ergebnis|jibu)[ \t]*(?:\*\*|__)?[ \t]*(?:is|are|es|est|ist|ni|:|=)[ \t]*:?[ \t]*(?:\*\*|__)?|(?:答案|结果|答え)[ \t]*(?:是|为|为：|は|：|:)+[ \t]*)(.+?)(?=[.。．!！](?:[ \t]|$|\n)|\n|$)/gimu;

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

/** The last boxed answer, else the last one that the text states in words. Undefined where it does neither. */
export function finalAnswer(text: string): string | undefined {
  const boxed = boxedAnswer(text);
  if (boxed !== undefined) return boxed;
  let last: string | undefined;
  for (const match of text.matchAll(STATED)) {
    const stated = match[1]?.replace(/(?:\*\*|__)/g, '').trim();
    if (stated !== undefined && stated !== '') last = stated;
  }
  return last;
}

/** Offset of the brace that closes the one before `start`. */
export function closingBrace(text: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at;
  }
  return undefined;
}
