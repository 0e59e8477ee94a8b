import { t } from '@vscode/l10n';
import { planName } from '../../core/bias/plan.ts';
import { biasRows } from '../../core/bias/report-rows.ts';
import type { BiasState } from '../../core/bias/state.ts';
import type { EffectiveMask, TraceMeasure } from '../../core/bias/events.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import { stepsFromSpans } from '../../core/trace/steps.ts';
import { splitThinking } from '../../core/trace/thinking.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';

/** The name of a question's own trace among those of its row; the others are named after their plans. */
export const ORIGINAL = 'original';

/** The traces that there are of a question: its own, and those under plans that apply to it. */
export function traceNames({ header, events }: BiasState, row: number): readonly string[] {
  const found = biasRows(events).find((one) => one.row === row);
  if (found?.trace === undefined) return [];
  return [ORIGINAL, ...header.settings.plans.flatMap((plan, index) => (found.plans[index]?.type === 'masked' ? [planName(plan)] : []))];
}

/** A trace of an experiment: the question's own (`original`), or what became of it under a plan, with what was found in it. */
export function experimentTrace({ header, events }: BiasState, row: number, variant = ORIGINAL): Result<TraceRecord, FormatErrorReason> {
  const found = biasRows(events).find((one) => one.row === row);
  const name = `${header.title} row ${row}`;
  if (found?.trace === undefined || found.question === undefined) return fail('no-such-row', t('{0} has no trace yet: resume the experiment from the Runs view.', name));
  const index = header.settings.plans.findIndex((plan) => planName(plan) === variant);
  const result = found.plans[index];
  if (variant !== ORIGINAL && result?.type !== 'masked') return fail('no-such-variant', result?.type === 'not-applicable' ? `${name}: ${result.message}` : t('{0} has no trace under {1}.', name, variant));
  const masked = result?.type === 'masked' ? result : undefined;
  const measure = masked?.trace ?? found.trace;
  if (measure.steps.length === 0) return fail('no-steps', t('{0} ({1}) has no step: the model answered at once, "{2}".', name, variant, measure.text.trim().slice(0, 80)));
  const { answer } = splitThinking(measure.text);
  const gold = found.gold === undefined ? {} : { goldAnswer: { value: found.gold, field: 'gold', madeBy: 'unknown' as const } };
  return ok({
    trace: {
      source: { file: header.title, row, variant },
      problem: found.question,
      response: measure.text,
      steps: stepsFromSpans(measure.steps),
      stepsGiven: true,
      ...(answer !== undefined && answer.start >= (measure.steps.at(-1)?.end ?? 0) && { answer }),
      given: { ...gold, remarks: [...(masked ? [maskRemark(variant, masked.mask)] : []), ...measureRemarks(measure)] },
    },
  });
}

function maskRemark(plan: string, { method, hidden, from, kept }: EffectiveMask): string {
  const tokens = hidden === undefined ? 'tokens that the model does not tell' : `${hidden.length} tokens`;
  return `Under ${plan}: ${tokens} ${method === 'mask' ? 'hidden' : 'removed'}${from === undefined ? '' : ` from token ${from} on`}; the first ${kept} characters are those of the original.`;
}

function measureRemarks({ first, pFirst, reflections, redundant }: TraceMeasure): string[] {
  return [
    first === undefined ? 'No step states an answer.' : `First answer: ${first.answer} in step ${first.step + 1} (by ${first.by})${pFirst === undefined ? '' : `, P_first = ${pFirst} tokens`}.`,
    ...(reflections.length === 0 ? [] : [`Reflections: ${reflections.map(({ step, word }) => `step ${step + 1} "${word}"`).join(', ')}.`]),
    ...(redundant.length === 0 ? [] : [`Redundant after the first answer: steps ${redundant.map((step) => step + 1).join(', ')}.`]),
  ];
}
