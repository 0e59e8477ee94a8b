import { stepTexts, type Trace } from '../../core/trace/trace.ts';
import type { FieldRole } from '../../formats/fields/roles.ts';
import { count } from '../wording.ts';
import type { BaseFacts, MappingPreview } from './mapping-draft.ts';
import { oneLine } from './row-summary.ts';

/** How a role is called, and what its field holds. */
export const ROLE_WORDS: Readonly<Record<FieldRole, { readonly title: string; readonly about: string }>> = {
  problem: { title: 'Question', about: 'A text' },
  steps: { title: 'Steps', about: 'A list: each item is a step' },
  response: { title: 'Solution text', about: 'One text that is cut into steps; only where there is no list of them' },
  thinking: { title: 'Thinking', about: 'A text beside the solution text' },
  firstError: { title: 'First wrong step', about: 'One number' },
  wrongSteps: { title: 'Wrong steps', about: 'A list of numbers: all wrong steps' },
  ratings: { title: 'Ratings', about: 'A list, one a step: -1, 0, 1, or false and true' },
  scores: { title: 'Scores', about: 'A list of numbers, one a step' },
  id: { title: 'Id', about: 'A text or a number' },
  goldAnswer: { title: 'Gold answer', about: 'A text or a number' },
  finalAnswer: { title: 'Answer of the solution', about: 'A text or a number' },
  answerCorrect: { title: 'Answer is correct', about: 'True or false, 1 or 0' },
  generator: { title: 'Model', about: 'Which model wrote the solution' },
  subset: { title: 'Subset', about: 'A text: subject, class or split' },
};

const LONGEST = 80;
const LONGEST_PREVIEW = 300;
const MOST_EXAMPLES = 3;

/** A few values of a field: `2 · 0 · -1`, `4 items, the first: Mia has…`. */
export function examplesText(values: readonly unknown[]): string {
  const texts = [...new Set(values.slice(0, 2 * MOST_EXAMPLES).map(exampleText))];
  const [first = 'no value'] = texts;
  return first.length > LONGEST / 2 ? first : texts.slice(0, MOST_EXAMPLES).filter((text) => text.length <= LONGEST / 2).join(' · ');
}

function exampleText(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return value.trim() === '' ? 'empty' : oneLine(value, LONGEST);
  if (!Array.isArray(value)) return oneLine(JSON.stringify(value), LONGEST);
  const list: readonly unknown[] = value;
  if (list.every((item) => item === null || typeof item === 'number' || typeof item === 'boolean')) return oneLine(JSON.stringify(list), LONGEST);
  return `${count(list.length, 'item')}, the first: ${exampleText(list[0])}`;
}

/** `5 of 6 values name a step; the others are -1`. */
export function baseText({ rows, used, others }: BaseFacts, what: 'value' | 'list'): string {
  if (rows === 0) return 'no row looked at has a value here';
  const named = `${used} of ${count(rows, what === 'value' ? 'value' : 'list')} ${what === 'value' ? 'name a step' : 'name steps only'}`;
  return others.length === 0 ? named : `${named}; what names none: ${others.slice(0, 4).map(({ value, rows: having }) => `${value === null ? 'null' : value} (${count(having, 'row')})`).join(', ')}`;
}

/** `8 of the first 8 rows are traces`. */
export function tracesText({ traces, rows }: Pick<MappingPreview, 'traces' | 'rows'>): string {
  return `${traces} of the first ${count(rows, 'row')} ${traces === 1 ? 'is a trace' : 'are traces'}`;
}

/** What a trace is, part by part: what it is called, and what it says. */
export function previewLines(trace: Trace): readonly { readonly label: string; readonly text: string }[] {
  const { label, given, answer, source } = trace;
  const lines = [{ label: 'Question', text: trace.problem }];
  for (const [index, text] of stepTexts(trace).entries()) {
    const rating = given?.ratings?.[0]?.values[index];
    const score = given?.scores?.[0]?.values[index];
    const marks = [label?.firstError === index ? '⚑ first error' : '', rating === undefined ? '' : `rating ${rating}`, score === undefined ? '' : `score ${score}`].filter((mark) => mark !== '');
    lines.push({ label: ['Step ' + String(index + 1), ...marks].join(' · '), text });
  }
  if (answer !== undefined) lines.push({ label: 'Answer', text: trace.response.slice(answer.start, answer.end) });
  const facts: readonly (readonly [FieldRole, string | boolean | undefined])[] = [
    ['id', source.id],
    ['goldAnswer', given?.goldAnswer?.value],
    ['finalAnswer', given?.finalAnswer?.value],
    ['answerCorrect', given?.answerCorrect?.value],
    ['generator', given?.generator?.value],
    ['subset', given?.subset?.value],
  ];
  for (const [role, value] of facts) if (value !== undefined) lines.push({ label: ROLE_WORDS[role].title, text: String(value) });
  if (label !== undefined && label.firstError === undefined) lines.push({ label: 'Label', text: 'no step is wrong' });
  for (const remark of given?.remarks ?? []) lines.push({ label: 'Not used', text: remark });
  return lines.map(({ label: name, text }) => ({ label: name, text: oneLine(text, LONGEST_PREVIEW) }));
}
