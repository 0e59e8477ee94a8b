import { fail, ok } from '../../core/result.ts';
import type { GivenData, GivenScores, StepRating, StepRatings } from '../../core/trace/given.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { isRecord } from '../../core/is-record.ts';
import { parseJson } from '../json-error.ts';
import { thoughtAndAnswer } from '../messages.ts';
import { firstErrorOf, stepTextsOf, traceOfSteps, withId, withoutEmpty } from '../rows/given-steps.ts';
import { firstErrorOfRatings } from '../rows/ratings.ts';
import { fieldsOf, isWholeNumber, noQuestion, numberOf, textOf } from '../rows/read-fields.ts';
import type { RowContext, RowFormat, RowResult } from '../rows/row-format.ts';
import { textTrace } from '../solution-text.ts';
import type { FieldMap } from './field-map.ts';
import { parsePath, valueAt } from './field-path.ts';

/** Rows of any shape, read by a map of their fields. Cells of tables are texts, so a list may be JSON in a text and a number a text. */
export const fieldsFormat: RowFormat = {
  id: 'fields',
  title: 'Any rows, with a map of their fields',
  strength: 0.01,
  mark: 'is read by its field map',
  fits: () => false,
  read(row, context) {
    if (!context.fieldMap) return fail('needs-map', `${context.where} has ${isRecord(row) ? fieldsOf(row) : 'no fields'}: it needs a map that says which of them hold the question and the steps.`);
    return mapped(row, context, context.fieldMap);
  },
};

function mapped(row: unknown, context: RowContext, map: FieldMap): RowResult {
  const at = (path: string | undefined) => (path === undefined ? undefined : valueAt(row, parsePath(path) ?? []));
  const text = (path: string | undefined) => textOf(at(path));
  const problem = text(map.problem);
  if (problem === undefined || problem.trim() === '') return noQuestion(context.where, [map.problem]);
  const named = { ...context, source: withId(context.source, at(map.id)) };
  const facts = factsOf(map, at, text);
  const steps = at(map.steps);
  if (map.steps !== undefined && (steps !== undefined || map.response === undefined)) {
    const list = listOf(steps);
    if (!list) return fail('unknown-shape', `${context.where} has no list of steps in "${map.steps}": it needs one, as a list or as JSON in a text.`);
    const texts = stepTextsOf(context.where, map.steps, list);
    if (!texts.ok) return texts;
    const { label, given } = labelsOf(map, at, texts.value.length);
    return traceOfSteps(named, problem, texts.value, { ...(label && { label }), given: { ...facts, ...given } });
  }
  const response = text(map.response) ?? '';
  const thinking = text(map.thinking);
  const trace = textTrace(named, problem, thinking === undefined || thinking.trim() === '' ? response : thoughtAndAnswer(thinking, response), { given: facts });
  if (!trace.ok) return trace;
  const { label, given } = labelsOf(map, at, trace.value.steps.length);
  return ok({ ...trace.value, ...withoutEmpty({ label, given: { ...facts, ...given } }) });
}

type At = (path: string | undefined) => unknown;

function factsOf(map: FieldMap, at: At, text: (path: string | undefined) => string | undefined): GivenData {
  const given = (path: string | undefined) => {
    const value = text(path);
    return path === undefined || value === undefined || value === '' ? undefined : { value, field: path, madeBy: 'unknown' as const };
  };
  const [goldAnswer, finalAnswer, generator, subset] = [given(map.goldAnswer), given(map.finalAnswer), given(map.generator), given(map.subset)];
  const correct = truth(at(map.answerCorrect));
  return {
    ...(goldAnswer && { goldAnswer }),
    ...(finalAnswer && { finalAnswer }),
    ...(generator && { generator }),
    ...(subset && { subset }),
    ...(map.answerCorrect !== undefined && correct !== undefined && { answerCorrect: { value: correct, field: map.answerCorrect, madeBy: 'unknown' } }),
  };
}

