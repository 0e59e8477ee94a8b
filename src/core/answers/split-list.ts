export interface AnswerList {
  /** `list`: in any order, with or without braces; else the brackets, which tell an open interval from a closed one. */
  readonly kind: string;
  readonly parts: readonly string[];
}

const OPENING = '([{';
const CLOSING = ')]}';
const MATRIX = /^\\begin ?\{ ?([pbv]?matrix) ?\}(.*)\\end ?\{ ?\1 ?\}$/;

/**
 * The parts of `1, 2`, `1 and 2`, `\{1, 2\}`, `(1, 2)`, `[1, 2)`, `A ∪ B` and of a matrix; undefined for anything that is one.
 * `1,200` may be both: it is a number for those who read it as one before.
 */
export function splitList(text: string): AnswerList | undefined {
  const matrix = MATRIX.exec(text);
  if (matrix) return { kind: 'matrix', parts: (matrix[2] ?? '').split(/\\\\|&/).map((part) => part.trim()) };
  const union = topLevel(text, /∪/y);
  if (union.length > 1) return { kind: 'list', parts: union };
  const set = /^\\\{(.*)\\\}$/.exec(text);
  if (set) return { kind: 'list', parts: topLevel(set[1] ?? '', /[,;]/y) };
  const bracketed = /^([([])(.*)([)\]])$/.exec(text);
  if (bracketed && wraps(text)) {
    const parts = topLevel(bracketed[2] ?? '', /[,;]/y);
    return parts.length > 1 ? { kind: `${bracketed[1] ?? ''}${bracketed[3] ?? ''}`, parts } : undefined;
  }
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return undefined;
  const parts = topLevel(text, /,(?: ?(?:and|or) )?|;| (?:and|or|和|或) /y);
  if (parts.length > 1) return { kind: 'list', parts };
  const sign = /^(.*)±(.*)$/.exec(text);
  return sign ? { kind: 'list', parts: [`${sign[1] ?? ''}+${sign[2] ?? ''}`, `${sign[1] ?? ''}-${sign[2] ?? ''}`].map((part) => part.trim().replace(/^\+ ?/, '').replace(/^- /, '-')) } : undefined;
}

/** Whether the bracket that opens the text closes at its end. */
function wraps(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (OPENING.includes(character)) depth++;
    if (CLOSING.includes(character) && --depth === 0) return at === text.length - 1;
  }
  return false;
}

/** The text cut at a separator that stands in no bracket. */
function topLevel(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (OPENING.includes(character)) depth++;
    else if (CLOSING.includes(character)) depth--;
    else if (depth === 0) {
      separator.lastIndex = at;
      const match = separator.exec(text);
      if (match === null) continue;
      parts.push(text.slice(start, at));
      at += match[0].length - 1;
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
