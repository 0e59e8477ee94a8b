import { t } from '@vscode/l10n';
import { alignSteps, commonStart } from '../../core/bias/align-steps.ts';
import type { BiasEvent, TraceMeasure } from '../../core/bias/events.ts';
import { planName, type MaskPlan } from '../../core/bias/plan.ts';
import type { Span } from '../../core/trace/trace.ts';
import type { MaskedStep, MaskingSnapshot, PlanResult, StruckText } from '../../protocol/masking-view.ts';
import type { Fact } from '../../protocol/search-view.ts';
import { subjectNotes } from '../bias/bias-subject.ts';
import { count } from '../wording.ts';
import { hiddenParts, plansOf, startChoices, startStep, targetChoices } from './masking-choices.ts';
import type { MaskingState } from './masking-state.ts';

type Masked = Extract<BiasEvent, { type: 'masked' }>;

/** A missing value. */
const NONE = '–';

/** All that the panel shows of a state. */
export function maskingSnapshot(state: MaskingState): MaskingSnapshot {
  const { subject, settings, trace, draft, lacks, run, busy } = state;
  const parts = hiddenParts(state);
  const starts = startChoices(state);
  const plans = plansOf(draft);
  const blocked = trace === undefined ? t('There is no trace yet.') : draft.method === 'mask' && lacks.masks !== undefined ? lacks.masks : plans.ok ? partsProblem(state) : plans.error.message;
  const struck = (text: string, hidden: readonly Span[]): StruckText => ({ text, hidden: merged(hidden) });
  return {
    ...(run && { id: run.id }),
    title: run?.title ?? t('Hidden input · {0}', subject.name),
    status: statusOf(state),
    busy: busy !== undefined,
    ...(blocked !== undefined && { blocked }),
    notes: notesOf(state),
    facts: factsOf(state),
    ...(settings.system !== undefined && { system: struck(settings.system.trim(), parts.system) }),
    question: struck(subject.question.trim(), parts.question),
    steps: (trace?.steps ?? []).map(({ start, end }, index) => ({ ...struck(trace?.text.slice(start, end) ?? '', parts.steps[index] ?? []), marks: trace === undefined ? [] : marksOf(trace, index), ...(draft.start === 'first' && trace?.first?.step === index && { startAt: trace.first.span.end - start }) })),
    after: trace === undefined ? '' : afterOf(trace),
    cells: trace === undefined ? [] : [number(trace.tokens), NONE, String(trace.reflections.length), trace.answer ?? t('none'), NONE, NONE, NONE],
    draft,
    startStep: startStep(state),
    startLabel: starts.find(({ name }) => name === draft.start)?.label ?? draft.start,
    targets: targetChoices(state),
    starts,
    methods: [
      { name: 'mask', label: t('Attention mask: keys hidden, positions kept'), ...(lacks.masks !== undefined && { lack: lacks.masks }) },
      { name: 'remove', label: t('Text removal: an approximation that moves positions') },
    ],
    ...partsLack(state),
    results: resultsOf(state),
  };
}

function partsLack({ lacks, draft }: MaskingState): Pick<MaskingSnapshot, 'partsLack'> {
  if (draft.method === 'remove') return { partsLack: t('A text is removed for all of the model.') };
  return lacks.attention === undefined ? {} : { partsLack: lacks.attention };
}

/** Layers that are written where they cannot be chosen would be left out without a word. */
function partsProblem({ lacks, draft: { method, layers, heads } }: MaskingState): string | undefined {
  return method === 'mask' && (layers + heads).trim() !== '' ? lacks.attention : undefined;
}

function statusOf({ busy, trouble, trace, policy, run, settings, draft }: MaskingState): string {
  if (busy === 'writing') return t('{0} writes its own trace first, greedy.', policy);
  if (busy === 'masking') return t('{0} of {1} plans are done.', ended(run?.events ?? []), settings.plans.length);
  if (trouble !== undefined) return trouble;
  if (trace === undefined) return t('There is no trace yet.');
  if (run?.end === undefined) return t('Choose what to hide and from where on, then run.');
  const plans = plansOf(draft);
  const other = plans.ok && plans.value.map(planLabel).join() !== settings.plans.map(planLabel).join();
  return [endText(run.end, ended(run.events)), ...(other ? [t('The results are of an earlier choice: run again for this one.')] : [])].join(' ');
}

function endText({ reason, message }: { readonly reason: string; readonly message?: string }, done: number): string {
  if (reason === 'done') return t('Done: {0}. One greedy continuation a plan (n = 1): a difference is this one, not a rate.', count(done, 'plan'));
  return [reason === 'cancelled' ? t('Cancelled: {0} came to an end.', count(done, 'plan')) : t('Failed: {0} came to an end.', count(done, 'plan')), message ?? ''].join(' ').trim();
}

