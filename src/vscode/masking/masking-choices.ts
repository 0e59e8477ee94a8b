import { t } from '@vscode/l10n';
import { parsePlan, type MaskPlan } from '../../core/bias/plan.ts';
import { renderPlan, type Situation } from '../../core/bias/render-plan.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sentences } from '../../core/segment/sentences.ts';
import type { Span } from '../../core/trace/trace.ts';
import type { MaskDraft, Possible } from '../../protocol/masking-view.ts';
import { firstWords } from '../wording.ts';
import type { MaskingState } from './masking-state.ts';

/** What hides in which text of the panel. */
export interface HiddenParts {
  readonly system: Span[];
  readonly question: Span[];
  /** [step]: offsets into the step. */
  readonly steps: Span[][];
}

/** What is chosen at first: the start that the paper's intervention has, where the trace has one, and the question beside its controls. */
export function firstDraft({ subject, trace, lacks }: Pick<MaskingState, 'subject' | 'trace' | 'lacks'>): MaskDraft {
  const { selected, solution, question } = subject;
  const own = selected === undefined ? ['question', ...(/\d/.test(question) ? ['numbers'] : [])] : [selectionName(subject.question, selected)];
  return {
    targets: [...own, 'random', ...(solution === undefined ? [] : ['nothing'])],
    start: trace?.first === undefined ? 'start' : 'first',
    method: lacks.masks === undefined ? 'mask' : 'remove',
    layers: '',
    heads: '',
  };
}

/** Prompts hold the question without the space around it. */
function selectionName(question: string, { start, end }: Span): string {
  const before = question.length - question.trimStart().length;
  const length = question.trim().length;
  return `selection:${Math.max(0, start - before)}-${Math.min(length, end - before)}`;
}

/** The plans of a draft; the error is one sentence about what cannot be read. */
export function plansOf({ targets, start, method, layers, heads }: MaskDraft): Result<MaskPlan[]> {
  const [inLayers, inHeads] = [indices(t('Layers'), layers), indices(t('Heads'), heads)];
  if (!inLayers.ok) return inLayers;
  if (!inHeads.ok) return inHeads;
  const where = { ...(inLayers.value && { layers: inLayers.value }), ...(inHeads.value && { heads: inHeads.value }) };
  const plans: MaskPlan[] = [];
  for (const target of targets) {
    const plan = parsePlan(`${target}@${start}`, method);
    if (!plan.ok) return plan;
    plans.push({ ...plan.value, ...(method === 'mask' && where) });
  }
  return plans.length === 0 ? fail('nothing-chosen', t('Choose what to hide.')) : ok(plans);
}

/** `0, 3-5`: numbers from 0 and ranges; undefined where nothing is written. */
function indices(name: string, text: string): Result<readonly number[] | undefined> {
  const found = new Set<number>();
  for (const part of text.split(',').map((one) => one.trim()).filter((one) => one !== '')) {
    const match = /^(\d{1,4})(?:\s*-\s*(\d{1,4}))?$/.exec(part);
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || first > last) return fail('setting-invalid', t('{0}: "{1}" is no number from 0 and no range such as 3-5.', name, part));
    for (let index = first; index <= last; index++) found.add(index);
  }
  return ok(found.size === 0 ? undefined : [...found].sort((a, b) => a - b));
}

/** The targets that there are, each with the reason why it does not apply where it does not. */
export function targetChoices(state: MaskingState): Possible[] {
  const { subject, settings, trace, draft } = state;
  const question = subject.question.trim();
  const parts = sentences(question);
  const quoted = (text: string): string => firstWords(text, 8);
  const all: Possible[] = [
    { name: 'question', label: t('The question') },
    ...(parts.length < 2 ? [] : parts.map(({ start, end }, index) => ({ name: `sentence:${index + 1}`, label: t('Sentence {0}: {1}', index + 1, quoted(question.slice(start, end))) }))),
    { name: 'numbers', label: t('The numbers of the question') },
    ...draft.targets.flatMap((name) => selectionChoice(name, question)),
    ...(settings.system === undefined ? [] : [{ name: 'system', label: t('The system turn') }]),
    ...(trace?.steps ?? []).flatMap(({ start, end }, index) => (draft.targets.includes(`step:${index + 1}`) || index < MOST_STEPS ? [{ name: `step:${index + 1}`, label: t('Step {0}: {1}', index + 1, quoted(trace?.text.slice(start, end) ?? '')) }] : [])),
    { name: 'random', label: t('Control: a random span as long as the question') },
    { name: 'random:numbers', label: t('Control: a random span as long as the numbers') },
    { name: 'nothing', label: t('Control: nothing hidden, only continued again') },
  ];
  return all.map((choice) => {
    const lack = applies(state, choice.name);
    return lack === undefined ? choice : { ...choice, lack };
  });
}

