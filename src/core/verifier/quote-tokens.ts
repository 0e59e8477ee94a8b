import { STEP_WORD } from '../segment/list-marker.ts';
import type { Span } from '../trace/trace.ts';

/**
 * A piece of a text that quotes are compared by: equal keys are equal text. A `label` is the number of a step or of a list
 * item (`Step 2`, `Steps 1 to 4`, `3.`), which is never a number of the problem.
 */
export interface QuoteToken {
  readonly kind: 'word' | 'number' | 'sign' | 'label';
  readonly key: string;
  readonly span: Span;
  /** The numbers of a fraction, each by itself. */
  readonly parts?: readonly QuoteToken[];
}

/** Scripts that put no space between words: each character is a token. */
const SINGLE = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}]';
/** `Step 2`, `Step 1-3`; after a plural also `Steps 1, 2 and 5`. */
const STEPS = `(?<!\\p{Script=Latin})(?:${STEP_WORD}[ \\t]*#?\\d{1,4}(?:[-–]\\d{1,4})?|${STEP_WORD}\\p{L}{1,2}[ \\t]*#?\\d{1,4}(?:[ \\t]*(?:,|-|–|to|through|and|or|bis|und|y|e|et|à|a|и)[ \\t]*\\d{1,4})*|第[ \\t]*\\d{1,4}[ \\t]*步)(?![\\d.,]*\\d)`;
const ITEM = '(?<=^[ \\t#*_>]{0,8})[(（]?\\d{1,2}[.)）、](?=\\s)';
/** A minus that subtracts stands after a number or a bracket, or touches a letter. */
const MINUS = '(?<![\\p{L}\\p{N})\\]}])(?<![\\p{N})\\]}%][ \\t]{1,3})[-−]';
const THOUSANDS = '\\d{1,3}(?:(?:,|\\{,\\}|\\\\,|[\\u00a0\\u2009\\u202f])\\d{3})+(?!\\d|,\\d)(?:\\.\\d+)?';
const PERCENT = '(?:[ \\t]?\\\\?[%％]|[ \\t]per ?cent\\b)';
const NUMBER = `(?:${MINUS})?(?:${THOUSANDS}|\\d+(?:[.,]\\d+)*|(?<![.\\p{L}\\p{N}])\\.\\d+)${PERCENT}?`;

/** In this order: what comes first at a place wins. */
const TOKEN = new RegExp(
  [
    `(?<label>${STEPS}|${ITEM})`,
    '\\\\[dt]?frac[ ]?\\{[ ]?(?<over>\\d+)[ ]?\\}[ ]?\\{[ ]?(?<under>\\d+)[ ]?\\}',
    '(?<![/\\d.,])(?<first>\\d+)/(?<second>\\d+)(?![/\\d.,]*\\d)',
    // Exponents and indices are no numbers of the problem.
    '(?<script>[\\^_](?:\\{[^{}\\n]{1,40}\\}|\\d+))',
    '(?<ordinal>\\d+(?:st|nd|rd|th)\\b)',
    `(?<number>${NUMBER})`,
    '(?<command>\\\\(?:[a-z]+|[^a-z\\s]))',
    `(?<word>${SINGLE}\\p{M}*|(?:(?!${SINGLE})[\\p{L}\\p{N}])(?:(?!${SINGLE})[\\p{L}\\p{M}\\p{N}]|_(?=\\p{L})|['’](?=\\p{L})|\\.(?=\\d))*)`,
    '(?<skipped>\\*{2,}|[$`])',
    '(?<sign>[-+*/=<>−–×÷·]|[^\\s\\p{P}\\p{C}\\p{M}])',
  ].join('|'),
  'gimu',
);

const SIGNS: Readonly<Record<string, string>> = { '×': '*', '·': '*', '⋅': '*', '∙': '*', '\\times': '*', '\\cdot': '*', '÷': '/', '\\div': '/', '−': '-', '–': '-', '\\le': '≤', '\\leq': '≤', '\\ge': '≥', '\\geq': '≥', '\\neq': '≠', '\\ne': '≠' };
/** LaTeX that changes how a text looks and not what it says. */
const LAYOUT = /^\\(?:text\w*|mathrm|mathbf|left|right|quad|qquad|displaystyle|boxed|[^a-z])$/i;

/**
 * The tokens of a text, in order and disjoint. Words are compared without case; numbers by value, with thousands separators
 * (`1,200`, `1{,}200`) and zeros at the end of decimals taken out, a percent sign kept and units left out. Where a form can
 * be read in two ways (`3,5`, `1.200`) its key is the form itself, so it equals nothing but itself.
 */
export function quoteTokens(text: string): QuoteToken[] {
  const tokens: QuoteToken[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const token = read(match);
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

function read({ 0: raw, index, groups = {} }: RegExpExecArray): QuoteToken | undefined {
  const span: Span = { start: index, end: index + raw.length };
  const { label, number, command, word, skipped, ordinal } = groups;
  const top = groups['over'] ?? groups['first'];
  const bottom = groups['under'] ?? groups['second'];
  if (top !== undefined && bottom !== undefined) return fraction(raw, span, top, bottom);
  if (label !== undefined) return { kind: 'label', key: raw.toLowerCase().replace(/\s+/g, ' '), span };
  if (number !== undefined) return { kind: 'number', key: numberKey(number), span };
  if (word !== undefined || ordinal !== undefined) return { kind: 'word', key: raw.toLowerCase().replaceAll('’', "'"), span };
  if (skipped !== undefined || (command !== undefined && LAYOUT.test(command))) return undefined;
  return { kind: 'sign', key: SIGNS[raw] ?? raw, span };
}

function fraction(raw: string, span: Span, top: string, bottom: string): QuoteToken {
  const part = (digits: string, at: number): QuoteToken => ({ kind: 'number', key: numberKey(digits), span: { start: span.start + at, end: span.start + at + digits.length } });
  const parts = [part(top, raw.indexOf(top)), part(bottom, raw.lastIndexOf(bottom))];
  return { kind: 'number', key: parts.map(({ key }) => key).join('/'), span, parts };
}

/** The value of a number as text, without a limit of digits; the form itself where its value is open. */
function numberKey(raw: string): string {
  const percent = /[%％]$|cent$/i.test(raw) ? '%' : '';
  const bare = raw.replace(/[ \t]?\\?[%％]$|[ \t]per ?cent$/i, '').replace('−', '-');
  const sign = bare.startsWith('-') ? '-' : '';
  const digits = bare.slice(sign.length);
  return `${sign}${/^\d{1,3}(?:,|\{|\\|\s)/.test(digits) ? grouped(digits) : plain(digits)}${percent}`;
}

/** With a comma or another separator after at most three digits. */
function grouped(digits: string): string {
  const joined = digits.replace(/(?:,|\{,\}|\\,|\s)(?=\d{3}(?!\d))/g, '');
  return /^\d+(?:\.\d+)?$/.test(joined) ? trimZeros(joined) : digits;
}

function plain(digits: string): string {
  // One dot before three digits may stand for thousands.
  if (!/^\d*(?:\.\d+)?$/.test(digits) || /^[1-9]\d{0,2}\.\d{3}$/.test(digits)) return digits;
  return trimZeros(digits);
}

function trimZeros(digits: string): string {
  const [whole = '', decimals = ''] = digits.split('.');
  const kept = decimals.replace(/0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '') || '0'}${kept === '' ? '' : `.${kept}`}`;
}