function ended(events: readonly BiasEvent[]): number {
  return events.filter(({ type }) => type === 'masked' || type === 'not-applicable').length;
}

function notesOf({ subject, policy, draft, run, model }: MaskingState): string[] {
  return [
    ...subjectNotes(subject, policy),
    ...(draft.method === 'remove' ? [t('Text removal is an approximation: the text is deleted and the context read anew, so that all that follows it moves to other positions.')] : []),
    ...(run?.events ?? []).flatMap((event) => (event.type === 'lack' ? [event.message] : [])),
    ...(model?.demonstration === undefined ? [] : [t('{0} is a demonstration model ({1}): what it does says how the instrument works.', model.name, model.demonstration)]),
  ];
}

function factsOf({ settings, model, policy, trace, subject }: MaskingState): Fact[] {
  const { system, seed, trace: written, detectors } = settings;
  return [
    { name: t('Policy'), value: model === undefined ? policy : [model.name, model.weights].filter((part) => part !== '').join(', ') },
    ...(trace === undefined ? [] : [{ name: t('Trace'), value: t('{0}, {1} tokens, P_first {2}', count(trace.steps.length, 'step'), number(trace.tokens), number(trace.pFirst)) }]),
    ...(subject.gold === undefined ? [] : [{ name: t('Reference answer'), value: subject.gold }]),
    ...(system === undefined ? [{ name: t('System turn'), value: t('none') }] : []),
    { name: t('Decoding'), value: written.temperature === 0 ? t('greedy, at most {0} tokens, seed {1}', written.maxNewTokens, seed) : t('temperature {0}, at most {1} tokens, seed {2}', written.temperature, written.maxNewTokens, seed) },
    { name: t('Steps'), value: detectors.segmenter },
  ];
}

function marksOf({ first, reflections, redundant }: TraceMeasure, step: number): string[] {
  return [
    ...(first?.step === step ? [t('first answer: {0}', first.answer)] : []),
    ...reflections.filter((hit) => hit.step === step).map(({ word }) => t('reflection: {0}', word)),
    ...(redundant.includes(step) ? [t('redundant')] : []),
  ];
}

function resultsOf({ run, settings, trace, busy }: MaskingState): PlanResult[] {
  if (run === undefined || trace === undefined) return [];
  const { events } = run;
  const running = busy === 'masking' ? settings.plans.findIndex((_, plan) => !events.some((event) => 'plan' in event && event.plan === plan)) : -1;
  return settings.plans.map((plan, index): PlanResult => {
    const event = events.find((one) => 'plan' in one && one.plan === index);
    const base = { name: planName(plan), label: planLabel(plan), cells: [], rows: [], hiddenNote: '' };
    if (event?.type === 'masked') return { ...base, state: 'done', ...maskedResult(trace, plan, event) };
    if (event?.type === 'not-applicable' || event?.type === 'failed') return { ...base, state: 'none', message: event.message };
    if (index === running) return { ...base, state: 'running', message: t('is being written') };
    return busy === 'masking' ? { ...base, state: 'waiting', message: t('waits') } : { ...base, state: 'none', message: lackOfPlan(plan, events) ?? t('It was not reached.') };
  });
}

function lackOfPlan({ method }: MaskPlan, events: readonly BiasEvent[]): string | undefined {
  for (const event of events) if (event.type === 'lack' && event.part === 'masking' && method === 'mask') return event.message;
  return undefined;
}

/** The plan in words, short enough for a heading. */
export function planLabel({ target, start, method, layers, heads }: MaskPlan): string {
  const where = start.kind === 'step' ? t('step {0}', start.index + 1) : start.kind === 'start' ? t('the start') : start.kind === 'answer' ? t('the answer’s step') : t('the first answer');
  const parts = [layers && t('layers {0}', layers.join(', ')), heads && t('heads {0}', heads.join(', '))].filter((part) => part !== undefined);
  const text = t('{0}, from {1}', targetLabel(target), where);
  return [text, ...(method === 'remove' && target.kind !== 'nothing' ? [t('removed')] : []), ...parts].join(', ');
}

function targetLabel(target: MaskPlan['target']): string {
  switch (target.kind) {
    case 'question':
      return t('Question hidden');
    case 'sentence':
      return t('Sentence {0} hidden', target.index + 1);
    case 'numbers':
      return t('Numbers hidden');
    case 'selection':
      return t('Characters {0} to {1} hidden', target.start, target.end);
    case 'system':
      return t('System turn hidden');
    case 'step':
      return t('Step {0} hidden', target.index + 1);
    case 'random':
      return target.like === 'question' ? t('Control: random span, as long as the question') : t('Control: random span, as long as the numbers');
    case 'nothing':
      return t('Control: nothing hidden');
  }
}

