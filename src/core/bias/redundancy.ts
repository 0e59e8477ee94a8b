import type { Span } from '../trace/trace.ts';
import type { AnswerFinder } from './stated-answer.ts';

const OPERAND = String.raw`\(*(?:\d+(?:\.\d+)?[a-z]?(?![a-z])|(?<![a-z])[a-z](?![a-z]))\)*`;
const EXPRESSION = String.raw`-?${OPERAND}(?:[-+*/^]-?${OPERAND})*`;
const EQUATION = new RegExp(String.raw`${EXPRESSION}(?:=${EXPRESSION})+`, 'g');
/** A chain of terms without a relation is looked through again from each of its ends: longer lines are cut. */
const LONGEST_LINE = 2000;

/** One way to write each sign, spaces beside them gone: `12 \times 3 = 36` and `12×3=36` are the same. */
function normalized(text: string): string {
  return text
    .toLowerCase()
    .replace(/\\(?:times|cdot)\b|[×·*]/g, '*')
    .replace(/\\div\b|÷/g, '/')
    .replace(/[−–]/g, '-')
    .replace(/\\[()[\]]|\$/g, '')
    .replace(/(\d),(?=\d{3}(?!\d))/g, '$1')
    .replace(/[ \t]*([-+*/^=])[ \t]*/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What a step states: equations, stated answers; failing those, all of it where it has a number (a listing, a count). */
function statementsOf(step: string, find: AnswerFinder): string[] {
  const text = normalized(step).slice(0, LONGEST_LINE);
  const equations = (text.match(EQUATION) ?? []).flatMap((chain) => {
    const sides = chain.split('=');
    return sides.slice(1).map((right, index) => `${sides[index]}=${right}`);
  });
  const conclusions = find(step).map(({ answer }) => `answer ${normalized(answer)}`);
  const statements = [...equations, ...conclusions];
  return statements.length > 0 || !/\d/.test(text) ? statements : [text];
}

/**
 * Steps after the one that first states the answer in which nothing is new: all of their equations and conclusions were
 * stated in steps before. No keywords. A step that states nothing is not among them.
 */
export function redundantSteps(text: string, steps: readonly Span[], firstAnswerStep: number | undefined, find: AnswerFinder): number[] {
  if (firstAnswerStep === undefined) return [];
  const seen = new Set<string>();
  return steps.flatMap(({ start, end }, index) => {
    const statements = statementsOf(text.slice(start, end), find);
    const known = statements.length > 0 && statements.every((statement) => seen.has(statement));
    for (const statement of statements) seen.add(statement);
    return index > firstAnswerStep && known ? [index] : [];
  });
}
