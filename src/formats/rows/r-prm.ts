import { fail, ok } from '../../core/result.ts';
import { auto } from '../../core/segment/auto.ts';
import type { GivenData, GivenScores } from '../../core/trace/given.ts';
import { stepsFromSpans } from '../../core/trace/steps.ts';
import type { Span } from '../../core/trace/trace.ts';
import { isRecord } from '../../core/is-record.ts';
import { firstErrorOf, withId, withoutEmpty } from './given-steps.ts';
import { processBench } from './process-bench.ts';
import { firstText, isTexts, noQuestion, numberOf, numbersOf, recordOf, type Row } from './read-fields.ts';
import type { RowContext, RowFormat, RowResult } from './row-format.ts';

const ANALYSES = ['PRM-CoT', 'PRM_CoT'] as const;
const AVERAGES = ['yes_probability_average', 'responses'] as const;
/** What stands in place of the previous steps of a first step. */
const NO_STEPS = /\bfirst step\b.*\bno previous steps?\b/i;
const STEP_LINE = /^[ \t]*Step (\d{1,6})[ \t]*[:.]/gm;

/**
 * Outputs of R-PRM's released evaluation code, in three shapes:
 *
 * - a row a step: `{ id, query, previous_steps, now_step, PRM-CoT: string[], yes_probabilities: number[],
 *   yes_probability_average }`. The response is the previous steps, a line break and the now step; the last step has the
 *   score. An empty list of probabilities means no score: the average beside it is then a placeholder.
 * - merged by trace: a ProcessBench row with `responses` or `yes_probability_average` (a number a step), `PRM_CoT` (an
 *   analysis a step) and `predict` (0-based, -1 for none).
 * - merged for PRMBench: `{ id, now_steps, yes_probability_average }`, which has no question and is refused by name.
 */
export const rPrm: RowFormat = {
  id: 'r-prm',
  title: 'R-PRM outputs: PRM-CoT analyses and yes probabilities',
  strength: 1,
  mark: 'has "yes_probability_average" or "PRM-CoT"',
  fits: (row) => isRecord(row) && ('yes_probability_average' in row || [...ANALYSES].some((field) => field in row)),
  read(row, context) {
    const record = recordOf(context.where, row, '"query", "now_step" and "yes_probability_average"');
    if (!record.ok) return record;
    const named = { ...context, source: withId(context.source, record.value['id']) };
    if (typeof record.value['now_step'] === 'string') return stepRow(record.value, record.value['now_step'], named);
    if (Array.isArray(record.value['steps'])) return merged(record.value, named);
    if (Array.isArray(record.value['now_steps']))
      return fail('no-question', `${context.where} has steps and scores without a question: open the data set that was scored instead, or join the two files by "id".`);
    return fail('no-steps', `${context.where} has no "now_step" and no "steps": there is no text that the scores belong to.`);
  },
};

function stepRow(row: Row, now: string, context: RowContext): RowResult {
  const problem = firstText(row, ['query', 'question']);
  if (problem === undefined) return noQuestion(context.where, ['query', 'question']);
  if (now.trim() === '') return fail('no-steps', `${context.where} has an empty "now_step": there is no step to look at.`);
  const previous = typeof row['previous_steps'] === 'string' && !NO_STEPS.test(row['previous_steps']) ? row['previous_steps'].trimEnd() : '';
  const response = previous.trim() === '' ? now : `${previous}\n${now}`;
  const spans = [...previousSpans(previous), { start: response.length - now.length, end: response.length }];
  const samples = numbersOf(row['yes_probabilities'])?.filter((value) => value !== undefined);
  const none = samples?.length === 0;
  const pad = <Value>(last: Value, empty: Value): Value[] => spans.map((_, index) => (index === spans.length - 1 ? last : empty));
  const analyses = isTexts(row['PRM-CoT']) ? row['PRM-CoT'] : typeof row['PRM-CoT'] === 'string' ? [row['PRM-CoT']] : undefined;
  const score: GivenScores = {
    field: 'yes_probability_average',
    madeBy: 'model',
    quantity: 'P(Yes)',
    values: pad(none ? undefined : numberOf(row['yes_probability_average']), undefined),
    ...(samples && !none && { samples: pad<readonly number[]>(samples, []) }),
    ...(analyses && { analyses: pad<readonly string[]>(analyses, []) }),
  };
  return ok({ source: context.source, problem, response, steps: stepsFromSpans(spans), given: { scores: [score] } });
}

/** The steps of `Step 1: … Step 2: …`, or what the segmenter finds where they are not numbered so. */
function previousSpans(text: string): Span[] {
  if (text.trim() === '') return [];
  const starts: number[] = [];
  for (const match of text.matchAll(STEP_LINE)) if (Number(match[1]) === starts.length + 1) starts.push(match.index);
  const first = starts[0];
  if (first === undefined || text.slice(0, first).trim() !== '') return auto(text);
  return starts.map((start, index) => {
    const part = text.slice(start, starts[index + 1] ?? text.length);
    return { start: start + part.length - part.trimStart().length, end: start + part.trimEnd().length };
  });
}

function merged(row: Row, context: RowContext): RowResult {
  const trace = processBench.read({ ...row, problem: row['problem'] ?? row['question'] }, context);
  if (!trace.ok) return trace;
  const steps = trace.value.steps.length;
  const field = AVERAGES.find((name) => Array.isArray(row[name]));
  const list = field === undefined ? undefined : (row[field] as readonly unknown[]);
  // ProcessBench is not judged past its label, so fewer scores than steps are usual; more belong to another text.
  const fits = list !== undefined && list.length <= steps;
  const values = fits ? trace.value.steps.map((_, index) => numberOf(list[index])) : [];
  const texts = ANALYSES.map((name) => row[name]).find(Array.isArray) as readonly unknown[] | undefined;
  const analyses = texts && texts.length <= steps ? trace.value.steps.map((_, index) => (typeof texts[index] === 'string' ? [texts[index]] : [])) : undefined;
  const prediction = firstErrorOf(row['predict'], steps, { field: 'predict', madeBy: 'model', indexBase: 0, none: -1 });
  const given: GivenData = {
    ...trace.value.given,
    ...(field !== undefined && fits && { scores: [{ field, madeBy: 'model', quantity: 'P(Yes)', values, ...(analyses && { analyses }) }] }),
    ...(prediction.label && { predictions: [prediction.label] }),
    ...(list !== undefined && !fits && { remarks: [...(trace.value.given?.remarks ?? []), `"${field ?? ''}" is not used: it has ${list.length} scores for ${steps} steps.`] }),
  };
  return ok({ ...trace.value, ...withoutEmpty({ given }) });
}