/** Longer lists are no help; a later step is hidden by its name in a plan of the terminal. */
const MOST_STEPS = 40;

function selectionChoice(name: string, question: string): Possible[] {
  const plan = parsePlan(`${name}@start`, 'mask');
  if (!plan.ok || plan.value.target.kind !== 'selection') return [];
  const { start, end } = plan.value.target;
  return [{ name, label: t('Selected: {0}', firstWords(question.slice(start, end), 8)) }];
}

/** Why a target does not apply with the chosen start; a random span is drawn when it runs. */
function applies(state: MaskingState, target: string): string | undefined {
  if (target.startsWith('random')) return state.draft.method === 'mask' || state.lacks.masks === undefined ? undefined : t('It is drawn among the tokens of the model, which a server does not tell.');
  const found = rendered(state, target);
  return found?.ok === false ? found.error.message : undefined;
}

export function startChoices({ trace }: MaskingState): Possible[] {
  const first = trace?.first;
  const lack = trace !== undefined && first === undefined ? { lack: t('No step states an answer.') } : {};
  return [
    { name: 'start', label: t('the start of thinking') },
    { name: 'answer', label: first === undefined ? t('the step that states the answer') : t('step {0}, which states the answer', first.step + 1), ...lack },
    { name: 'first', label: first === undefined ? t('right after the first answer') : t('right after the first answer ({0}) in step {1}', first.answer, first.step + 1), ...lack },
    ...(trace?.steps ?? []).map((_, index) => ({ name: `step:${index + 1}`, label: t('step {0}', index + 1) })),
  ];
}

/** The step at whose beginning, or in which, the mask starts. */
export function startStep({ draft: { start }, trace }: Pick<MaskingState, 'draft' | 'trace'>): number {
  if (start === 'answer' || start === 'first') return trace?.first?.step ?? 0;
  return start === 'start' ? 0 : Number(start.slice('step:'.length)) - 1;
}

/** The parts that the chosen targets hide in the texts that are shown; random ones are not known before they run. */
export function hiddenParts(state: MaskingState): HiddenParts {
  const { system = '' } = state.settings;
  const steps = state.trace?.steps ?? [];
  const parts: HiddenParts = { system: [], question: [], steps: steps.map(() => []) };
  const situation = situationOf(state);
  const traceAt = situation?.prompt.length ?? 0;
  for (const target of state.draft.targets) {
    const found = rendered(state, target);
    if (found?.ok !== true || situation === undefined) continue;
    for (const { start, end } of found.value.spans) {
      const step = steps.findIndex((one) => traceAt + one.start === start);
      if (start >= traceAt) parts.steps[step]?.push({ start: 0, end: end - start });
      else if (start >= situation.question.start) parts.question.push({ start: start - situation.question.start, end: end - situation.question.start });
      else parts.system.push({ start: 0, end: Math.min(system.trim().length, end) });
    }
  }
  return parts;
}

function rendered(state: MaskingState, target: string) {
  const situation = situationOf(state);
  const plan = parsePlan(`${target}@${state.draft.start}`, state.draft.method);
  if (situation === undefined || !plan.ok || plan.value.target.kind === 'random') return undefined;
  return renderPlan(plan.value, situation, () => 0);
}

/** The texts as they are shown, as if they were a prompt: where a plan cuts and what it hides does not depend on the template's marks. */
function situationOf({ subject, settings, trace }: MaskingState): Situation | undefined {
  if (trace === undefined) return undefined;
  const [system, question] = [settings.system?.trim() ?? '', subject.question.trim()];
  const at = system === '' ? 0 : system.length + 1;
  const prompt = `${system === '' ? '' : `${system}\n`}${question}\n`;
  return { prompt, question: { start: at, end: at + question.length }, ...(system !== '' && { system: { start: 0, end: system.length } }), trace: trace.text, steps: trace.steps, first: trace.first, tokens: undefined };
}
