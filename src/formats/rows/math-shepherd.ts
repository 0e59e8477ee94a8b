import { fail, ok, type Result } from '../../core/result.ts';
import { trimSpan } from '../../core/segment/lines.ts';
import type { StepRating } from '../../core/trace/given.ts';
import { stepsFromSpans } from '../../core/trace/steps.ts';
import type { Span } from '../../core/trace/trace.ts';
import { isRecord } from '../../core/is-record.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { calculationsIn } from './calculations.ts';
import { withoutEmpty } from './given-steps.ts';
import { firstErrorOfRatings } from './ratings.ts';
import { firstText, recordOf } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

/** What stands at the end of each step in `input`; `label` has `+` or `-` in its place. */
const MARK = 'ки';
const FIRST_STEP = /\bStep 1:/;

interface Mark {
  /** Offset into `input`. */
  readonly at: number;
  readonly rating: StepRating;
}

/**
 * Math-Shepherd (Wang et al. 2024): `{ input, label, task }`. `input` is the question, then `Step 1: … ки`, a line a step;
 * `label` is the same text with `+` or `-` for each mark. The response is everything from `Step 1:` on, marks included; the
 * marks are not part of any step. The labels are automatic: `+` where a sampled completion reached the right answer.
 */
export const mathShepherd: RowFormat = {
  id: 'math-shepherd',
  title: 'Math-Shepherd: ки marks with + and - labels',
  strength: 1,
  mark: `has "${MARK}" marks in "input" and a "label" text`,
  fits: (row) => isRecord(row) && typeof row['input'] === 'string' && typeof row['label'] === 'string' && row['input'].includes(MARK),
  read(row, context) {
    const record = recordOf(context.where, row, `"input" with "${MARK}" marks and "label"`);
    if (!record.ok) return record;
    const input = firstText(record.value, ['input']);
    const label = firstText(record.value, ['label']);
    const task = firstText(record.value, ['task']);
    if (input === undefined || label === undefined) return fail('unknown-shape', `${context.where} needs the texts "input" and "label".`);
    const marks = marksIn(context.where, input, label);
    if (!marks.ok) return marks;
    const start = FIRST_STEP.exec(input)?.index ?? -1;
    if (start < 0 || start > (marks.value[0]?.at ?? 0)) return fail('no-question', `${context.where} has no "Step 1:" before its first mark: where the question ends is not known.`);
    const problem = input.slice(0, start).trim();
    if (problem === '') return fail('no-question', `${context.where} begins with "Step 1:": there is no question before it.`);
    const response = input.slice(start);
    const { spans, ratings } = stepsAt(response, marks.value.map((mark) => ({ ...mark, at: mark.at - start })));
    if (spans.length === 0) return fail('no-steps', `${context.where} has no text before its marks: there are no steps to look at.`);
    const source = { field: 'label', madeBy: 'rollouts' } as const;
    const first = firstErrorOfRatings(ratings, source);
    const given = {
      ratings: [{ ...source, values: ratings }],
      calculations: calculationsIn(response),
      ...(task !== undefined && { subset: { value: task, field: 'task', madeBy: 'program' as const } }),
    };
    return ok({ source: context.source, problem, response, steps: stepsFromSpans(spans), ...withoutEmpty({ label: first, given }) });
  },
};

/** The marks, each with its rating; an error where `label` is another text than `input`. */
function marksIn(where: string, input: string, label: string): Result<Mark[], FormatErrorReason> {
  const marks: Mark[] = [];
  let done = 0;
  let shift = 0;
  for (let at = input.indexOf(MARK); at >= 0; at = input.indexOf(MARK, at + MARK.length)) {
    const sign = label[at - shift];
    // The letters of a Russian word are in both texts.
    if (sign === MARK[0]) continue;
    if ((sign !== '+' && sign !== '-') || label.slice(done - shift, at - shift) !== input.slice(done, at)) return differs(where);
    marks.push({ at, rating: sign === '+' ? 1 : -1 });
    done = at + MARK.length;
    shift += MARK.length - 1;
  }
  if (label.slice(done - shift) !== input.slice(done)) return differs(where);
  return marks.length === 0 ? fail('unknown-shape', `${where} has no "${MARK}" mark in "input": it marks the end of each step.`) : ok(marks);
}

function differs(where: string): Result<never, FormatErrorReason> {
  return fail('unknown-shape', `${where} has a "label" that is not "input" with + or - for each "${MARK}": they have to be the same text otherwise.`);
}

/** One step between two marks; a mark right after another ends no step. Text after the last mark is a step without a rating. */
function stepsAt(response: string, marks: readonly Mark[]): { readonly spans: Span[]; readonly ratings: (StepRating | undefined)[] } {
  const spans: Span[] = [];
  const ratings: (StepRating | undefined)[] = [];
  let from = 0;
  const add = (to: number, rating: StepRating | undefined) => {
    const span = trimSpan(response, from, to);
    if (span.start === span.end) return;
    spans.push(span);
    ratings.push(rating);
  };
  for (const { at, rating } of marks) {
    add(at, rating);
    from = at + MARK.length;
  }
  add(response.length, undefined);
  return { spans, ratings };
}
