import type { Span } from '../trace/trace.ts';
import { quoteTokens, type QuoteToken } from './quote-tokens.ts';

/** What an analysis can quote from: the question, or a step (0-based). */
export type QuoteOrigin = 'question' | number;

export interface QuoteSource {
  readonly origin: QuoteOrigin;
  readonly text: string;
}

/** Where a quote stands; UTF-16 offsets into the text of its source. */
export interface QuotePlace {
  readonly origin: QuoteOrigin;
  readonly span: Span;
}

/** A number or a phrase of an analysis that stands in a source too. */
export interface Quote {
  readonly kind: 'number' | 'phrase';
  /** UTF-16 offsets into the analysis. */
  readonly span: Span;
  /** Every place with the same text, in the order of the sources; at least one. */
  readonly places: readonly QuotePlace[];
}

export interface FoundQuotes {
  /** In order and disjoint. */
  readonly quotes: readonly Quote[];
  /** What stands in quotation marks, three words or more, and in no source word for word. */
  readonly misquoted: readonly Span[];
}

/** A phrase has this many words; of a script without spaces two characters count as one. */
const FEWEST_WORDS = 3;
/** Words such as "in each" are in any text: so many of a phrase are longer. */
const FEWEST_LONG_WORDS = 2;
const LONG_WORD = 4;
/** Of a passage that repeats itself, so many beginnings and tokens are looked at for the longest phrase. */
const MOST_BEGINNINGS = 32;
const LONGEST_PHRASE = 200;
const QUOTED = /"([^"\n]{2,600})"|“([^”\n]{2,600})”|„([^“”\n]{2,600})[“”]|«([^»\n]{2,600})»|「([^」\n]{2,600})」|『([^』\n]{2,600})』/g;
const SINGLE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

interface Indexed {
  readonly origin: QuoteOrigin;
  readonly tokens: readonly QuoteToken[];
}

interface Beginning {
  readonly source: Indexed;
  readonly at: number;
}

/**
 * Finds what an analysis quotes from `sources`, by equal text: an approximation, since a verifier may mean one of several
 * places, or none. A phrase is the longest sequence of tokens that a source has too, at least three words long, or all that
 * stands in quotation marks; a number inside a phrase is part of it, any other number is a quote by itself. See quoteTokens
 * for what is equal. The sources are read once; the function that is returned may be asked for many analyses.
 */
