import { equalNumbers, exactNumber, scaledNumber, type ExactNumber } from './exact-number.ts';
import { plainLatex } from './plain-latex.ts';
import { splitList } from './split-list.ts';

/**
 * - `same`, `different`: decided by text or exact numbers
 * - `open`: formulas whose texts differ; they may be equal (`symbolic` in core/eval/eval.ts decides)
 */
export type AnswerComparison = 'same' | 'different' | 'open';

/** Whether two answers are the same by text or number; formulas that only symbols could decide are not. */
export function sameAnswer(given: string, gold: string): boolean {
  return compareAnswers(given, gold) === 'same';
}

/**
 * Compares two final answers: as one spelling of LaTeX; as exact numbers (integers, decimals, thousands separators, fractions,
 * mixed numbers, percentages, powers of ten, Chinese numerals); as choices; as lists, tuples, sets and intervals, part by
 * part. A unit or a name in front (`x = 5`, `5 \text{ cm}`, `90^\circ`) is left out only where the other answer has none. No
 * sign, digit or point is ever taken away.
 */
export function compareAnswers(given: string, gold: string): AnswerComparison {
  return compareParts(plainLatex(given), plainLatex(gold));
}

function compareParts(a: string, b: string): AnswerComparison {
  if (key(a) === key(b)) return a === '' ? 'different' : 'same';
  const [choiceA, choiceB] = [choice(a), choice(b)];
  if (choiceA !== undefined && choiceB !== undefined) return choiceA === choiceB ? 'same' : 'different';
  const lists = compareLists(a, b);
  if (lists !== undefined) return lists;
  const [numberA, numberB] = [exactNumber(a), exactNumber(b)];
  if (numberA && numberB) return equalNumbers(numberA, numberB) ? 'same' : 'different';
  const bare = withoutName(a, b);
  if (bare) return compareParts(...bare);
  const measured = compareMeasures(a, b);
  if (measured !== undefined) return measured;
  return isFormula(a) && isFormula(b) ? 'open' : 'different';
}

/** Upper and lower case count as the same in words, not in formulas: `Evelyn` and `evelyn`, but `P` and `p` differ. */
function key(text: string): string {
  const tight = text.replace(/\s+/g, '');
  return /^[\p{L}\s-]{3,}$/u.test(text) ? tight.toLowerCase() : tight;
}

/** `(B)`, `B`, `B.` or `(B) some text`: its letter, where all that is there is a choice. */
function choice(text: string): string | undefined {
  const match = /^\(?([A-J])\)?(?:[.:)]? ?$|[.:)] .*$)/.exec(text);
  return match?.[1];
}

/** Undefined where neither is a list. A plain list and a set may be in any order; tuples and intervals may not. */
function compareLists(a: string, b: string): AnswerComparison | undefined {
  const [first, second] = [splitList(a), splitList(b)];
  if (first === undefined && second === undefined) return undefined;
  // `1,200` is a number beside a number, and a list beside a list.
  if (first === undefined || second === undefined) return exactNumber(a) && exactNumber(b) ? undefined : 'different';
  if (first.parts.length !== second.parts.length || first.kind !== second.kind) return 'different';
  if (first.kind === 'list') return compareUnordered(first.parts, second.parts);
  return worst(first.parts.map((part, index) => compareParts(part, second.parts[index] ?? '')));
}

/** Each part finds one of the other's that is the same; where exactly one stays on each side, those two decide. */
function compareUnordered(a: readonly string[], b: readonly string[]): AnswerComparison {
  const left = [...b];
  const unmatched = a.filter((part) => {
    const at = left.findIndex((other) => compareParts(part, other) === 'same');
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (unmatched.length === 0) return 'same';
  if (unmatched.length === 1) return compareParts(unmatched[0] ?? '', left[0] ?? '');
  return unmatched.every((part) => left.some((other) => compareParts(part, other) === 'open')) ? 'open' : 'different';
}

function worst(parts: readonly AnswerComparison[]): AnswerComparison {
  if (parts.includes('different')) return 'different';
  return parts.includes('open') ? 'open' : 'same';
}

/** `x = 5` beside `5`: the right-hand side, where the other answer has no such sign. */
function withoutName(a: string, b: string): [string, string] | undefined {
  const name = /^(?:[a-zA-Zπ]|\\[a-z]+|[a-zA-Z]_\{?\w+\}?|[a-zA-Z]\([a-z]\)|[A-Za-z]+) ?(?:=|:|≈) ?(?=\S)(?!.*=)/;
  if (name.test(a) && !/[=≤≥<>]/.test(b)) return [a.replace(name, ''), b];
  if (name.test(b) && !/[=≤≥<>]/.test(a)) return [a, b.replace(name, '')];
  return undefined;
}

interface Measure {
  readonly number: ExactNumber;
  readonly unit: string;
}

/** Words of three letters and more are units, unless they are functions; of shorter ones only these are: `5ab` is a product. */
const SHORT_UNITS = 'cm|mm|km|m|kg|mg|g|s|h|ft|in|mi|lb|oz|ml|l|cc|nm|Hz|kW|W|V|J|N|US|am|pm';
const UNIT = `(?:°[CF]?|%|(?!(?:sin|cos|tan|cot|sec|csc|log|exp|sqrt|mod|det|lim|max|min)\\b)(?:[\\p{L}][\\p{L}\\s./]{2,}|${SHORT_UNITS})(?:\\^\\{?[23]\\}?)?)`;
const MEASURE = new RegExp(`^([$€£¥]?) ?([+-]?(?:\\d|\\.\\d|\\\\frac)[^\\p{L}°%]*?(?:\\\\frac[^\\p{L}°%]*?)?) ?(${UNIT})?$`, 'u');

/** A number with a unit before (`$5`) or after it (`5 cm`, `50%`, `90°`); an empty unit for a bare number. */
function measure(text: string): Measure | undefined {
  const match = MEASURE.exec(text);
  const number = match ? exactNumber((match[2] ?? '').trim()) : undefined;
  return number && { number, unit: `${match?.[1] ?? ''}${match?.[3] ?? ''}`.replace(/\s+/g, ' ').trim().toLowerCase() };
}

/**
 * Undefined where they are not both numbers with or without units. Two units that differ are different, but for a percent
 * sign: 50% is 0.5, and beside a bare 50 its sign is a unit.
 */
function compareMeasures(a: string, b: string): AnswerComparison | undefined {
  const [first, second] = [measure(a), measure(b)];
  if (!first || !second || (first.unit === '' && second.unit === '')) return undefined;
  if (first.unit !== second.unit && first.unit !== '' && second.unit !== '') return singular(first.unit) === singular(second.unit) && equalNumbers(first.number, second.number) ? 'same' : 'different';
  if (equalNumbers(first.number, second.number)) return 'same';
  const percent = (one: Measure) => (one.unit === '%' ? scaledNumber(one.number, 1n, 100n) : one.number);
  return equalNumbers(percent(first), percent(second)) ? 'same' : 'different';
}

function singular(unit: string): string {
  return unit.replace(/s$/, '');
}

/** Symbols that a computer algebra can compute with, and not a sentence. */
function isFormula(text: string): boolean {
  const words = text.replace(/\\[a-zA-Z]+/g, ' ').match(/\p{L}{4,}/gu) ?? [];
  return text !== '' && text.length <= 300 && words.length === 0 && !/[°$?!"]/.test(text);
}
