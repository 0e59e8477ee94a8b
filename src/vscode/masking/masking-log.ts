import { t } from '@vscode/l10n';
import { readBiasEvents } from '../../core/bias/read-events.ts';
import type { BiasEvent } from '../../core/bias/events.ts';
import { planName } from '../../core/bias/plan.ts';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../core/bias/settings.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { RunLog } from '../../core/run/run-log.ts';
import type { RunHeader } from '../../core/run/run.ts';
import { PLAN_COLUMNS, type MaskDraft } from '../../protocol/masking-view.ts';
import { escapeMarkdown } from '../markdown-text.ts';
import type { RunExport } from '../runs/run-kinds.ts';
import { count } from '../wording.ts';
import { maskingSnapshot } from './masking-snapshot.ts';
import type { MaskingState } from './masking-state.ts';

/** What the panel shows of a run that is read from its log. */
export function stateOfLog(name: string, log: RunLog): Result<MaskingState, 'run-invalid'> {
  const events = readBiasEvents(name, log, 'masking');
  if (!events.ok) return events;
  const header = log.header as RunHeader<Partial<BiasSettings> | undefined>;
  const { settings, data, id, title } = header;
  const found = events.value.find((event) => event.type === 'trace');
  if (found === undefined) return fail('run-invalid', t('{0} was stopped before there was a trace: run it again.', title));
  const { question, gold, given, trace } = found;
  const read = { ...DEFAULT_BIAS_SETTINGS, ...settings };
  const model = header.models.find(({ role }) => role === 'policy')?.info;
  return ok({
    subject: { name: title, question, ...(gold !== undefined && { gold }), ...(given === true && { solution: { response: trace.text, steps: trace.steps } }), ...(data && { data }) },
    settings: read,
    policy: model?.name ?? t('The policy'),
    lacks: {},
    trace,
    ...(model && { model }),
    draft: draftOf(read),
    run: { id, title, events: events.value, ...(log.end && { end: log.end }) },
  });
}

/** The choices that give these plans: all of a run start at one place. */
function draftOf({ plans }: BiasSettings): MaskDraft {
  const names = plans.map((plan) => planName(plan).split('@'));
  const [first] = plans;
  return { targets: names.map(([target = '']) => target), start: names[0]?.[1] ?? 'start', method: first?.method ?? 'mask', layers: first?.layers?.join(', ') ?? '', heads: first?.heads?.join(', ') ?? '' };
}

/** The result in a few words, for lists. */
export function maskingHeadline(plans: BiasSettings['plans'], events: readonly BiasEvent[]): string {
  const done = events.filter((event) => event.type === 'masked');
  const changed = done.filter(({ comparison }) => comparison.answerChanged === true).map(({ plan }) => plans[plan]).filter((plan) => plan !== undefined);
  const result = changed.length === 0 ? t('no answer changed') : t('answer changed under {0}', changed.map(planName).join(', '));
  return done.length === 0 ? count(0, 'plan') : `${count(done.length, 'plan')}, ${result}`;
}

/** What a run can be written as, beside its log. */
export function maskingExports(): readonly RunExport[] {
  return [
    {
      title: t('Markdown: the plans and their continuations, for reading'),
      extension: 'md',
      write(log) {
        const state = stateOfLog(log.header.title, log);
        return state.ok ? ok(markdown(state.value)) : state;
      },
    },
  ];
}

function markdown(state: MaskingState): string {
  const snapshot = maskingSnapshot(state);
  const { title, question, facts, notes, status, results, steps, after, startLabel } = snapshot;
  const cell = (text: string): string => escapeMarkdown(text).replaceAll('\n', ' ');
  const columns = PLAN_COLUMNS.map((name) => ({ tokens: 'tokens', r: 'r', reflections: 'reflections', answer: 'answer', changed: 'changed', first: 'first difference', hidden: 'hidden tokens' })[name]);
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const texts = results.filter(({ state: end }) => end === 'done').map(({ label, rows, hidden }) => [`## ${cell(label)}`, rows.flat().map(({ text, state: how }, at) => `${at + 1}. ${how === 'differs' ? '≠ ' : ''}${escapeMarkdown(text)}`).join('\n'), ...(hidden && hidden.length > 0 ? [`Hidden tokens: ${hidden.map(({ position, text }) => `${position} ${cell(JSON.stringify(text))}`).join(', ')}`] : [])].join('\n\n'));
  return [
    `# ${cell(title)}`,
    escapeMarkdown(question.text),
    ...notes.map(cell),
    facts.map(({ name, value }) => `- ${cell(name)}: ${cell(value)}`).join('\n'),
    cell(`${status} Mask from ${startLabel}.`),
    [line(['plan', ...columns]), `|${'---|'.repeat(columns.length + 1)}`, line(['original', ...snapshot.cells]), ...results.map(({ label, cells, message }) => line([label, ...(cells.length > 0 ? cells : [message ?? '', ...columns.slice(1).map(() => '')])]))].join('\n'),
    ['## Original', [...steps.map(({ text }) => text), after].map((text, at) => `${at + 1}. ${escapeMarkdown(text)}`).join('\n')].join('\n\n'),
    ...texts,
  ].join('\n\n') + '\n';
}
