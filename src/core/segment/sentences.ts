import type { Span } from '../trace/trace.ts';
import { isAbbreviation } from './abbreviations.ts';
import { outsideBlocks, protectedBlocks } from './blocks.ts';
import { detectLanguage } from './language.ts';
import { isSpace, trimSpan } from './lines.ts';
import { markersOf } from './list-marker.ts';
import { segmenter, stepsAt } from './segmenter.ts';
import { isLeadIn } from './step-marker.ts';

/**
 * Sentences, as the Unicode rules find them (Intl.Segmenter), without their mistakes in reasoning: no
 * cut after abbreviations, enumerators (`1.`), factorials or inside formulas, and a cut before a sentence
 * that begins with a number or a formula. A line break ends a sentence unless the next line plainly goes on with it.
 * Thai writes no mark at the end of a sentence: there it cuts before connectives, which is an
 * approximation. Titles belong to the sentence after them.
 */
export const sentences = segmenter((text, { language }) => stepsAt(text, sentenceStarts(text, protectedBlocks(text), language ?? detectLanguage(text))));

/** Marks that may stand between a sentence's own end mark and the space after it. */
const CLOSERS = new Set('"\'”’»)]}*_`」』）】〉》');
/** End marks that want no space after them. */
const TIGHT_ENDS = new Set('。！？｡．।॥');
const ENDS = new Set(['.', '!', '?', '…', ...TIGHT_ENDS]);
/** No sentence begins with them. */
const NEVER_FIRST = new Set('=+×÷/^,;:)]}.!?%<>≤≥≠≈→。，、；：！？）】」』');
/** A formula or code on lines of its own. */
const DISPLAY = /^(?:\$\$|\\\[|\\begin\{|```|~~~)/;
/** `so it …`, `where x …`: a word in small letters, not a variable (`r = 2`) or a function (`sin(x)`). */
const GOES_ON = /^\p{Ll}{2,}(?![^\s,'’-])/u;
const THAI_OPENERS = ['ดังนั้น', 'เพราะฉะนั้น', 'คำตอบ', 'แสดงว่า', 'จากนั้น', 'ต่อมา', 'แล้ว', 'แต่', 'หาก', 'ถ้า', 'ตอนนี้', 'สุดท้าย', 'เนื่องจาก', 'แรกเริ่ม', 'ในตอนแรก', 'สรุป', 'ขั้นแรก', 'ต่อไป', 'หลังจากนั้น'];
const THAI = /\p{Script=Thai}/u;
const THAI_OPENER = new RegExp(`[ \\t]+(?=${THAI_OPENERS.join('|')})`, 'gu');
/** Before a number or a formula the Unicode rules (SB8) go on where a small letter follows: `5 balls. 2 cans …`, `so. $x$ …`. */
const BEFORE_NUMBER = /[.!?]["'”’»)\]*_]{0,4}[ \t]+(?=[\p{Nd}$]|\\[([])/gu;
/** An abbreviation is looked for in this many characters before its full stop. */
const LONGEST_WORD = 20;
/** A title or an enumerator is no longer than this. */
const LONGEST_TITLE = 200;
const MOST_CLOSERS = 8;
/** UTF-16 units that the Unicode rules see at once, and how far ahead of a boundary they may have to look. */
const WINDOW = 2048;
const LOOKAHEAD = 256;
const OVERLAP = 32;

/**
 * Where the sentences of a text begin, in order, the first one left out. Without a language it is the
 * same for every text around it: abbreviations of all languages count.
 */
export function sentenceStarts(text: string, blocks: readonly Span[], language: string | undefined): number[] {
  const starts: number[] = [];
  const whole = trimSpan(text, 0, text.length);
  const sentence: OpenSentence = { from: whole.start, titledTo: whole.start };
  for (const start of outsideBlocks(candidates(text, language), blocks)) {
    if (start <= sentence.titledTo || !endsSentence(text, sentence, start, language)) continue;
    starts.push(start);
    sentence.from = start;
    sentence.titledTo = start;
  }
  // A title at the very end leads nothing in.
  if (isTitle(text, sentence.titledTo, whole.end)) starts.pop();
  return starts;
}

/** The sentence that is being read. */
interface OpenSentence {
  from: number;
  /** Up to here it is whole lines of nothing but titles. */
  titledTo: number;
}

/** Offsets of first characters that may begin a sentence, in order; some twice. */
function candidates(text: string, language: string | undefined): number[] {
  const found: number[] = [];
  let reached = 0;
  forEachBoundary(text, language, (index) => {
    // A boundary in spaces that were passed over already.
    if (index <= reached) return;
    const start = startAfter(text, index);
    if (start === undefined) return;
    found.push(start);
    reached = start;
  });
  const more = [...endsOf(text, BEFORE_NUMBER), ...(language === undefined || language.startsWith('th') ? endsOf(text, THAI_OPENER) : [])];
  return more.length === 0 ? found : [...found, ...more].sort((one, other) => one - other);
}

function endsOf(text: string, pattern: RegExp): number[] {
  return Array.from(text.matchAll(pattern), (match) => match.index + match[0].length);
}

/**
 * Visits the boundaries that Intl.Segmenter finds. V8 takes quadratic time over one long text (80,000
 * line breaks: 2.4 s), so it gets windows, each from a boundary on; a boundary near the end of a
 * window, where the letter that decides on it may be missing, is left to the next.
 */
function forEachBoundary(text: string, language: string | undefined, visit: (index: number) => void): void {
  const rules = sentenceSegmenter(language);
  let from = 0;
  for (;;) {
    while (from < text.length && isSpace(text.charCodeAt(from))) from++;
    if (from === text.length) return;
    const isLast = from + WINDOW >= text.length;
    const safe = isLast ? WINDOW : WINDOW - LOOKAHEAD;
    let next = 0;
    for (const { index } of rules.segment(text.slice(from, from + WINDOW))) {
      if (index > safe) break;
      if (index > 0) visit(from + index);
      next = index;
    }
    if (isLast) return;
    // A sentence longer than a window is gone through in steps that overlap, so that its end is seen whole.
    from += next > 0 ? next : safe - OVERLAP;
  }
}

const RULES = new Map<string, Intl.Segmenter>();

/** Made once a language. A tag that is none is no reason to fail: the rules hardly differ. */
function sentenceSegmenter(language = 'en'): Intl.Segmenter {
  let found = RULES.get(language);
  if (found !== undefined) return found;
  try {
    found = new Intl.Segmenter(language, { granularity: 'sentence' });
  } catch {
    found = new Intl.Segmenter('en', { granularity: 'sentence' });
  }
  RULES.set(language, found);
  return found;
}

/** The first character of the sentence at a boundary: after closing marks and spaces. Undefined where text runs on without a space. */
function startAfter(text: string, boundary: number): number | undefined {
  let at = boundary;
  if (at > 0 && !isSpace(text.charCodeAt(at - 1))) {
    const closed = Math.min(text.length, at + MOST_CLOSERS);
    while (at < closed && CLOSERS.has(text[at] ?? '')) at++;
    if (!isSpace(text.charCodeAt(at)) && !TIGHT_ENDS.has(text[boundary - 1] ?? '')) return undefined;
  }
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Whether the sentence is over before `start`. */
function endsSentence(text: string, sentence: OpenSentence, start: number, language: string | undefined): boolean {
  const { from } = sentence;
  let end = start;
  let breaks = 0;
  while (end > from && isSpace(text.charCodeAt(end - 1))) if (text.charCodeAt(--end) === 10) breaks++;
  if (isTitle(text, sentence.titledTo, end)) {
    if (breaks > 0) sentence.titledTo = start;
    return false;
  }
  if (isEnumerator(text, from, end) || startsFence(text, start, breaks)) return false;
  if (breaks > 1) return true;
  if (breaks === 0 && THAI.test(text[start] ?? '') && isOneWord(text, from, end)) return false;
  const mark = markBefore(text, end);
  if (breaks === 1) return ENDS.has(mark.char) || !goesOn(text, start);
  if (NEVER_FIRST.has(text[start] ?? '')) return false;
  if (mark.char === '.') return !abbreviates(text, from, mark.at, start, language);
  const factorial = mark.char === '!' && /[\p{L}\p{Nd})]/u.test(text[mark.at - 1] ?? '') && /[\p{Ll}\p{Nd}]/u.test(text[start] ?? '');
  return !factorial;
}

/** The mark that ends the text before `end`, closing marks passed over. */
function markBefore(text: string, end: number): { readonly char: string; readonly at: number } {
  let at = end - 1;
  const least = Math.max(0, end - MOST_CLOSERS);
  while (at > least && CLOSERS.has(text[at] ?? '')) at--;
  return { char: text[at] ?? '', at };
}

function goesOn(text: string, start: number): boolean {
  const head = text.slice(start, start + LONGEST_WORD * 2);
  return GOES_ON.test(head) || DISPLAY.test(head);
}

/** A fence opens only where a line begins, so no sentence may begin with one elsewhere. */
function startsFence(text: string, start: number, breaks: number): boolean {
  return breaks === 0 && (text.startsWith('```', start) || text.startsWith('~~~', start));
}

/** A Thai connective or a label by itself is no sentence. */
function isOneWord(text: string, from: number, end: number): boolean {
  return end - from <= LONGEST_WORD * 2 && !/\s/.test(text.slice(from, end));
}

function isTitle(text: string, from: number, end: number): boolean {
  if (from >= end || end - from > LONGEST_TITLE) return false;
  return text.slice(from, end).split('\n').every((line) => line.trim() === '' || isLeadIn(line.trim()));
}

/** `1.`, `(a)`, `Step 1.` and nothing else. */
function isEnumerator(text: string, from: number, end: number): boolean {
  if (end - from > LONGEST_WORD) return false;
  const line = text.slice(from, end);
  return line.length > 1 && !/\s/.test(line.replace(/^\p{L}+[ \t]+/u, '')) && markersOf(line).some(({ number }) => number !== undefined);
}

/** Whether the full stop at `at` belongs to an abbreviation or to an initial. */
function abbreviates(text: string, from: number, at: number, start: number, language: string | undefined): boolean {
  const first = text[start] ?? '';
  if (/\p{Ll}/u.test(first)) return true;
  const before = text.slice(Math.max(from, at - LONGEST_WORD), at);
  const word = /[^\s(（[,“"']*$/u.exec(before)?.[0] ?? '';
  if (isAbbreviation(word, /\p{Nd}/u.test(first), language)) return true;
  // `J. K. Rowling`: one letter alone is as often a point or a set.
  const initial = /^\p{Lu}$/u.test(word);
  return initial && (/^\p{Lu}\.(?!\S)/u.test(text.slice(start, start + 4)) || /(?:^|\s)\p{Lu}\.\s+$/u.test(before.slice(0, before.length - word.length)));
}
