/** One way to read how a line announces a step. */
export interface Marker {
  /** Markers of one list share it. */
  readonly style: string;
  /** A style with a higher rank takes over where it begins; one with a lower rank is a list inside a step. */
  readonly rank: number;
  /** The number that it gives its step; undefined for a bullet. */
  readonly number: number | undefined;
}

export const RANKS = { bullet: 1, letter: 2, list: 3, boldList: 4, headingList: 5, step: 6 } as const;

/** The word for a step before its number: en, de, fr, es, pt, sw, ru, ja, zh, bn, te, th. */
export const STEP_WORD = '(?:step|schritt|[ée]tape|paso|passo|hatua(?:[ \\t]+ya)?|шаг|ステップ|手順|步骤|步驟|ধাপ|దశ|ขั้นตอนที่|ขั้นที่)';
const NUMERAL = '(?:\\p{Nd}{1,6}|one|two|three|four|five|six|seven|eight|nine|ten)';
const CHINESE_NUMERAL = '[一二三四五六七八九十]{1,3}';
const CAPTURED_STEP = `(?:${STEP_WORD}[ \\t]*(${NUMERAL})|第[ \\t]*(\\p{Nd}{1,6}|${CHINESE_NUMERAL})[ \\t]*步)`;
/** Source of a pattern for a step's own number, `Step 3` or `第三步`; wants the flags `iu`. Captures nothing. */
export const STEP_NUMBER = `(?:${STEP_WORD}[ \\t]*${NUMERAL}|第[ \\t]*(?:\\p{Nd}{1,6}|${CHINESE_NUMERAL})[ \\t]*步)`;
/** After a plain marker, so that prose such as `Step 3 shows that` is none. */
const TERMINATOR = '[ \\t]*(?:[:：.．)）、，–—-]|$)';
const PLAIN_STEP = new RegExp(`^${CAPTURED_STEP}${TERMINATOR}`, 'iu');
const DECORATED_STEP = new RegExp(`^${CAPTURED_STEP}(?![\\p{L}\\p{N}])`, 'iu');
const DECORATION = /^(#{1,6}[ \t]+)?(\*\*|__)?/;
const LIST_ITEM = /^(?:(\p{Nd}{1,6})(?:[.)](?=[\s*_]|$)|[、．])|\((\p{Nd}{1,6})\)(?=[\s*_]|$)|（(\p{Nd}{1,6})）)/u;
/** Bold ends right after a decorated marker; after a plain one such a sign multiplies: `(1)*5`. */
const SIGN = /[*_]/;
const CIRCLED = '①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳';
const LETTER = /^(?:\(([a-zA-Z])\)|([a-zA-Z])\))(?=[\s*_]|$)/;
const ROMAN = /^(?:\(([ivx]{1,5}|[IVX]{1,5})\)|([ivx]{1,5}|[IVX]{1,5})[.)])(?=[\s*_]|$)/;
const BULLET = /^[-*+•–·](?=[ \t])/;
const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const CHINESE_DIGITS = '一二三四五六七八九';
/** A marker stands in the first characters of its line. */
const LONGEST_MARKER = 60;

/**
 * The readings of the marker at the beginning of a trimmed line, the likeliest first; none for other
 * lines. `(i)` is a Roman one and the ninth letter: what came before decides.
 */
export function markersOf(line: string): Marker[] {
  const head = line.slice(0, LONGEST_MARKER);
  const decoration = DECORATION.exec(head);
  const body = head.slice(decoration?.[0].length ?? 0);
  const heading = decoration?.[1] !== undefined;
  const bold = decoration?.[2] !== undefined;
  const step = (heading || bold ? DECORATED_STEP : PLAIN_STEP).exec(body);
  if (step) return [{ style: 'step', rank: RANKS.step, number: numberOf(step[1] ?? step[2] ?? '') }];
  const rank = heading ? RANKS.headingList : bold ? RANKS.boldList : RANKS.list;
  const plain = (marker: RegExpExecArray | null): boolean => !heading && !bold && marker !== null && SIGN.test(body[marker[0].length] ?? '');
  const item = LIST_ITEM.exec(body);
  if (item && !plain(item)) {
    const style = item[1] !== undefined ? '1.' : '(1)';
    return [{ style: `${rank} ${style}`, rank, number: numberOf(item[1] ?? item[2] ?? item[3] ?? '') }];
  }
  const circled = body === '' ? -1 : CIRCLED.indexOf(body[0] ?? '');
  if (circled >= 0) return [{ style: `${rank} ①`, rank, number: circled + 1 }];
  const letters = lettersOf(body, heading || bold ? rank : RANKS.letter);
  if (letters.length > 0 && !plain(ROMAN.exec(body) ?? LETTER.exec(body))) return letters;
  return !heading && BULLET.test(head) ? [{ style: `bullet ${head[0] ?? ''}`, rank: RANKS.bullet, number: undefined }] : [];
}

function lettersOf(body: string, rank: number): Marker[] {
  const found: Marker[] = [];
  const roman = ROMAN.exec(body);
  const numeral = roman?.[1] ?? roman?.[2];
  if (roman && numeral !== undefined) {
    const number = romanNumber(numeral.toLowerCase());
    const style = `${rank} ${numeral === numeral.toLowerCase() ? 'i' : 'I'}${roman[0].replace(numeral, '')}`;
    if (number !== undefined) found.push({ style, rank, number });
  }
  const letter = LETTER.exec(body);
  const sign = letter?.[1] ?? letter?.[2];
  if (letter && sign !== undefined) {
    const lower = sign.toLowerCase();
    found.push({ style: `${rank} ${sign === lower ? 'a' : 'A'}${letter[0].replace(sign, '')}`, rank, number: lower.charCodeAt(0) - 96 });
  }
  return found;
}

/** Digits of any script, English words to ten, Chinese numerals under a hundred. */
function numberOf(numeral: string): number {
  const word = WORDS.indexOf(numeral.toLowerCase());
  if (word >= 0) return word + 1;
  if (/^[一二三四五六七八九十]/.test(numeral)) return chineseNumber(numeral);
  return Number(Array.from(numeral, digitOf).join(''));
}

/** Decimal digits stand ten in a row in Unicode, zero first. */
function digitOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 48;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

function chineseNumber(numeral: string): number {
  const ten = numeral.indexOf('十');
  const digit = (sign: string | undefined): number => (sign === undefined ? 0 : CHINESE_DIGITS.indexOf(sign) + 1);
  if (ten < 0) return Array.from(numeral, digit).reduce((sum, value) => sum * 10 + value, 0);
  return (ten === 0 ? 1 : digit(numeral[0])) * 10 + digit(numeral[ten + 1]);
}

/** Undefined for what is no numeral as Romans wrote them, such as `iiii`. */
function romanNumber(numeral: string): number | undefined {
  if (!/^x{0,3}(?:ix|iv|v?i{0,3})$/.test(numeral)) return undefined;
  const values: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10 };
  return Array.from(numeral, (sign) => values[sign] ?? 0).reduce((sum, value, index, all) => sum + (value < (all[index + 1] ?? 0) ? -value : value), 0);
}
