import { protectedBlocks } from '../core/segment/blocks.ts';
import { forEachLine } from '../core/segment/lines.ts';
import { thinkingStart } from '../core/trace/thinking.ts';

/** A place in a document that says what follows. */
export interface Marker {
  readonly kind: 'question' | 'solution';
  /** The word it was made with, in lower case; `<think>` for the tag, which begins a solution by itself. */
  readonly word: string;
  /** 1 to 6 for a heading, undefined for a label such as `Question:`. */
  readonly level: number | undefined;
  /** [start, contentStart) is the marker itself; for `<think>` it is empty, as the tag belongs to the solution. */
  readonly start: number;
  readonly contentStart: number;
}

/** Any ATX heading of a document. */
export interface Heading {
  readonly level: number;
  readonly start: number;
}

/** `## Solution`, `# **Question 3:** text`; groups: hashes, word. A heading may go on after a colon only. */
const HEADING =
  /^(#{1,6})[ \t]+(?:\*\*|__)?(problem|question|solution|answer|response|reasoning|steps)(?:[ \t]+\d{1,6})?(?:\*\*|__)?[ \t]*(?:[:：](?:\*\*|__)?[ \t]*|#*$)/i;
/** `Question:`, `**Solution:**`, `**Answer**:`; single letters in capitals only, as `a:` is more often algebra. */
const LABEL =
  /^(?:\*\*|__)?([Qq]uestion|QUESTION|[Pp]roblem|PROBLEM|Q|[Ss]olution|SOLUTION|[Aa]nswer|ANSWER|[Rr]esponse|RESPONSE|[Rr]easoning|REASONING|[Ss]teps|STEPS|A)(?:[:：](?:\*\*|__)?|(?:\*\*|__)[:：])[ \t]*/;
const QUESTION_WORDS = new Set(['problem', 'question', 'q']);
/** The longest marker fits in this many characters; no pattern looks at more of a line. */
const HEAD = 80;

/** All markers and headings of a document from `from` on, in order. Lines inside code, formulas and environments do not count. */
export function findMarkers(text: string, from: number): { readonly markers: Marker[]; readonly headings: Heading[] } {
  const markers: Marker[] = [];
  const headings: Heading[] = [];
  const body = text.slice(from);
  const think = thinkingStart(body)?.tag ?? Infinity;
  const blocks = protectedBlocks(body);
  let block = 0;
  forEachLine(body, (start, end, lineStart) => {
    while ((blocks[block]?.end ?? Infinity) <= lineStart) block++;
    // What stands in the thinking is the model's own words.
    if (start === end || start >= think || (blocks[block]?.start ?? Infinity) < lineStart) return;
    const line = body.slice(start, Math.min(end, start + HEAD));
    const level = /^#{1,6}(?=[ \t]|$)/.exec(line)?.[0].length;
    if (level !== undefined) headings.push({ level, start: from + start });
    const match = level === undefined ? LABEL.exec(line) : HEADING.exec(line);
    const word = (level === undefined ? match?.[1] : match?.[2])?.toLowerCase();
    if (!match || word === undefined) return;
    if (word === 'a' && isFirstChoice(body, end)) return;
    const kind = QUESTION_WORDS.has(word) ? 'question' : 'solution';
    markers.push({ kind, word, level, start: from + start, contentStart: from + start + match[0].length });
  });
  if (think !== Infinity)
    markers.push({ kind: 'solution', word: '<think>', level: undefined, start: from + think, contentStart: from + think });
  return { markers, headings };
}

/** True when the next line that says something begins `B:`: the choices of a multiple-choice question. */
function isFirstChoice(text: string, lineEnd: number): boolean {
  return /^\s*B[:：]/.test(text.slice(lineEnd, lineEnd + HEAD));
}
