import Papa from 'papaparse';
import type { TraceMeasure } from '../../core/bias/events.ts';
import { planName } from '../../core/bias/plan.ts';
import { biasRows, type BiasRow } from '../../core/bias/report-rows.ts';
import type { BiasState } from '../../core/bias/state.ts';
import { csvText } from '../export/csv-text.ts';

/** Columns of the table of an experiment, in order. */
const COLUMNS = [
  'row', 'plan', 'method', 'question', 'gold', 'greedy_guess', 'guesses', 'unparsed', 'deviation_share', 'deviation_numeric', 'conflict',
  'answer', 'correct', 'tokens', 'p_first', 'steps', 'reflections', 'redundant', 'loops', 'finish', 'hidden', 'r', 'answer_changed', 'same', 'not_applicable',
] as const;

type Cells = Partial<Readonly<Record<(typeof COLUMNS)[number], string | number | boolean | undefined>>>;

/**
 * A line for each question's own trace (`plan` is `original`) and one for each plan, so that a statistics program pairs them by
 * `row`. Cells are empty where there is no value.
 */
export function biasCsv({ events, header }: BiasState): string {
  const data = biasRows(events).flatMap((row) => {
    const plans = header.settings.plans.map((plan, index): Cells => {
      const result = row.plans[index];
      const named = { ...aboutQuestion(row), plan: planName(plan), method: plan.method };
      if (result === undefined) return named;
      if (result.type === 'not-applicable') return { ...named, not_applicable: csvText(result.message) };
      const { comparison, mask, trace } = result;
      return { ...named, ...aboutTrace(trace), hidden: mask.hidden?.length, r: comparison.r, answer_changed: comparison.answerChanged, same: comparison.same };
    });
    return [{ ...aboutQuestion(row), plan: 'original', ...(row.trace && aboutTrace(row.trace)) }, ...plans];
  });
  return `${Papa.unparse({ fields: [...COLUMNS], data: data.map((cells: Cells) => COLUMNS.map((column) => cells[column] ?? '')) }, { newline: '\n' })}\n`;
}

function aboutQuestion({ row, question, gold, guesses, deviation }: BiasRow): Cells {
  return {
    row,
    question: csvText(question),
    gold: csvText(gold),
    greedy_guess: csvText(guesses?.greedy),
    guesses: guesses?.distributions.reduce((sum, { answers, unparsed }) => sum + unparsed + answers.reduce((all, { count }) => all + count, 0), 0),
    unparsed: guesses?.distributions.reduce((sum, { unparsed }) => sum + unparsed, 0),
    deviation_share: deviation?.share,
    deviation_numeric: deviation?.numeric,
    conflict: deviation?.conflict,
  };
}

function aboutTrace({ answer, correct, tokens, pFirst, steps, reflections, redundant, loops, finish }: TraceMeasure): Cells {
  return { answer: csvText(answer), correct, tokens, p_first: pFirst, steps: steps.length, reflections: reflections.length, redundant: redundant.length, loops: loops.length, finish };
}