export function quoteFinder(sources: readonly QuoteSource[]): (analysis: string) => FoundQuotes {
  const indexed = sources.map(({ origin, text }): Indexed => ({ origin, tokens: quoteTokens(text) }));
  const numbers = new Map<string, QuotePlace[]>();
  const beginnings = new Map<string, Beginning[]>();
  for (const source of indexed)
    source.tokens.forEach((token, at) => {
      if (token.kind === 'number') for (const part of [token, ...(token.parts ?? [])]) push(numbers, part.key, { origin: source.origin, span: part.span });
      push(beginnings, token.key, { source, at });
      const three = opening(source.tokens, at);
      if (three !== undefined) push(beginnings, three, { source, at });
    });

  /** The places of the tokens from `from` to before `end`. */
  function placesOf(tokens: readonly QuoteToken[], from: number, end: number): QuotePlace[] {
    const key = (end - from >= 3 ? opening(tokens, from) : undefined) ?? tokens[from]?.key ?? '';
    return (beginnings.get(key) ?? []).flatMap(({ source, at }) => {
      const last = source.tokens[at + end - from - 1];
      const first = source.tokens[at];
      return first !== undefined && last !== undefined && common(tokens, from, source.tokens, at, end - from) === end - from ? [{ origin: source.origin, span: { start: first.span.start, end: last.span.end } }] : [];
    });
  }

  /** Where the longest phrase that begins at a token ends; undefined where none does. */
  function phraseEnd(tokens: readonly QuoteToken[], from: number, limit: number): number | undefined {
    if (tokens[from]?.kind === 'sign') return undefined;
    const found = beginnings.get(opening(tokens, from) ?? '')?.slice(0, MOST_BEGINNINGS) ?? [];
    let end = from + Math.max(0, ...found.map(({ source, at }) => common(tokens, from, source.tokens, at, Math.min(limit - from, LONGEST_PHRASE))));
    while (tokens[end - 1]?.kind === 'sign') end--;
    return isPhrase(tokens.slice(from, end)) ? end : undefined;
  }

  function numberQuotes(token: QuoteToken): Quote[] {
    const places = numbers.get(token.key);
    if (places !== undefined) return [{ kind: 'number', span: token.span, places }];
    return (token.parts ?? []).flatMap(numberQuotes);
  }

  return (analysis) => {
    const tokens = quoteTokens(analysis);
    const quoted = quotedTokens(analysis, tokens);
    const edges = quoted.flatMap(({ from, end }) => [from, end]);
    const quotes: Quote[] = [];
    const misquoted: Span[] = [];
    const phrase = (from: number, end: number): void => {
      const span = { start: tokens[from]?.span.start ?? 0, end: tokens[end - 1]?.span.end ?? 0 };
      quotes.push({ kind: 'phrase', span, places: placesOf(tokens, from, end) });
    };
    let edge = 0;
    let mark = 0;
    for (let at = 0; at < tokens.length;) {
      while ((edges[edge] ?? Infinity) <= at) edge++;
      while ((quoted[mark]?.from ?? Infinity) < at) mark++;
      const token = tokens[at];
      const inMarks = quoted[mark]?.from === at ? quoted[mark] : undefined;
      let end: number | undefined;
      if (inMarks !== undefined && !(inMarks.end - at === 1 && token?.kind === 'number')) {
        if (placesOf(tokens, at, inMarks.end).length > 0) end = inMarks.end;
        else if (words(tokens.slice(at, inMarks.end)) >= FEWEST_WORDS) misquoted.push(inMarks.span);
      }
      // A phrase ends where quotation marks begin or end: what stands between them is claimed to be a quote as a whole.
      end ??= phraseEnd(tokens, at, edges[edge] ?? tokens.length);
      if (end !== undefined) phrase(at, end);
      else if (token?.kind === 'number') quotes.push(...numberQuotes(token));
      at = end ?? at + 1;
    }
    return { quotes, misquoted };
  };
}

/** The tokens between quotation marks, from `from` to before `end`, and the text between the marks. */
function quotedTokens(analysis: string, tokens: readonly QuoteToken[]): { readonly from: number; readonly end: number; readonly span: Span }[] {
  let from = 0;
  return [...analysis.matchAll(QUOTED)].flatMap(({ 0: raw, index }) => {
    const span = { start: index + 1, end: index + raw.length - 1 };
    while ((tokens[from]?.span.start ?? Infinity) < span.start) from++;
    let end = from;
    while ((tokens[end]?.span.end ?? Infinity) <= span.end) end++;
    return end === from ? [] : [{ from, end, span }];
  });
}

function opening(tokens: readonly QuoteToken[], at: number): string | undefined {
  return at + 3 > tokens.length ? undefined : tokens.slice(at, at + 3).map(({ key }) => key).join('\n');
}

/** How many tokens from both places on are equal, at most `most`. */
function common(one: readonly QuoteToken[], from: number, other: readonly QuoteToken[], at: number, most: number): number {
  let length = 0;
  while (length < most) {
    const token = one[from + length];
    if (token === undefined || token.key !== other[at + length]?.key) break;
    length++;
  }
  return length;
}

function isPhrase(tokens: readonly QuoteToken[]): boolean {
  const long = tokens.filter(({ kind, key }) => kind === 'word' && key.length >= LONG_WORD).length;
  return words(tokens) >= FEWEST_WORDS && long + singles(tokens) / 2 >= FEWEST_LONG_WORDS;
}

function words(tokens: readonly QuoteToken[]): number {
  return tokens.filter(({ kind }) => kind === 'word').length - singles(tokens) / 2;
}

function singles(tokens: readonly QuoteToken[]): number {
  return tokens.filter(({ kind, key }) => kind === 'word' && SINGLE.test(key)).length;
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
