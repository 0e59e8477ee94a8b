import { countWhile } from '../count-while.ts';
import type { Span } from '../trace/trace.ts';
import { findBlockTokens, type BlockToken } from './block-tokens.ts';

/** The blocks of a text, and from where on they may still change when text is added. */
export interface BlockScan {
  readonly blocks: readonly Span[];
  /**
   * No text that is added after the last `\n` changes a block that begins before this offset, or
   * makes one: here stands the first mark whose block is still open. Infinity where there is none.
   */
  readonly openFrom: number;
}

/**
 * The stretches of a text that no segmenter may cut: ``` and ~~~ code fences, `$$ … $$`, `\[ … \]`,
 * `\begin{X} … \end{X}`, `[asy] … [/asy]`, inside a paragraph `$ … $` and `\( … \)`, and Markdown
 * tables. In order and disjoint, from the first character of the opening mark to the end of the
 * closing one. A fence that is never closed goes on to the end of the text, as in CommonMark; any other
 * mark that is never closed is text, so that it cannot swallow what follows.
 */
export function protectedBlocks(text: string): readonly Span[] {
  return scanBlocks(text).blocks;
}

/** The blocks as `protectedBlocks` gives them, with what is known of them while the text still grows. Linear time. */
export function scanBlocks(text: string): BlockScan {
  const { tokens, lastParagraph, tableMayBeginAt } = findBlockTokens(text);
  const { closers, undecided } = findClosers(tokens, lastParagraph);
  const blocks: Span[] = [];
  let openFrom = tableMayBeginAt ?? Infinity;
  let index = 0;
  while (index < tokens.length) {
    const token = tokens[index];
    if (token === undefined) break;
    if (undecided[index] === 1) openFrom = Math.min(openFrom, token.start);
    let end = token.kind === 'table' ? token.end : (tokens[closers[index] ?? -1]?.end ?? (token.kind === 'fence' ? text.trimEnd().length : undefined));
    index++;
    if (end === undefined) continue;
    for (let inner = tokens[index]; inner !== undefined && inner.start < end; inner = tokens[++index]) {
      // A formula that ends in the head of a table leaves the table whole.
      if (inner.kind === 'table') end = Math.max(end, inner.end);
    }
    blocks.push({ start: token.start, end });
  }
  return { blocks, openFrom };
}

/** Drops the offsets that lie inside a block; both lists are in order. An offset at a block's start or end is kept. */
export function outsideBlocks(offsets: readonly number[], blocks: readonly Span[]): number[] {
  let block = 0;
  return offsets.filter((offset) => {
    while ((blocks[block]?.end ?? Infinity) <= offset) block++;
    return (blocks[block]?.start ?? Infinity) >= offset;
  });
}

interface Closers {
  /** For each token the index of the token that closes it, or -1. */
  readonly closers: Int32Array;
  /** 1 where text added at the end may give the token another closer. */
  readonly undecided: Uint8Array;
}

function findClosers(tokens: readonly BlockToken[], lastParagraph: number): Closers {
  const found: Closers = { closers: new Int32Array(tokens.length).fill(-1), undecided: new Uint8Array(tokens.length) };
  const dollars = new Map<number, number>();
  const open = new Map<string, number[]>();
  tokens.forEach((token, index) => {
    if (token.kind === 'dollars') dollars.set(token.paragraph, (dollars.get(token.paragraph) ?? 0) + 1);
    else if (token.kind === 'begin') {
      found.undecided[index] = 1;
      const stack = open.get(token.name);
      if (stack) stack.push(index);
      else open.set(token.name, [index]);
    } else if (token.kind === 'end') {
      const begin = open.get(token.name)?.pop();
      if (begin === undefined) return;
      found.closers[begin] = index;
      found.undecided[begin] = 0;
    }
  });
  closeBackwards(tokens, found, dollars, lastParagraph);
  return found;
}

/** The kinds whose closer is found by looking ahead; one pass from the end instead of a search for each. */
function closeBackwards(tokens: readonly BlockToken[], { closers, undecided }: Closers, dollars: ReadonlyMap<number, number>, lastParagraph: number): void {
  let nextDollars = -1;
  let nextDollar = -1;
  const nextBracket = { '[': -1, '(': -1 };
  const fences = { '`': [] as FenceCloser[], '~': [] as FenceCloser[] };
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index];
    if (!token) continue;
    const inParagraph = (next: BlockToken | undefined): boolean => next?.paragraph === token.paragraph;
    const goesOn = token.paragraph === lastParagraph ? 1 : 0;
    if (token.kind === 'dollars') {
      const next = tokens[nextDollars];
      // Across a blank line only an odd `$$` closes: a later formula that is whole on its own is not the end of this one.
      if (next && (inParagraph(next) || (dollars.get(next.paragraph) ?? 0) % 2 === 1)) closers[index] = nextDollars;
      if (next === undefined || (!inParagraph(next) && next.paragraph === lastParagraph)) undecided[index] = 1;
      nextDollars = index;
    } else if (token.kind === 'dollar') {
      const next = tokens[nextDollar];
      // TeX has no `$` inside of `$ … $`, so only the next one can close.
      if (token.canOpen && next?.kind === 'dollar' && inParagraph(next) && next.canClose) closers[index] = nextDollar;
      if (token.canOpen && !inParagraph(next)) undecided[index] = goesOn;
      nextDollar = index;
    } else if (token.kind === 'open' || token.kind === 'close') {
      const next = tokens[nextBracket[token.of]];
      const reached = token.of === '[' ? next !== undefined : inParagraph(next);
      if (token.kind === 'open' && reached && next?.kind === 'close') closers[index] = nextBracket[token.of];
      if (token.kind === 'open' && !reached) undecided[index] = token.of === '[' ? 1 : goesOn;
      nextBracket[token.of] = index;
    } else if (token.kind === 'fence') {
      const later = fences[token.mark];
      const closer = nearestCloser(later, token.length);
      closers[index] = closer;
      if (closer < 0) undecided[index] = 1;
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

/** The nearest closer of at least this length; -1 where there is none. */
function nearestCloser(later: readonly FenceCloser[], length: number): number {
  return later[countWhile(later.length, (index) => (later[index]?.length ?? 0) >= length) - 1]?.index ?? -1;
}
