import type { Span } from '../trace/trace.ts';
import { forEachLine } from './lines.ts';

/** A place where a block may begin or end. */
type Token = { readonly start: number; readonly end: number; readonly paragraph: number } & (
  | { readonly kind: 'fence'; readonly mark: '`' | '~'; readonly length: number; readonly canClose: boolean }
  | { readonly kind: 'dollars' }
  | { readonly kind: 'open' | 'close' }
  | { readonly kind: 'begin' | 'end'; readonly name: string }
);

const BACKSLASH = 92;
const DOLLAR = 36;
/** Longest name that `\begin{…}` is read with; LaTeX's own are under twenty characters. */
const LONGEST_NAME = 40;

/**
 * The stretches of a text that no segmenter may cut: ``` and ~~~ code fences, `$$ … $$`, `\[ … \]`
 * and `\begin{X} … \end{X}`. In order and disjoint, from the first character of the opening mark to
 * the end of the closing one. A block that is never closed is no block: its opening mark is text, so
 * that it cannot swallow what follows.
 */
export function protectedBlocks(text: string): Span[] {
  const tokens = findTokens(text);
  if (tokens.length < 2) return [];
  const closers = findClosers(tokens);
  const blocks: Span[] = [];
  let index = 0;
  while (index < tokens.length) {
    const token = tokens[index];
    const closer = tokens[closers[index] ?? -1];
    if (token && closer) {
      blocks.push({ start: token.start, end: closer.end });
      index = (closers[index] ?? index) + 1;
    } else index++;
  }
  return blocks;
}

function findTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let paragraph = 0;
  forEachLine(text, (start, end) => {
    if (start === end) paragraph++;
    else {
      const fence = fenceAt(text, start, end, paragraph);
      if (fence) tokens.push(fence);
      else findMathTokens(text, start, end, paragraph, tokens);
    }
  });
  return tokens;
}

/** CommonMark 4.5, except that any indent will do: lists indent their code, and steps lose their indent. */
function fenceAt(text: string, start: number, end: number, paragraph: number): Token | undefined {
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

function findMathTokens(text: string, from: number, end: number, paragraph: number, tokens: Token[]): void {
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === DOLLAR && text.charCodeAt(at + 1) === DOLLAR) {
      tokens.push({ kind: 'dollars', start: at, end: at + 2, paragraph });
      at += 2;
    } else if (code === BACKSLASH) at = readCommand(text, at, paragraph, tokens);
    else at++;
  }
}

/** Reads what follows a backslash and returns where to go on. `\\[2pt]` and `\$$` open nothing. */
function readCommand(text: string, start: number, paragraph: number, tokens: Token[]): number {
  const next = text[start + 1];
  if (next === '[') tokens.push({ kind: 'open', start, end: start + 2, paragraph });
  else if (next === ']') tokens.push({ kind: 'close', start, end: start + 2, paragraph });
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

/** For each token the index of the token that closes it, or -1. */
function findClosers(tokens: readonly Token[]): Int32Array {
  const closers = new Int32Array(tokens.length).fill(-1);
  const dollars = new Map<number, number>();
  const open = new Map<string, number[]>();
  tokens.forEach((token, index) => {
    if (token.kind === 'dollars') dollars.set(token.paragraph, (dollars.get(token.paragraph) ?? 0) + 1);
    else if (token.kind === 'begin') {
      const stack = open.get(token.name);
      if (stack) stack.push(index);
      else open.set(token.name, [index]);
    } else if (token.kind === 'end') {
      const begin = open.get(token.name)?.pop();
      if (begin !== undefined) closers[begin] = index;
    }
  });
  closeBackwards(tokens, closers, dollars);
  return closers;
}

/** The kinds whose closer is found by looking ahead; one pass from the end instead of a search for each. */
function closeBackwards(tokens: readonly Token[], closers: Int32Array, dollars: ReadonlyMap<number, number>): void {
  let nextDollars = -1;
  let nextBracket = -1;
  const fences = { '`': [] as FenceCloser[], '~': [] as FenceCloser[] };
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index];
    if (!token) continue;
    if (token.kind === 'dollars') {
      const next = tokens[nextDollars];
      // Across a blank line only an odd `$$` closes: a later formula that is whole on its own is not the end of this one.
      if (next && (next.paragraph === token.paragraph || (dollars.get(next.paragraph) ?? 0) % 2 === 1))
        closers[index] = nextDollars;
      nextDollars = index;
    } else if (token.kind === 'open' || token.kind === 'close') {
      if (token.kind === 'open' && tokens[nextBracket]?.kind === 'close') closers[index] = nextBracket;
      nextBracket = index;
    } else if (token.kind === 'fence') {
      const later = fences[token.mark];
      closers[index] = nearestCloser(later, token.length);
      if (token.canClose) addCloser(later, { index, length: token.length });
    }
  }
}

interface FenceCloser {
  readonly index: number;
  readonly length: number;
}

/** Keeps only closers that are not hidden behind a nearer one at least as long: lengths fall towards the end of the list. */
function addCloser(later: FenceCloser[], closer: FenceCloser): void {
  while ((later.at(-1)?.length ?? Infinity) <= closer.length) later.pop();
  later.push(closer);
}

/** The nearest closer of at least this length, by bisection; -1 where there is none. */
function nearestCloser(later: readonly FenceCloser[], length: number): number {
  let low = 0;
  let high = later.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((later[middle]?.length ?? 0) >= length) low = middle + 1;
    else high = middle;
  }
  return later[low - 1]?.index ?? -1;
}
