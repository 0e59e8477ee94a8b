import type { Span } from '../trace/trace.ts';

const LINE_FEED = 10;

/** True for the characters that `String.prototype.trim` removes. */
export function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13);
  if (code < 160) return false;
  return /\s/.test(String.fromCharCode(code));
}

/** The part of [start, end) without whitespace at both ends. Empty (start === end) for blank text. */
export function trimSpan(text: string, start: number, end: number): Span {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}

/**
 * Calls `visit` for each line of the text with the line trimmed of whitespace: [start, end) is empty
 * for a blank line. `lineStart` is where the line itself begins, so `start - lineStart` is its indent.
 * Lines end at `\n`; a `\r` before it is whitespace like any other.
 */
export function forEachLine(text: string, visit: (start: number, end: number, lineStart: number) => void): void {
  let lineStart = 0;
  while (lineStart < text.length) {
    let start = lineStart;
    let code = text.charCodeAt(start);
    // One look at each character of the indent; a blank line is over as soon as its `\n` is met.
    while (start < text.length && code !== LINE_FEED && isSpace(code)) code = text.charCodeAt(++start);
    const newline = text.indexOf('\n', start);
    const lineEnd = newline < 0 ? text.length : newline;
    let end = lineEnd;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    visit(start, end, lineStart);
    lineStart = lineEnd + 1;
  }
}
