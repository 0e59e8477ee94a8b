import { paragraphs, type Paragraph } from '../core/segment/blank-lines.ts';
import { trimSpan } from '../core/segment/lines.ts';
import { isHeading } from '../core/segment/step-marker.ts';
import type { Span } from '../core/trace/trace.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { findMarkers, type Marker } from './markdown-markers.ts';
import { solutionParts } from './solution-text.ts';
import type { FormatErrorReason, LocatedTrace } from './trace-file.ts';

/** Where question and solution stand; either may be empty. */
interface Parts {
  readonly problem: Span;
  readonly response: Span;
}

/**
 * Reads a question and its solution from Markdown or plain text, in place. `name` is the file's name
 * for messages.
 *
 * - YAML front matter at the top is skipped.
 * - Explicit markers win. Headings of any level: `# Problem`, `# Question`; `# Solution`, `# Answer`,
 *   `# Response`, `# Reasoning`, `# Steps`. Labels at the beginning of a line: `Question:`, `Problem:`,
 *   `Q:`; `Solution:`, `Answer:`, `Response:`, `Reasoning:`, `Steps:`, `A:`; also in bold. The question
 *   goes from its marker to the first solution marker after it, the solution from there to the end. A
 *   line that begins `<think>` is a solution marker too.
 * - A solution marker without a question marker makes everything before it the question; `Answer` and
 *   `A` do so only after a single paragraph, since solutions often end with an `Answer:` line.
 * - A question marker without a solution marker: under a heading the question goes to the next heading
 *   of that level or above, after a label to the end of its paragraph; the rest is the solution.
 * - Without markers the first paragraph is the question (a title above it is skipped) and the rest the
 *   solution.
 * - With `<think> … </think>`, an unclosed `<think>` or a lone `</think>`, the steps lie in the thinking
 *   and the text after it is the answer. Without, all of the solution is steps.
 *
 * Returns the trace with UTF-16 offsets into `text`; the errors are `empty-file`, `no-question` and
 * `no-steps`.
 */
export function parseMarkdownTrace(name: string, text: string): Result<LocatedTrace, FormatErrorReason> {
  if (text.trim() === '') return fail('empty-file', `${name} is empty: write a question, a blank line and a solution.`);
  const { problem, response } = locate(text);
  if (problem.start === problem.end)
    return fail('no-question', `${name} has no question: write it above the solution, as the first paragraph or under a "# Problem" heading.`);
  const parts = solutionParts(text.slice(response.start, response.end));
  if (parts.steps.length === 0)
    return fail('no-steps', `${name} has a question but no solution: write the solution after it, one step a paragraph.`);
  const trace = { source: { file: name }, problem: text.slice(problem.start, problem.end), ...parts };
  return ok({ trace, problem, response });
}

function locate(text: string): Parts {
  const from = frontMatterEnd(text);
  const { markers, headings } = findMarkers(text, from);
  const between = (start: number, end: number): Span => trimSpan(text, start, Math.max(start, end));
  const { question, solution } = choose(text, from, markers);
  if (solution)
    return {
      problem: question ? between(question.contentStart, solution.start) : untitled(text, between(from, solution.start)),
      response: between(contentStart(text, markers, solution), text.length),
    };
  if (!question) return byParagraphs(text, from);
  const end =
    question.level === undefined
      ? endOfParagraph(text, question.contentStart)
      : headings.find(({ level, start }) => start > question.start && level <= (question.level ?? 0))?.start;
  return { problem: between(question.contentStart, end ?? text.length), response: between(end ?? text.length, text.length) };
}

/** The markers that count. What comes after a solution has begun is the solution's own text. */
function choose(text: string, from: number, markers: readonly Marker[]): { question?: Marker; solution?: Marker } {
  if (markers.length === 0) return {};
  const question = markers.find(({ kind }) => kind === 'question');
  const [first, second] = paragraphs(text.slice(from)).filter((paragraph) => !paragraph.leadIn);
  const askedBy = from + (first?.start ?? 0);
  const solvedBy = second ? from + second.start : Infinity;
  const solution = markers.find(({ kind, word, start }) => {
    if (kind !== 'solution') return false;
    if (question && start > question.start) return true;
    // Without a question marker the question is the text above, and `Answer:` far below it ends a solution.
    const isAnswer = word === 'answer' || word === 'a';
    return (!question || start > askedBy) && (!isAnswer || start <= solvedBy);
  });
  if (!solution) return question ? { question } : {};
  return question && question.start < solution.start ? { question, solution } : { solution };
}

/** Where the solution's own text begins: after the marker, and after a second one right below it (`# Solution`, `Steps:`). */
function contentStart(text: string, markers: readonly Marker[], solution: Marker): number {
  let start = solution.contentStart;
  for (const next of markers.slice(markers.indexOf(solution) + 1)) {
    if (next.kind !== 'solution' || text.slice(start, next.start).trim() !== '') break;
    start = next.contentStart;
  }
  return start;
}

function byParagraphs(text: string, from: number): Parts {
  const all = paragraphs(text.slice(from)).map((paragraph) => ({
    ...paragraph,
    start: paragraph.start + from,
    end: paragraph.end + from,
  }));
  const question = all[questionParagraph(text, all)];
  if (!question) return { problem: { start: from, end: from }, response: { start: from, end: from } };
  return { problem: untitled(text, question), response: trimSpan(text, question.end, text.length) };
}

/** The question without titles above it; of a question that is all heading, the heading's text. */
function untitled(text: string, { start, end }: Span): Span {
  const body = paragraphs(text.slice(start, end)).find((paragraph) => !paragraph.leadIn);
  if (body) return { start: start + body.start, end };
  return { start: start + (/^#{1,6}[ \t]+/.exec(text.slice(start, end))?.[0].length ?? 0), end };
}

/** The index of the paragraph that asks: the first, unless that is a title above a question and a solution. */
function questionParagraph(text: string, all: readonly Paragraph[]): number {
  const first = all[0];
  if (!first?.leadIn) return 0;
  const line = text.slice(first.start, first.end);
  const asks = isHeading(line) && /[?？]$/.test(line);
  const next = all.findIndex((paragraph) => !paragraph.leadIn);
  return asks || next < 0 || next === all.length - 1 ? 0 : next;
}

function endOfParagraph(text: string, start: number): number {
  const first = paragraphs(text.slice(start))[0];
  return first ? start + first.end : text.length;
}

/** Where the document goes on after `---`, keys and values, `---`; 0 without front matter. */
function frontMatterEnd(text: string): number {
  const opening = /^\uFEFF?---[ \t]*\r?\n(?=---|[A-Za-z_][\w .-]{0,80}:)/.exec(text);
  if (!opening) return 0;
  const closing = /^(?:---|\.\.\.)[ \t]*\r?$/m.exec(text.slice(opening[0].length));
  return closing ? opening[0].length + closing.index + closing[0].length : 0;
}
