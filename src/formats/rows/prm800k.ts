import { fail } from '../../core/result.ts';
import type { GivenData, StepAlternative, StepRating } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { traceOfSteps } from './given-steps.ts';
import { firstErrorOfRatings } from './ratings.ts';
import { firstText, isWholeNumber, noQuestion, recordOf, textOf, type Row } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

const FIELD = 'label.steps[].completions[].rating';

/** The step that was taken at one place, and what else was there. */
interface Position {
  readonly text: string;
  readonly rating: StepRating | undefined;
  readonly others: readonly StepAlternative[];
}

/**
 * PRM800K (Lightman et al. 2023): `{ question: { problem, ground_truth_answer }, label: { steps: [{ completions: [{ text,
 * rating }], human_completion, chosen_completion }], finish_reason } }`, ratings -1, 0 and 1.
 *
 * The trace takes at each place the chosen completion; without one the text that the labeller wrote, which has no rating;
 * without that, at the place where the labelling ended, the first completion, where it is the pre-generated step that the
 * error was found in. All other completions are alternatives. A place with nothing to take ends the trace.
 */
export const prm800k: RowFormat = {
  id: 'prm800k',
  title: 'PRM800K: step ratings -1, 0, 1, with the alternatives',
  strength: 1,
  mark: 'has "label.steps" with "completions"',
  fits: (row) => isRecord(row) && isRecord(row['question']) && isRecord(row['label']) && Array.isArray(row['label']['steps']),
  read(row, context) {
    const record = recordOf(context.where, row, '"question" and "label" with "steps"');
    if (!record.ok) return record;
    const question = isRecord(record.value['question']) ? record.value['question'] : {};
    const label = isRecord(record.value['label']) ? record.value['label'] : {};
    const problem = firstText(question, ['problem']);
    if (problem === undefined) return noQuestion(context.where, ['question.problem']);
    const maker = firstText(record.value, ['labeler']);
    const places = Array.isArray(label['steps']) ? (label['steps'] as unknown[]) : [];
    const { taken, alternatives } = walk(places, question['pre_generated_steps'], maker);
    if (taken.length === 0) return fail('no-steps', `${context.where} has no step that was chosen: there is nothing to look at.`);
    const source = { field: FIELD, madeBy: 'human', ...(maker !== undefined && { maker }) } as const;
    const values = taken.map(({ rating }) => rating);
    const first = firstErrorOfRatings(values, source);
    const given: GivenData = { ratings: [{ ...source, values }], alternatives, ...answers(question, label) };
    return traceOfSteps(context, problem, taken.map(({ text }) => text), { ...(first && { label: first }), given });
  },
};

function walk(places: readonly unknown[], preGenerated: unknown, maker: string | undefined): { readonly taken: readonly Position[]; readonly alternatives: readonly StepAlternative[] } {
  const taken: Position[] = [];
  const alternatives: StepAlternative[] = [];
  for (const [index, place] of places.entries()) {
    const position = isRecord(place) ? positionAt(place, index, Array.isArray(preGenerated) ? (preGenerated as unknown[])[index] : undefined, maker) : undefined;
    alternatives.push(...(position?.others ?? []));
    if (position?.text === undefined || position.text.trim() === '') break;
    taken.push({ text: position.text, rating: position.rating, others: position.others });
  }
  return { taken, alternatives };
}

function positionAt(place: Row, step: number, preGenerated: unknown, maker: string | undefined): { readonly text: string | undefined; readonly rating: StepRating | undefined; readonly others: readonly StepAlternative[] } {
  const completions = (Array.isArray(place['completions']) ? (place['completions'] as unknown[]) : []).filter(isRecord);
  const human = isRecord(place['human_completion']) ? place['human_completion']['text'] : undefined;
  const chosen = isWholeNumber(place['chosen_completion']) ? completions[place['chosen_completion']] : undefined;
  const found = chosen === undefined && typeof human !== 'string' && completions[0]?.['text'] === preGenerated ? completions[0] : undefined;
  const own = chosen ?? found;
  const others = completions.flatMap((completion): StepAlternative[] => {
    if (completion === own || typeof completion['text'] !== 'string') return [];
    const rating = ratingOf(completion['rating']);
    return [{ step, text: completion['text'], field: FIELD, madeBy: 'human', ...(maker !== undefined && { maker }), ...(rating !== undefined && { rating }) }];
  });
  const text = own === undefined ? human : own['text'];
  return { text: typeof text === 'string' ? text : undefined, rating: own === undefined ? undefined : ratingOf(own['rating']), others };
}

function ratingOf(value: unknown): StepRating | undefined {
  return value === -1 || value === 0 || value === 1 ? value : undefined;
}

function answers(question: Row, label: Row): GivenData {
  const gold = textOf(question['ground_truth_answer']);
  const reference = firstText(question, ['ground_truth_solution']);
  const generated = textOf(question['pre_generated_answer']);
  const reason = firstText(label, ['finish_reason']);
  return {
    ...(gold !== undefined && { goldAnswer: { value: gold, field: 'question.ground_truth_answer', madeBy: 'human' } }),
    ...(reference !== undefined && { reference: { value: reference, field: 'question.ground_truth_solution', madeBy: 'human' } }),
    ...(generated !== undefined && { finalAnswer: { value: generated, field: 'question.pre_generated_answer', madeBy: 'model' } }),
    ...(reason !== undefined && { metrics: [{ name: 'finish_reason', value: reason, field: 'label.finish_reason', madeBy: 'human' }] }),
  };
}
