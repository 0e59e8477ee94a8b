import * as v from 'valibot';
import { finalAnswer } from '../answers/final-answer.ts';
import { plainLatex } from '../answers/plain-latex.ts';
import { compareAnswers } from '../answers/same-answer.ts';
import { shortened } from '../shortened.ts';
import { sourceName, type Trace } from '../trace/trace.ts';
import { checkRows, stopIfAborted } from './check-rows.ts';
import type { Eval, EvalContext } from './eval.ts';
import type { EvalEvent, EvalRow } from './events.ts';
import { metricText, percentMetric } from './metrics.ts';
import { rowReader } from './step-item.ts';
import type { EvalSummary, Metric } from './summary.ts';

const itemSchema = v.object({
  gold: v.string(),
  /** What was found; null where the text states no answer. */
  answer: v.nullable(v.string()),
  same: v.boolean(),
  /** `text`: by text or exact numbers; `symbolic`: by a computer algebra; `undecided`: neither could, which counts as wrong. */
  by: v.picklist(['text', 'symbolic', 'undecided']),
  /** What the data itself says, where it does. */
  given: v.exactOptional(v.boolean()),
});
export type AnswerItem = v.InferOutput<typeof itemSchema>;
type Row = EvalRow<AnswerItem>;

/** Accuracy of final answers: extraction and equivalence. */
export const answersEval: Eval<AnswerItem> = {
  name: 'answers',
  title: 'Final answers',
  description: 'Whether the answer that a solution ends on is the right one: the last boxed or stated answer, compared as text, as exact numbers, part by part, and symbolically where texts of formulas differ.',
  needs: { label: 'gold-answer', scores: { min: 0, max: 0 } },
  options: [],
  unfit: ({ given }) => (given?.goldAnswer === undefined ? 'it has no right answer to compare with.' : undefined),
  run,
  readRow: rowReader(itemSchema),
  summarize,
  headline: (rows) => (rows.length === 0 ? undefined : metricText(accuracy(rows))),
  pooled: {
    name: 'Accuracy',
    columns: ({ item }) => [item.same ? 1 : 0, 1],
    value: ([same = 0, all = 0]) => (all === 0 ? undefined : same / all),
  },
  outcome({ item }) {
    const { gold, answer, same, by } = item;
    const how = by === 'text' ? '' : by === 'symbolic' ? ' (symbolically)' : ' (undecided)';
    return { state: same ? 'right' : 'wrong', text: `${answer === null ? 'no answer found' : `answered ${shortened(answer, 80)}`}, right is ${shortened(gold, 80)}${how}` };
  },
};

async function* run(context: EvalContext): AsyncGenerator<EvalEvent<AnswerItem>> {
  const { data, done, signal, symbolic } = context;
  yield { type: 'started', rows: data.rows.length };
  const checked = await checkRows(context, (trace) => answersEval.unfit(trace));
  yield* checked.events;
  if (!symbolic) yield { type: 'note', message: 'No computer algebra is at hand: formulas whose texts differ count as different.' };
  for (const row of checked.rows) {
    if (done?.has(row) === true) continue;
    stopIfAborted(signal);
    const trace = await data.trace(row);
    if (!trace.ok) {
      yield { type: 'row-failed', row, reason: 'unreadable', message: trace.error.message };
      continue;
    }
    const { source, given } = trace.value;
    const subset = given?.subset?.value;
    const item = await judgeAnswer(trace.value, symbolic);
    if (item === undefined) yield { type: 'row-failed', row, reason: 'no-label', message: `${sourceName(source)}: it has no right answer to compare with.` };
    else yield { type: 'row', row: { row, ...(source.id !== undefined && { id: source.id }), ...(subset !== undefined && { subset }), item } };
  }
}

/** The answer of the text itself; where it states none, the one that the file has extracted. */
async function judgeAnswer({ response, given }: Trace, symbolic: EvalContext['symbolic']): Promise<AnswerItem | undefined> {
  const gold = given?.goldAnswer?.value;
  if (gold === undefined) return undefined;
  const answer = finalAnswer(response) ?? given?.finalAnswer?.value ?? null;
  const correct = given?.answerCorrect?.value;
  const rest = { gold, answer, ...(correct !== undefined && { given: correct }) };
  if (answer === null) return { ...rest, same: false, by: 'text' };
  const compared = compareAnswers(answer, gold);
  if (compared !== 'open') return { ...rest, same: compared === 'same', by: 'text' };
  const equal = await symbolic?.(plainLatex(answer), plainLatex(gold));
  return { ...rest, same: equal === true, by: equal === undefined ? 'undecided' : 'symbolic' };
}

function accuracy(rows: readonly Row[], group?: string): Metric {
  const name = { id: group === undefined ? 'accuracy' : `accuracy.${group}`, name: 'Accuracy', of: 'rows', ...(group !== undefined && { group }) };
  return percentMetric(name, rows.filter(({ item }) => item.same).length, rows.length);
}

function summarize(rows: readonly Row[]): EvalSummary {
  const headline = accuracy(rows);
  const subsets = [...new Set(rows.flatMap(({ subset }) => (subset === undefined ? [] : [subset])))].sort();
  const labelled = rows.filter(({ item }) => item.given !== undefined);
  const undecided = rows.filter(({ item }) => item.by === 'undecided').length;
  return {
    eval: 'answers',
    headline: metricText(headline),
    metrics: [
      headline,
      ...(subsets.length > 1 ? subsets.map((name) => accuracy(rows.filter(({ subset }) => subset === name), name)) : []),
      percentMetric({ id: 'found', name: 'Answer found', of: 'rows' }, rows.filter(({ item }) => item.answer !== null).length, rows.length),
      percentMetric({ id: 'symbolic', name: 'Decided symbolically', of: 'rows' }, rows.filter(({ item }) => item.by === 'symbolic').length, rows.length),
      ...(labelled.length === 0 ? [] : [percentMetric({ id: 'agreement', name: 'Same judgement as the data', of: 'rows' }, labelled.filter(({ item }) => item.given === item.same).length, labelled.length)]),
    ],
    charts: [],
    tables: labelled.every(({ item }) => item.given === item.same) ? [] : [disagreements(labelled)],
    notes: [
      'A solution without a boxed or stated answer counts as wrong.',
      ...(undecided === 0 ? [] : [`${undecided} rows could not be decided and count as wrong.`]),
    ],
  };
}

/** Rows that the data judges otherwise. */
function disagreements(rows: readonly Row[]): EvalSummary['tables'][number] {
  const differ = rows.filter(({ item }) => item.given !== item.same);
  return {
    name: `Judged otherwise by the data: ${differ.length} of ${rows.length}`,
    columns: [{ name: 'Row', numeric: true }, { name: 'Answer' }, { name: 'Right answer' }, { name: 'Here' }, { name: 'Data' }],
    rows: differ.slice(0, 200).map(({ row, item }) => [String(row), shortened(item.answer ?? '–', 80), shortened(item.gold, 80), item.same ? 'same' : 'different', item.given === true ? 'right' : 'wrong']),
  };
}
