import { fail } from '../../core/result.ts';
import type { GivenData, GivenMetric } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { contentText, isChat } from '../messages.ts';
import { parseJson } from '../json-error.ts';
import { solutionParts, textTrace } from '../solution-text.ts';
import { calculationsIn } from './calculations.ts';
import { answerLine, lineParts } from './gsm8k.ts';
import { firstText, noQuestion, recordOf, textOf, type Row } from './read-fields.ts';
import type { RowContext, RowFormat } from './row-format.ts';

const QUESTIONS = ['question', 'problem', 'query', 'input', 'prompt', 'Question', 'Problem'] as const;
/** Metrics of 0 and 1 that say whether the answer is right. */
const CORRECTNESS = ['exact_match', 'acc'] as const;
/** What the harness writes where a filter found no answer. */
const NO_ANSWER = '[invalid]';

/**
 * Sample logs of lm-evaluation-harness (`samples_*.jsonl`): `{ doc_id, doc, target, arguments, resps, filtered_resps, … }`.
 * `arguments` is `[[prompt, options]]` in old logs and `{ gen_args_0: { arg_0, arg_1 } }` in new ones; `resps` is a list a
 * request, in it a text a repeat; each repeat is a trace. Logs with several filters have a row for each, so the filter is
 * part of the row's id: `16/strict-match`. The question is the document's own, else the prompt with its examples.
 */
export const lmEval: RowFormat = {
  id: 'lm-eval',
  title: 'lm-evaluation-harness samples_*.jsonl, old and new',
  strength: 1,
  mark: 'has "doc", "resps" and "filtered_resps"',
  fits: (row) => isRecord(row) && 'doc' in row && Array.isArray(row['resps']) && 'target' in row,
  variants: (row) => {
    const count = isRecord(row) ? textsIn(row['resps']).length : 0;
    return count < 2 ? [] : Array.from({ length: count }, (_, repeat) => `response ${repeat + 1}`);
  },
  read(row, context) {
    const record = recordOf(context.where, row, '"doc", "target" and "resps"');
    if (!record.ok) return record;
    const value = record.value;
    const texts = textsIn(value['resps']);
    if (texts.length === 0) return fail('no-text', `${context.where} holds log-likelihoods and no text: only tasks that generate have a trace.`);
    const problem = questionOf(value);
    if (problem === undefined) return noQuestion(context.where, ['doc.question', 'arguments']);
    const repeat = context.variant === undefined ? 0 : Number(/\d+$/.exec(context.variant)?.[0] ?? 1) - 1;
    const text = texts[repeat] ?? '';
    const given = { ...givenOf(value, repeat), calculations: calculationsIn(text) };
    // Models that are shown GSM8K's examples write as they do: a step a line, and an answer line.
    return textTrace(named(value, context), problem, text, { given }, answerLine(text) === undefined ? solutionParts : lineParts);
  },
};

/** Aggregated results of the harness, which stand beside the samples. */
export const lmEvalResults: RowFormat = {
  id: 'lm-eval-results',
  title: 'lm-evaluation-harness results_*.json: numbers only',
  strength: 1,
  mark: 'has "results", "configs" and "n-samples"',
  fits: (row) => isRecord(row) && isRecord(row['results']) && isRecord(row['configs']) && 'n-shot' in row,
  read: (_row, { where }) => fail('no-text', `${where} holds the results of an evaluation and no text: open its samples_*.jsonl instead (the harness writes it with --log_samples).`),
};

function named(row: Row, context: RowContext): RowContext {
  const id = textOf(row['doc_id']);
  const filter = firstText(row, ['filter']);
  if (id === undefined) return context;
  return { ...context, source: { ...context.source, id: filter === undefined ? id : `${id}/${filter}` } };
}

/** The generated texts: of the one request, a text a repeat. */
function textsIn(resps: unknown): string[] {
  const lists = Array.isArray(resps) ? (resps as unknown[]) : [];
  return lists.flatMap((item) => (Array.isArray(item) ? (item as unknown[]) : [item])).filter((text) => typeof text === 'string');
}

function questionOf(row: Row): string | undefined {
  const own = isRecord(row['doc']) ? firstText(row['doc'], QUESTIONS) : undefined;
  if (own !== undefined) return own;
  const args: unknown = row['arguments'];
  const first = Array.isArray(args) ? (args as unknown[])[0] : isRecord(args) ? args['gen_args_0'] : undefined;
  const prompt = Array.isArray(first) ? (first as unknown[])[0] : isRecord(first) ? first['arg_0'] : undefined;
  const text = promptText(Array.isArray(prompt) ? (prompt as unknown[])[0] : prompt);
  return text === undefined || text.trim() === '' ? undefined : text;
}

/** Chat models get their messages as JSON in a text: the last user message asks. */
function promptText(prompt: unknown): string | undefined {
  if (typeof prompt !== 'string') return undefined;
  const messages = prompt.startsWith('[{') ? parseJson(prompt) : undefined;
  const value = messages?.ok === true ? messages.value : undefined;
  const asked = isChat(value) ? value.findLast((message) => message['role'] === 'user') : undefined;
  return asked === undefined ? prompt : contentText(asked['content']);
}

function givenOf(row: Row, repeat: number): GivenData {
  const target = textOf(row['target']);
  const gold = target === undefined ? undefined : (answerLine(target) ?? target);
  const filtered: unknown = Array.isArray(row['filtered_resps']) ? (row['filtered_resps'] as unknown[])[repeat] : undefined;
  const final = textOf(Array.isArray(filtered) ? (filtered as unknown[])[0] : filtered);
  const metrics = metricsOf(row);
  const correct = metrics.find(({ name, value }) => CORRECTNESS.some((known) => known === name) && (value === 0 || value === 1));
  return {
    metrics,
    ...(gold !== undefined && { goldAnswer: { value: gold, field: 'target', madeBy: 'human' } }),
    ...(target !== undefined && target !== gold && { reference: { value: target, field: 'target', madeBy: 'human' } }),
    ...(final !== undefined && final !== NO_ANSWER && { finalAnswer: { value: final, field: 'filtered_resps', madeBy: 'program' } }),
    ...(correct && { answerCorrect: { value: correct.value === 1, field: correct.field, madeBy: 'program' } }),
  };
}

/** The metrics that the row names; old logs name none, and have them as plain fields beside the known ones. */
function metricsOf(row: Row): GivenMetric[] {
  const names = Array.isArray(row['metrics']) ? (row['metrics'] as unknown[]).filter((name) => typeof name === 'string') : CORRECTNESS.filter((name) => name in row);
  return names.flatMap((name): GivenMetric[] => {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    return typeof value === 'number' || typeof value === 'boolean' ? [{ name, value, field: name, madeBy: 'program' }] : [];
  });
}
