import { fail, ok } from '../../core/result.ts';
import type { GivenData } from '../../core/trace/given.ts';
import type { SearchCandidate, SearchRound, ThinkingMode } from '../../core/trace/search-round.ts';
import { joinSteps, stepsFromSpans } from '../../core/trace/steps.ts';
import { isRecord } from '../../core/is-record.ts';
import { stepTextsOf, withId, withoutEmpty } from './given-steps.ts';
import { firstText, isTexts, noQuestion, numberOf, recordOf, type Row } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

/** PATS numbers its modes from the most thorough. */
const MODES: readonly ThinkingMode[] = ['complex', 'medium', 'simple'];
/** The released code puts this at the end of a step that did not stop at a blank line: it is the final one. */
const END_TOKEN = '<|eot_id|>';

/**
 * Result files of PATS's released code: `{ question, history: [{ iteration, phase, candidates: [{ step, reward, valid }],
 * selected: { step, reward, accepted }, new_phase, terminated }], final_steps, success }`; `phase` is 0 complex, 1 medium, 2
 * simple; a round with `status: "failed"` sampled nothing. The response is `final_steps` joined with blank lines; the end
 * token of the last step stays in it but is not part of the step.
 */
export const pats: RowFormat = {
  id: 'pats',
  title: 'PATS result files: a recorded search with its rounds',
  strength: 1,
  mark: 'has "history" and "final_steps"',
  fits: (row) => isRecord(row) && Array.isArray(row['history']) && isTexts(row['final_steps']),
  read(row, context) {
    const record = recordOf(context.where, row, '"question", "history" and "final_steps"');
    if (!record.ok) return record;
    const value = record.value;
    const problem = firstText(value, ['question', 'problem']);
    if (problem === undefined) return noQuestion(context.where, ['question', 'problem']);
    const final = Array.isArray(value['final_steps']) ? (value['final_steps'] as unknown[]) : [];
    if (final.length === 0) return fail('no-steps', `${context.where} is a search that accepted no step: there is nothing to look at.`);
    const texts = stepTextsOf(context.where, 'final_steps', final);
    if (!texts.ok) return texts;
    const { response, steps } = joinSteps(texts.value);
    const spans = steps.map(({ span }) => ({ start: span.start, end: withoutEndToken(response, span.start, span.end) }));
    if (spans.some(({ start, end }) => start === end)) return fail('no-steps', `${context.where} has a step that is only "${END_TOKEN}": take it out of "final_steps".`);
    const named = withId(context.source, value['id']);
    return ok({ source: named, problem, response, steps: stepsFromSpans(spans), ...withoutEmpty({ given: givenOf(value, texts.value) }) });
  },
};

function withoutEndToken(response: string, start: number, end: number): number {
  return response.slice(start, end).endsWith(END_TOKEN) ? end - END_TOKEN.length : end;
}

function givenOf(row: Row, texts: readonly string[]): GivenData {
  const history = Array.isArray(row['history']) ? (row['history'] as unknown[]) : [];
  const rounds = history.flatMap((round) => (isRecord(round) ? (roundOf(round) ?? []) : []));
  const unread = history.length - rounds.length;
  const accepted = rounds.flatMap(({ selected }) => (selected?.accepted === true ? [selected] : []));
  const follows = accepted.length === texts.length && accepted.every(({ text }, index) => text === texts[index]);
  return {
    rounds,
    ...(follows && { scores: [{ field: 'history[].selected.reward', madeBy: 'model', quantity: 'reward', values: accepted.map(({ score }) => score) }] }),
    ...(typeof row['success'] === 'boolean' && { metrics: [{ name: 'success', value: row['success'], field: 'success', madeBy: 'program' }] }),
    remarks: [
      ...(follows || rounds.length === 0 ? [] : ['The accepted steps in "history" are not those of "final_steps": the rewards are only shown in the rounds.']),
      ...(unread === 0 ? [] : [`${unread} of the ${history.length} rounds in "history" have no phase from 0 to 2 and are left out.`]),
    ],
  };
}

function roundOf(round: Row): SearchRound | undefined {
  const mode = modeOf(round['phase']);
  if (mode === undefined) return undefined;
  const candidates = Array.isArray(round['candidates']) ? (round['candidates'] as unknown[]) : [];
  const selected = isRecord(round['selected']) ? candidateOf(round['selected']) : undefined;
  return {
    mode,
    candidates: candidates.flatMap((candidate) => (isRecord(candidate) ? (candidateOf(candidate) ?? []) : [])),
    ...(selected && { selected: { ...selected, accepted: isRecord(round['selected']) && round['selected']['accepted'] === true } }),
    nextMode: modeOf(round['new_phase']) ?? mode,
    terminated: round['terminated'] === true,
  };
}

function modeOf(phase: unknown): ThinkingMode | undefined {
  return typeof phase === 'number' ? MODES[phase] : undefined;
}

function candidateOf(candidate: Row): SearchCandidate | undefined {
  if (typeof candidate['step'] !== 'string') return undefined;
  const score = numberOf(candidate['reward']);
  return { text: candidate['step'], ...(score !== undefined && { score }) };
}
