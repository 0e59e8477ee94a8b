import type { Span } from '../trace/trace.ts';

/** What a part of a text is. `between` is what is none of them: marks of a template, labels, what stands between parts. */
export type PartKind = 'system' | 'question' | 'step' | 'answer';

export interface TextPart {
  readonly kind: PartKind;
  /** UTF-16 offsets into the text. Parts are disjoint. */
  readonly span: Span;
}

/** A text as a model reads it, and its parts in order; each step is one of its own. */
export interface ReadText {
  readonly text: string;
  readonly parts: readonly TextPart[];
}

/** Tokens that are taken together. */
export interface TokenGroup {
  /** `first`: the very first token, on which models rest their attention. */
  readonly kind: PartKind | 'first' | 'between';
  /** Steps from `first` to before `end`, 0-based; several where a trace has more than can be shown. */
  readonly steps?: { readonly first: number; readonly end: number };
  readonly tokens: number;
}

export interface GroupedTokens {
  readonly groups: readonly TokenGroup[];
  /** Of each token the index of its group: every token is in one. */
  readonly of: readonly number[];
}

/** More rows and columns than this cannot be told apart in a picture; neighbouring steps are taken together then. */
export const MOST_GROUPS = 120;

/**
 * Puts each token into one group. A token belongs to the part that its first visible character lies in; the space after a
 * part to that part, since the token that ends a step decides whether another follows. Groups without a token are left out.
 */
export function groupTokens({ text, parts }: ReadText, tokens: readonly Span[]): GroupedTokens {
  const steps = parts.filter(({ kind }) => kind === 'step').length;
  const together = Math.max(1, Math.ceil(steps / MOST_GROUPS));
  const ordered = [...parts].sort((one, other) => one.span.start - other.span.start);
  const keys = keysOf(ordered, together);
  const partOf = finderOf(text, ordered);
  const keyOf = tokens.map((_, index) => (index === 0 ? 'first' : (keys[partOf(written(tokens, index))] ?? 'between')));
  const names = ['first', 'between', ...new Set(keys)].filter((key) => keyOf.includes(key));
  const at = new Map(names.map((name, index) => [name, index]));
  return {
    groups: names.map((name): TokenGroup => ({ ...groupNamed(name, steps, together), tokens: keyOf.filter((key) => key === name).length })),
    of: keyOf.map((key) => at.get(key) ?? 0),
  };
}

/** Of each part the name of its group. */
function keysOf(parts: readonly TextPart[], together: number): string[] {
  let step = 0;
  return parts.map(({ kind }) => (kind === 'step' ? `step ${Math.floor(step++ / together)}` : kind));
}

function groupNamed(name: string, steps: number, together: number): Omit<TokenGroup, 'tokens'> {
  const [kind, number] = name.split(' ') as [TokenGroup['kind'], string | undefined];
  if (number === undefined) return { kind };
  const first = Number(number) * together;
  return { kind, steps: { first, end: Math.min(steps, first + together) } };
}

/** A token that begins a character which a later one ends is where that one is. */
function written(tokens: readonly Span[], index: number): Span {
  for (let at = index; at < tokens.length; at++) {
    const token = tokens[at];
    if (token !== undefined && token.end > token.start) return token;
  }
  return tokens[index] ?? { start: 0, end: 0 };
}

/** Finds the part of a token; -1: none. Tokens are asked for in order. */
function finderOf(text: string, parts: readonly TextPart[]): (token: Span) => number {
  let at = 0;
  return ({ start, end }) => {
    const blank = text.slice(start, end).search(/\S/);
    const place = blank < 0 ? start : start + blank;
    while (at < parts.length && (parts[at]?.span.end ?? 0) <= place) at++;
    const here = parts[at];
    if (here !== undefined && here.span.start <= place) return at;
    const before = parts[at - 1];
    return blank < 0 && before !== undefined && text.slice(before.span.end, start).trim() === '' ? at - 1 : -1;
  };
}