function maskedResult(original: TraceMeasure, plan: MaskPlan, { trace, mask, comparison }: Masked): Pick<PlanResult, 'cells' | 'rows' | 'hidden' | 'hiddenNote' | 'message'> {
  const { rows, firstStep } = alignedRows(original, trace, mask.kept);
  const hidden = mask.hidden?.map(({ position, text }) => ({ position, text }));
  return {
    cells: [
      `${number(trace.tokens)}${comparison.tokens === undefined ? '' : ` (${signed(comparison.tokens)})`}`,
      comparison.r === undefined ? NONE : comparison.r.toFixed(2),
      `${trace.reflections.length} (${signed(comparison.reflections)})`,
      trace.answer ?? t('none'),
      comparison.answerChanged === undefined ? NONE : comparison.answerChanged ? t('yes ≠') : t('no ='),
      comparison.same ? t('nowhere: the same text') : [firstStep, comparison.divergentToken === undefined ? '' : t('token {0}', comparison.divergentToken + 1)].filter((part) => part !== '').join(', '),
      plan.target.kind === 'nothing' ? '0' : number(hidden?.length),
    ],
    rows,
    ...(hidden && { hidden }),
    hiddenNote: hiddenNote(plan, mask),
    ...(trace.finish === 'length' && { message: t('It was cut off at the limit of tokens.') }),
  };
}

function hiddenNote({ target, method }: MaskPlan, { hidden, from }: Masked['mask']): string {
  if (target.kind === 'nothing') return t('Nothing is hidden.');
  if (hidden === undefined) return t('The model does not tell its tokens.');
  if (method === 'remove') return t('{0} of the original were deleted with their text; all that follows moves.', count(hidden.length, 'token'));
  return t('{0}, hidden from position {1} on; positions count from 0 at the start of the prompt.', count(hidden.length, 'token'), number(from));
}

function alignedRows(original: TraceMeasure, masked: TraceMeasure, kept: number): { readonly rows: MaskedStep[][]; readonly firstStep: string } {
  const textsOf = ({ text, steps }: TraceMeasure): string[] => steps.map(({ start, end }) => text.slice(start, end));
  const own = textsOf(original);
  const { rows, firstDifference } = alignSteps(own.length === 0 ? [''] : own, textsOf(masked));
  const differs = original.text === masked.text ? undefined : commonStart(original.text, masked.text);
  const found = masked.steps.map(({ start, end }, step): MaskedStep => {
    const difference = step === firstDifference && differs !== undefined ? wordAt(masked.text, Math.max(start, differs), end) : undefined;
    return { step, text: masked.text.slice(start, end), state: end <= kept ? 'kept' : 'differs', ...(difference && { difference: { start: difference.start - start, end: difference.end - start } }) };
  });
  const placed = rows.map((row) => row.flatMap(({ step, same }): MaskedStep[] => {
    const one = found[step];
    return one === undefined ? [] : [one.state === 'kept' || !same ? one : { ...one, state: 'same' }];
  }));
  const after = afterOf(masked);
  const last: MaskedStep[] = after === '' ? [] : [{ step: masked.steps.length, text: after, state: after === afterOf(original) ? 'same' : 'differs' }];
  return { rows: [...(own.length === 0 ? [] : placed), [...(own.length === 0 ? (placed[0] ?? []) : []), ...last]], firstStep: firstDifference === undefined ? t('after the thinking') : t('step {0}', firstDifference + 1) };
}

/** From an offset to the end of the word there, at least one character where there is one. */
function wordAt(text: string, start: number, end: number): Span | undefined {
  if (start >= end) return undefined;
  const word = /^\s*\S+/u.exec(text.slice(start, end))?.[0] ?? '';
  return { start, end: start + Math.max(1, word.length) };
}

/** What comes after the last step, tags included: where the thinking ends is a part of what is compared. */
function afterOf({ text, steps }: TraceMeasure): string {
  return text.slice(steps.at(-1)?.end ?? 0).trim();
}

function merged(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const found: Span[] = [];
  for (const span of sorted) {
    const last = found.at(-1);
    if (last !== undefined && span.start <= last.end) found[found.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else found.push(span);
  }
  return found;
}

const number = (value: number | undefined): string => (value === undefined ? NONE : String(value));
const signed = (value: number): string => (value > 0 ? `+${value}` : value < 0 ? `−${-value}` : '±0');
