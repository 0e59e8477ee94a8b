import { fail } from '../../core/result.ts';
import type { Given, GivenData, GivenMetric } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import { contentText, isChat, responseText, type Message } from '../messages.ts';
import { textTrace } from '../solution-text.ts';
import { attachmentResolver } from './inspect-attachments.ts';
import { firstText, isTexts, noQuestion, recordOf, textOf, type Row } from './read-fields.ts';
import type { RowContext, RowFormat, RowResult } from './row-format.ts';

/** The newest version of the log format that is read here: 3 keeps large samples in pieces. */
const NEWEST_VERSION = 3;

/**
 * Samples of Inspect AI logs, versions 2 and 3: `{ id, epoch, input, target, messages, output, scores, attachments, … }`, with
 * the log's header. The question is the input, of a chat its last user message; the response is the message of the first
 * choice of `output`, else the last assistant message, reasoning in front in think tags. `attachment://` and `tc://`
 * references are resolved. The row's id is `<id>/epoch <epoch>`.
 */
export const inspect: RowFormat = {
  id: 'inspect',
  title: 'Inspect AI logs, .eval and .json, versions 2 and 3',
  strength: 1,
  mark: 'has "input", "target", "epoch" and "messages" or "output"',
  fits: (row) => isRecord(row) && 'input' in row && 'target' in row && 'epoch' in row && ('messages' in row || 'output' in row),
  read(row, context) {
    const record = recordOf(context.where, row, '"input", "epoch" and "messages"');
    if (!record.ok) return record;
    const header = isRecord(context.header) ? context.header : {};
    const version = header['version'];
    if (typeof version === 'number' && version > NEWEST_VERSION)
      return fail('unsupported', `${context.where} is of version ${version} of Inspect's log format, which is newer than ${NEWEST_VERSION}: convert it with inspect log convert.`);
    const resolved = attachmentResolver(context.where, record.value);
    const id = textOf(record.value['id']);
    const epoch = textOf(record.value['epoch']);
    const source = id === undefined ? context.source : { ...context.source, id: epoch === undefined ? id : `${id}/epoch ${epoch}` };
    return sampleTrace(record.value, header, { ...context, source }, resolved);
  },
};

type Resolve = ReturnType<typeof attachmentResolver>;

function sampleTrace(sample: Row, header: Row, context: RowContext, resolve: Resolve): RowResult {
  const input = resolve(sample['input']);
  if (!input.ok) return input;
  const output = resolve(isRecord(sample['output']) ? sample['output']['choices'] : undefined);
  if (!output.ok) return output;
  const messages = resolve(sample['messages']);
  if (!messages.ok) return messages;
  const problem = questionOf(input.value);
  if (problem === undefined) return noQuestion(context.where, ['input']);
  const answers = isChat(messages.value) ? messages.value.filter((message) => message['role'] === 'assistant') : [];
  const answer = answerOf(output.value) ?? answers.at(-1);
  const text = answer === undefined ? '' : responseText(answer);
  if (text.trim() === '') return fail('not-finished', `${context.where} has no answer${whyNot(sample, header)}: there are no steps to look at.`);
  return textTrace(context, problem, text, { given: givenOf(sample, header, answers.length) });
}

function questionOf(input: unknown): string | undefined {
  const asked = isChat(input) ? input.findLast((message) => message['role'] === 'user') : undefined;
  const text = typeof input === 'string' ? input : asked === undefined ? '' : contentText(asked['content']);
  return text.trim() === '' ? undefined : text;
}

function answerOf(choices: unknown): Message | undefined {
  const first: unknown = Array.isArray(choices) ? (choices as unknown[])[0] : undefined;
  const message = isRecord(first) ? first['message'] : undefined;
  return isRecord(message) && responseText(message).trim() !== '' ? message : undefined;
}

/** Why a sample has no answer: its own error, or that the run was cancelled or broke off. */
function whyNot(sample: Row, header: Row): string {
  const error = isRecord(sample['error']) ? firstText(sample['error'], ['message']) : undefined;
  if (error !== undefined) return ` because it failed (${(error.trim().split('\n')[0] ?? '').slice(0, 200)})`;
  const status = header['status'];
  return typeof status === 'string' && status !== 'success' ? `, and its run has the status "${status.slice(0, 40)}"` : '';
}

function givenOf(sample: Row, header: Row, answers: number): GivenData {
  const evaluation = isRecord(header['eval']) ? header['eval'] : {};
  const target: unknown = sample['target'];
  const gold = isTexts(target) ? target.join(' | ') : textOf(target);
  const model = (isRecord(sample['output']) ? firstText(sample['output'], ['model']) : undefined) ?? firstText(evaluation, ['model']);
  const task = firstText(evaluation, ['task']);
  const status = header['status'];
  return {
    ...scoresOf(sample['scores']),
    ...(gold !== undefined && gold.trim() !== '' && { goldAnswer: { value: gold, field: 'target', madeBy: 'human' } }),
    ...(model !== undefined && { generator: { value: model, field: 'output.model', madeBy: 'program' } }),
    ...(task !== undefined && { subset: { value: task, field: 'eval.task', madeBy: 'program' } }),
    remarks: [
      ...(answers > 1 ? [`The sample has ${answers} assistant messages: the steps are those of the last answer.`] : []),
      ...(typeof status === 'string' && status !== 'success' ? [`The run has the status "${status.slice(0, 40)}".`] : []),
    ],
  };
}

/** Scorers' values by name. `C` and `I` say whether the answer is right; `P` (partly) and `N` (no answer) do not. */
function scoresOf(scores: unknown): Pick<GivenData, 'metrics' | 'answerCorrect' | 'finalAnswer'> {
  const metrics: GivenMetric[] = [];
  let answerCorrect: Given<boolean> | undefined;
  let finalAnswer: Given<string> | undefined;
  for (const [name, score] of Object.entries(isRecord(scores) ? scores : {})) {
    if (!isRecord(score)) continue;
    const { value } = score;
    const explanation = firstText(score, ['explanation']);
    const source = { field: `scores.${name}`, madeBy: 'program', maker: name } as const;
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') metrics.push({ ...source, name, value, ...(explanation !== undefined && { explanation }) });
    if (value === 'C' || value === 'I') answerCorrect ??= { ...source, value: value === 'C' };
    const answer = firstText(score, ['answer']);
    if (answer !== undefined) finalAnswer ??= { ...source, field: `scores.${name}.answer`, value: answer };
  }
  return { metrics, ...(answerCorrect && { answerCorrect }), ...(finalAnswer && { finalAnswer }) };
}
