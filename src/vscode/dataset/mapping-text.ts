import { t } from '@vscode/l10n';
import { stepTexts, type Trace } from '../../core/trace/trace.ts';
import type { FieldRole } from '../../formats/fields/roles.ts';
import { count } from '../wording.ts';
import type { BaseFacts, MappingPreview } from './mapping-draft.ts';
import { oneLine } from './row-summary.ts';

/** How a role is called, and what its field holds. */
export const roleWords = (): Readonly<Record<FieldRole, { readonly title: string; readonly about: string }>> => ({
  problem: { title: t('Question'), about: t('A text') },
  steps: { title: t('Steps'), about: t('A list: each item is a step') },
  response: { title: t('Solution text'), about: t('One text that is cut into steps; only where there is no list of them') },
  thinking: { title: t('Thinking'), about: t('A text beside the solution text') },
  firstError: { title: t('First wrong step'), about: t('One number') },
  wrongSteps: { title: t('Wrong steps'), about: t('A list of numbers: all wrong steps') },
  ratings: { title: t('Ratings'), about: t('A list, one a step: -1, 0, 1, or false and true') },
  scores: { title: t('Scores'), about: t('A list of numbers, one a step') },
  id: { title: t('Id'), about: t('A text or a number') },
  goldAnswer: { title: t('Gold answer'), about: t('A text or a number') },
  finalAnswer: { title: t('Answer of the solution'), about: t('A text or a number') },
  answerCorrect: { title: t('Answer is correct'), about: t('True or false, 1 or 0') },
  generator: { title: t('Model'), about: t('Which model wrote the solution') },
  subset: { title: t('Subset'), about: t('A text: subject, class or split') },
});

const LONGEST = 80;
const LONGEST_PREVIEW = 300;
const MOST_EXAMPLES = 3;

/** A few values of a field: `2 · 0 · -1`, `4 items, the first: Mia has…`. */
export function examplesText(values: readonly unknown[]): string {
  const texts = [...new Set(values.slice(0, 2 * MOST_EXAMPLES).map(exampleText))];
  const [first = t('no value')] = texts;
  return first.length > LONGEST / 2 ? first : texts.slice(0, MOST_EXAMPLES).filter((text) => text.length <= LONGEST / 2).join(' · ');
}

function exampleText(value: unknown): string {
  if (value === undefined) return t('missing');
  if (typeof value === 'string') return value.trim() === '' ? t('empty') : oneLine(value, LONGEST);
  if (!Array.isArray(value)) return oneLine(JSON.stringify(value), LONGEST);
  const list: readonly unknown[] = value;
  if (list.every((item) => item === null || typeof item === 'number' || typeof item === 'boolean')) return oneLine(JSON.stringify(list), LONGEST);
  return t('{0}, the first: {1}', count(list.length, 'item'), exampleText(list[0]));
}

/** `5 of 6 values name a step; the others are -1`. */
export function baseText({ rows, used, others }: BaseFacts, what: 'value' | 'list'): string {
  if (rows === 0) return t('no row looked at has a value here');
  const named = what === 'value' ? t('{0} of {1} name a step', used, count(rows, 'value')) : t('{0} of {1} name steps only', used, count(rows, 'list'));
  return others.length === 0 ? named : t('{0}; what names none: {1}', named, others.slice(0, 4).map(({ value, rows: having }) => `${value === null ? 'null' : value} (${count(having, 'row')})`).join(', '));
}

/** `8 of the first 8 rows are traces`. */
export function tracesText({ traces, rows }: Pick<MappingPreview, 'traces' | 'rows'>): string {
  return traces === 1 ? t('{0} of the first {1} is a trace', traces, count(rows, 'row')) : t('{0} of the first {1} are traces', traces, count(rows, 'row'));
}

/** What a trace is, part by part: what it is called, and what it says. */
export function previewLines(trace: Trace): readonly { readonly label: string; readonly text: string }[] {
  const { label, given, answer, source } = trace;
  const lines = [{ label: t('Question'), text: trace.problem }];
  for (const [index, text] of stepTexts(trace).entries()) {
    const rating = given?.ratings?.[0]?.values[index];
    const score = given?.scores?.[0]?.values[index];
    const marks = [label?.firstError === index ? `⚑ ${t('first error')}` : '', rating === undefined ? '' : t('rating {0}', rating), score === undefined ? '' : t('score {0}', score)].filter((mark) => mark !== '');
    lines.push({ label: [t('Step {0}', index + 1), ...marks].join(' · '), text });
  }
  if (answer !== undefined) lines.push({ label: t('Answer'), text: trace.response.slice(answer.start, answer.end) });
  const facts: readonly (readonly [FieldRole, string | boolean | undefined])[] = [
    ['id', source.id],
    ['goldAnswer', given?.goldAnswer?.value],
    ['finalAnswer', given?.finalAnswer?.value],
    ['answerCorrect', given?.answerCorrect?.value],
    ['generator', given?.generator?.value],
    ['subset', given?.subset?.value],
  ];
  for (const [role, value] of facts) if (value !== undefined) lines.push({ label: roleWords()[role].title, text: String(value) });
  if (label !== undefined && label.firstError === undefined) lines.push({ label: t('Label'), text: t('no step is wrong') });
  for (const remark of given?.remarks ?? []) lines.push({ label: t('Not used'), text: remark });
  return lines.map(({ label: name, text }) => ({ label: name, text: oneLine(text, LONGEST_PREVIEW) }));
}
