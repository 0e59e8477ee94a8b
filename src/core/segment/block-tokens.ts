import { forEachLine } from './lines.ts';

/** A place where a block may begin or end. `paragraph` counts the blank lines before it. */
export type BlockToken = { readonly start: number; readonly end: number; readonly paragraph: number } & (
  | { readonly kind: 'fence'; readonly mark: '`' | '~'; readonly length: number; readonly canClose: boolean }
  | { readonly kind: 'dollars' }
  | { readonly kind: 'dollar'; readonly canOpen: boolean; readonly canClose: boolean }
  | { readonly kind: 'open' | 'close'; readonly of: '[' | '(' }
  | { readonly kind: 'begin' | 'end'; readonly name: string }
  /** A whole table; nothing closes it. */
  | { readonly kind: 'table' }
);

export interface BlockTokens {
  /** In order of their starts. */
  readonly tokens: readonly BlockToken[];
  /** The paragraph that text added at the end would go on with. */
  readonly lastParagraph: number;
  /** Where the last line begins if it may turn out to be the head or a row of a table. */
  readonly tableMayBeginAt: number | undefined;
}

const BACKSLASH = 92;
const DOLLAR = 36;
const BRACKET = 91;
/** Longest name that `\begin{…}` is read with; LaTeX's own are under twenty characters. */
const LONGEST_NAME = 40;
/** GitHub's delimiter row, at least one bar in it. */
const DELIMITER_ROW = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;
const LONGEST_DELIMITER_ROW = 1000;

export function findBlockTokens(text: string): BlockTokens {
  const tokens: BlockToken[] = [];
  let paragraph = 0;
  /** The line before, where it may be the head of a table, and how many tokens there were before it. */
  let head: { readonly start: number; readonly tokens: number } | undefined;
  let table: { readonly start: number; readonly at: number } | undefined;
  /** Looked for once a bar, not once a line. */
  let nextBar = -1;
  forEachLine(text, (start, end) => {
    if (start === end) {
      paragraph++;
      head = undefined;
      table = undefined;
      return;
    }
    const before = tokens.length;
    const fence = fenceAt(text, start, end, paragraph);
    if (fence) tokens.push(fence);
    else findInlineTokens(text, start, end, paragraph, tokens);
    if (nextBar < start) nextBar = indexOrEnd(text, '|', start);
    const hasBar = fence === undefined && nextBar < end;
    if (table !== undefined && hasBar) tokens[table.at] = { kind: 'table', start: table.start, end, paragraph };
    else if (head !== undefined && hasBar && isDelimiterRow(text, start, end)) {
      table = { start: head.start, at: head.tokens };
      // In front of what the head line itself holds: the table begins first.
      tokens.splice(table.at, 0, { kind: 'table', start: table.start, end, paragraph });
    } else table = undefined;
    head = hasBar && table === undefined ? { start, tokens: before } : undefined;
  });
  return { tokens, lastParagraph: paragraph, tableMayBeginAt: table?.start ?? head?.start };
}

function indexOrEnd(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index < 0 ? text.length : index;
}

function isDelimiterRow(text: string, start: number, end: number): boolean {
  return end - start <= LONGEST_DELIMITER_ROW && DELIMITER_ROW.test(text.slice(start, end));
}

/** CommonMark 4.5, except that any indent will do: lists indent their code, and steps lose their indent. */
function fenceAt(text: string, start: number, end: number, paragraph: number): BlockToken | undefined {
  const mark = text[start];
  if (mark !== '`' && mark !== '~') return undefined;
  let after = start;
  while (after < end && text[after] === mark) after++;
  const length = after - start;
  if (length < 3) return undefined;
  // ```code``` on one line is inline code.
  if (mark === '`' && after < end && text.slice(after, end).includes('`')) return undefined;
  return { kind: 'fence', start, end, paragraph, mark, length, canClose: after === end };
}

function findInlineTokens(text: string, from: number, end: number, paragraph: number, tokens: BlockToken[]): void {
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === DOLLAR) at = readDollar(text, from, end, at, paragraph, tokens);
    else if (code === BACKSLASH) at = readCommand(text, at, paragraph, tokens);
    else if (code === BRACKET) at = readFigure(text, at, paragraph, tokens);
    else at++;
  }
}

/**
 * A single `$` opens a formula before a character that is no space, and closes one after such a
 * character unless a digit follows (pandoc's rule), so that prices open nothing.
 */
function readDollar(text: string, from: number, end: number, at: number, paragraph: number, tokens: BlockToken[]): number {
  if (text.charCodeAt(at + 1) === DOLLAR) {
    tokens.push({ kind: 'dollars', start: at, end: at + 2, paragraph });
    return at + 2;
  }
  const next = at + 1 < end ? text[at + 1] ?? ' ' : ' ';
  const canOpen = !/\s/.test(next);
  const canClose = at > from && !/\s/.test(text[at - 1] ?? ' ') && !/\p{Nd}/u.test(next);
  if (canOpen || canClose) tokens.push({ kind: 'dollar', start: at, end: at + 1, paragraph, canOpen, canClose });
  return at + 1;
}

/** `[asy] … [/asy]`: figures, as competition data sets write them. */
function readFigure(text: string, start: number, paragraph: number, tokens: BlockToken[]): number {
  const kind = text.startsWith('[asy]', start) ? 'begin' : text.startsWith('[/asy]', start) ? 'end' : undefined;
  if (kind === undefined) return start + 1;
  const end = start + (kind === 'begin' ? 5 : 6);
  tokens.push({ kind, start, end, paragraph, name: '[asy]' });
  return end;
}

/** Reads what follows a backslash and returns where to go on. `\\[2pt]` and `\$$` open nothing. */
function readCommand(text: string, start: number, paragraph: number, tokens: BlockToken[]): number {
  const next = text[start + 1];
  if (next === '[' || next === '(') tokens.push({ kind: 'open', of: next, start, end: start + 2, paragraph });
  else if (next === ']' || next === ')') tokens.push({ kind: 'close', of: next === ']' ? '[' : '(', start, end: start + 2, paragraph });
  else if (next === 'b' || next === 'e') {
    const kind = text.startsWith('begin{', start + 1) ? 'begin' : text.startsWith('end{', start + 1) ? 'end' : undefined;
    if (kind === undefined) return start + 2;
    const nameStart = start + kind.length + 2;
    const name = /^[^{}\n]*(?=\})/.exec(text.slice(nameStart, nameStart + LONGEST_NAME + 1))?.[0];
    if (name === undefined) return nameStart;
    const end = nameStart + name.length + 1;
    tokens.push({ kind, start, end, paragraph, name });
    return end;
  }
  return start + 2;
}