/** Labels and scores. Of a first error, wrong steps and ratings, the first that the map names is the label; the others stay beside it. */
function labelsOf(map: FieldMap, at: At, steps: number): Pick<Trace, 'label' | 'given'> {
  const remarks: string[] = [];
  const ratings: StepRatings[] = [];
  const { firstError, wrongSteps } = map;
  const first = firstError && firstErrorOf(wholeNumber(at(firstError.path)), steps, { field: firstError.path, madeBy: 'unknown', indexBase: firstError.indexBase, none: firstError.none === undefined ? NaN : firstError.none });
  remarks.push(...(first?.unread?.remarks ?? []));
  const wrong = wrongSteps && listOf(at(wrongSteps.path))?.map(wholeNumber);
  if (wrongSteps && wrong) {
    const named = new Set(wrong.map((step) => (isWholeNumber(step) ? step - wrongSteps.indexBase : -1)));
    if ([...named].every((step) => step >= 0 && step < steps)) ratings.push({ field: wrongSteps.path, madeBy: 'unknown', indexBase: wrongSteps.indexBase, values: Array.from({ length: steps }, (_, index) => (named.has(index) ? -1 : 1)) });
    else remarks.push(`"${wrongSteps.path}" is not used: it names a step that is not among the ${steps}.`);
  }
  const rated = map.ratings === undefined ? undefined : listOf(at(map.ratings));
  if (map.ratings !== undefined && rated?.length === steps) ratings.push({ field: map.ratings, madeBy: 'unknown', values: rated.map(rating) });
  else if (rated) remarks.push(`"${map.ratings ?? ''}" is not used: it has ${rated.length} ratings for ${steps} steps.`);
  const scored = map.scores === undefined ? undefined : listOf(at(map.scores));
  if (scored && scored.length !== steps) remarks.push(`"${map.scores ?? ''}" is not used: it has ${scored.length} scores for ${steps} steps.`);
  const scores = map.scores !== undefined && scored?.length === steps ? [scoresOf(map.scores, scored)] : [];
  const [labelled] = ratings;
  const label = first?.label ?? (labelled && firstErrorOfRatings(labelled.values, labelSource(labelled)));
  const unused = first?.unread?.unusedLabel;
  const given: GivenData = { ...(unused && { unusedLabel: unused }), ...(ratings.length > 0 && { ratings }), ...(scores.length > 0 && { scores }), ...(remarks.length > 0 && { remarks }) };
  return { ...(label && { label }), given };
}

function labelSource({ field, madeBy, indexBase }: StepRatings) {
  return { field, madeBy, ...(indexBase !== undefined && { indexBase }) };
}

function scoresOf(field: string, list: readonly unknown[]): GivenScores {
  const values = list.map((value) => numberOf(number(value)));
  const classes = new Set(list.flatMap((value) => (isRecord(value) ? Object.keys(value) : [])));
  if (classes.size === 0 || classes.size > 20) return { field, madeBy: 'unknown', quantity: field, values };
  return { field, madeBy: 'unknown', quantity: field, values, classes: Object.fromEntries([...classes].map((name) => [name, list.map((value) => (isRecord(value) ? numberOf(value[name]) : undefined))])) };
}

/** A list, or JSON of one in a text. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value !== 'string' || !value.trimStart().startsWith('[')) return undefined;
  const parsed = parseJson(value);
  return parsed.ok && Array.isArray(parsed.value) ? (parsed.value as unknown[]) : undefined;
}

function number(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

/** An empty cell is no value. */
export function wholeNumber(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.trim() === '' ? undefined : Number(value);
}

function rating(value: unknown): StepRating | undefined {
  if (typeof value === 'boolean') return value ? 1 : -1;
  const known = number(value);
  return known === -1 || known === 0 || known === 1 ? known : undefined;
}

function truth(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (text === 1 || text === '1' || text === 'true') return true;
  return text === 0 || text === '0' || text === 'false' ? false : undefined;
}
