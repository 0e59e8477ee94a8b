import { boxedAnswers } from '../answers/final-answer.ts';
import { answerStart } from '../trace/thinking.ts';
import type { Span } from '../trace/trace.ts';

/** A place where a text states an answer. */
export interface AnswerStatement {
  readonly answer: string;
  /** UTF-16 offsets of the answer itself. */
  readonly span: Span;
  /** `boxed`, or the pattern. */
  readonly by: string;
}

/** All statements of an answer in a text, in order of their answers. */
export type AnswerFinder = (text: string) => AnswerStatement[];

/** What may stand between the words and the answer: mathematics, emphasis, a variable (`x = `). */
const BEFORE = String.raw`[ \t]*(?:\*\*|\$+|\\\(|["“「(（])*[ \t]*(?:[a-zA-Z][ \t]*=[ \t]*)?`;
const NUMBER = String.raw`[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?`;
const FRACTION = String.raw`-?\\[dt]?frac\{[^{}]{1,40}\}\{[^{}]{1,40}\}`;
/** Longest first; a letter is one of a choice. */
const ANSWER = String.raw`(?<answer>${FRACTION}|${NUMBER}(?:[ \t]?/[ \t]?\d+)?%?|[A-J](?![\p{L}\p{N}]))`;
/** The beginning of a calculation is no answer: `the answer is 3 + 4`. */
const AFTER = String.raw`(?![\d]|[.,]\d|[ \t]*(?:[-+*/×÷^=]|\\times|\\cdot|\\div)[ \t]*[\d(\\])`;
const WORD = String.raw`["“「]?[\p{L}\p{N}]{1,40}["”」]?`;

/** A finder for boxes and for these sentences (see DetectorSettings.answerPatterns). */
export function answerFinder(patterns: Readonly<Record<string, readonly string[]>>): AnswerFinder {
  const compiled = Object.values(patterns).flat().filter((pattern) => pattern.includes('{answer}')).map((by) => ({ by, pattern: compile(by) }));
  return (text) => {
    const boxed = boxedAnswers(text).flatMap(({ answer, span }): AnswerStatement[] => (answer === '' ? [] : [{ answer, span, by: 'boxed' }]));
    const stated = compiled.flatMap(({ by, pattern }) =>
      [...text.matchAll(pattern)].flatMap((match): AnswerStatement[] => {
        const [start, end] = match.indices?.groups?.['answer'] ?? [0, 0];
        const answer = text.slice(start, end);
        // Patterns ignore case, a choice does not; and "A" may be an article.
        if (/^\p{L}$/u.test(answer) && (!/[A-J]/.test(answer) || /^ \p{Ll}/u.test(text.slice(end)))) return [];
        return [{ answer: answer.replace('−', '-'), span: { start, end }, by }];
      }),
    );
    const inOrder = [...boxed, ...stated].sort((a, b) => a.span.start - b.span.start);
    return inOrder.filter(({ span }, index) => span.start >= (inOrder[index - 1]?.span.end ?? 0));
  };
}

function compile(pattern: string): RegExp {
  const source = pattern
    .split(/(\{answer\}|\{word\})/)
    .map((part) => (part === '{answer}' ? `${BEFORE}${ANSWER}${AFTER}` : part === '{word}' ? WORD : escaped(part)))
    .join('');
  return new RegExp(source, 'dgiu');
}

/** Words as they stand; where there is a space there may be more, or a colon. */
function escaped(text: string): string {
  const signs = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll('-', String.raw`\x2d`);
  return signs.replaceAll(' ', String.raw`[ \t]*:?[ \t]*`);
}

/** A whole reply that is nothing but a value. */
const BARE = new RegExp(String.raw`^\s*(?:${NUMBER}(?:/\d+)?%?|[A-J])[.。]?\s*$`, 'u');

/** The answer that a reply ends on: its last box, its last statement, or all of it where it is a value alone. */
export function repliedAnswer(find: AnswerFinder, reply: string): string | undefined {
  const statements = find(reply);
  const last = statements.findLast(({ by }) => by === 'boxed') ?? statements.at(-1);
  return last?.answer ?? (BARE.test(reply) ? reply.trim().replace(/[.。]$/, '') : undefined);
}

/** The model's final answer: stated after the thinking. Undefined where the thinking was not ended or no answer follows. */
export function ownAnswer(find: AnswerFinder, text: string): string | undefined {
  const start = answerStart(text, true);
  return start === undefined ? undefined : repliedAnswer(find, text.slice(start));
}
