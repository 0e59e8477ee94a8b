import process from 'node:process';
import type { BiasEvent, BiasReport, Contrast, Deviation, Guesses, Halves, PlanSummary, TraceMeasure } from '../core/bias/events.ts';
import { pooledGuesses } from '../core/bias/guesses.ts';
import { planName, type MaskPlan } from '../core/bias/plan.ts';
import { intervalText, numberOf, percentOf, pText } from '../core/bias/report-text.ts';
import type { Estimate } from '../core/metrics/statistics.ts';
import type { BiasSettings } from '../core/bias/settings.ts';
import { visibleText } from '../formats/visible-text.ts';

type Row = {
  readonly row: number;
  question?: string;
  gold?: string | undefined;
  guesses?: Guesses;
  trace?: TraceMeasure;
  deviation?: Deviation | undefined;
  readonly plans: Map<number, Extract<BiasEvent, { type: 'masked' | 'not-applicable' }>>;
};

/** Guesses that a line names; the log has all. */
const NAMED_GUESSES = 5;

export interface BiasOutput {
  add(event: BiasEvent): void;
}

/** Prints each question when all of it is there, then the report: lines for people, or JSON with a missing value as null. */
export function biasOutput({ plans }: BiasSettings, json: boolean): BiasOutput {
  const rows = new Map<number, Row>();
  const printed = new Set<number>();
  const print = (row: Row) => {
    if (printed.has(row.row)) return;
    printed.add(row.row);
    const lines = json ? [JSON.stringify(rowObject(row, plans))] : rowLines(row, plans);
    lines.forEach(write);
  };
  const rowOf = (row: number): Row => {
    const known = rows.get(row) ?? { row, plans: new Map() };
    rows.set(row, known);
    return known;
  };
  return {
    add(event) {
      if (event.type === 'report') {
        [...rows.values()].forEach(print);
        (json ? [JSON.stringify({ summary: event.report })] : reportLines(event.report)).forEach(write);
      }
      if (!('row' in event) || event.type === 'attention' || event.type === 'failed') return;
      const row = rowOf(event.row);
      if (event.type === 'guesses') row.guesses = event.guesses;
      else if (event.type === 'trace') Object.assign(row, { question: event.question, gold: event.gold, trace: event.trace, deviation: event.deviation });
      else row.plans.set(event.plan, event);
      if (row.trace !== undefined && row.plans.size === plans.length) print(row);
    },
  };
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

function rowObject({ row, question, gold, guesses, trace, deviation, plans: results }: Row, plans: readonly MaskPlan[]): object {
  return {
    row,
    question: question ?? null,
    gold: gold ?? null,
    guesses: guesses ?? null,
    deviation: deviation ?? null,
    ...traceObject(trace),
    plans: plans.map((plan, index) => {
      const result = results.get(index);
      const base = { plan: planName(plan), method: plan.method };
      if (result?.type !== 'masked') return { ...base, notApplicable: result?.message ?? null };
      return { ...base, ...traceObject(result.trace), comparison: result.comparison, hidden: result.mask.hidden?.length ?? null, from: result.mask.from ?? null };
    }),
  };
}

function traceObject(trace: TraceMeasure | undefined): object {
  return {
    answer: trace?.answer ?? null,
    correct: trace?.correct ?? null,
    tokens: trace?.tokens ?? null,
    pFirst: trace?.pFirst ?? null,
    steps: trace?.steps.length ?? null,
    reflections: trace?.reflections.map(({ step, word }) => ({ step, word })) ?? null,
    redundant: trace?.redundant ?? null,
    loops: trace?.loops ?? null,
    finish: trace?.finish ?? null,
  };
}

function rowLines({ row, question = '', guesses, trace, deviation, plans: results }: Row, plans: readonly MaskPlan[]): string[] {
  const width = Math.max(9, ...plans.map((plan) => planName(plan).length));
  const line = (name: string, text: string) => `  ${name.padEnd(width)}  ${visibleText(text)}`;
  return [
    `row ${row}  ${visibleText(question.replace(/\s+/g, ' ').slice(0, 100))}`,
    line('guesses', guesses === undefined ? 'none' : guessText(guesses, deviation)),
    line('trace', trace === undefined ? 'none' : traceText(trace)),
    ...plans.map((plan, index) => {
      const result = results.get(index);
      if (result === undefined) return line(planName(plan), 'not run');
      if (result.type === 'not-applicable') return line(planName(plan), result.message);
      const { comparison, mask } = result;
      const hidden = mask.hidden === undefined ? '' : `, ${mask.method === 'mask' ? 'hidden' : 'removed'} ${mask.hidden.length} tokens`;
      return line(planName(plan), `${traceText(result.trace)}, ${comparison.same ? 'unchanged' : `r ${numberOf(comparison.r)}`}${hidden}`);
    }),
  ];
}

function guessText(guesses: Guesses, deviation: Deviation | undefined): string {
  const pooled = pooledGuesses(guesses);
  const named = [...pooled].sort((a, b) => b.count - a.count).slice(0, NAMED_GUESSES).map(({ answer, count }) => `${answer} ×${count}`);
  const n = pooled.reduce((sum, { count }) => sum + count, 0);
  const unparsed = guesses.distributions.reduce((sum, distribution) => sum + distribution.unparsed, 0);
  const away = deviation === undefined ? '' : `, deviation ${numberOf(deviation.numeric)}, ${percentOf(deviation.share)} differ from the own answer`;
  return `${named.join(', ')}${pooled.length > named.length ? ', …' : ''} (n = ${n}, ${unparsed} unparsed), greedy ${guesses.greedy ?? 'none'}${away}`;
}

function traceText({ answer, correct, tokens, pFirst, reflections, redundant, loops, finish }: TraceMeasure): string {
  const verdict = correct === undefined ? '' : correct ? ' (correct)' : ' (wrong)';
  const hits = reflections.length === 0 ? '' : ` (${reflections.map(({ step, word }) => `step ${step + 1} ${word}`).join(', ')})`;
  return [
    `answer ${answer ?? 'none'}${verdict}`,
    `${tokens ?? '?'} tokens`,
    `P_first ${pFirst ?? 'none'}`,
    `${reflections.length} reflections${hits}`,
    ...(redundant.length === 0 ? [] : [`${redundant.length} redundant`]),
    ...(loops.length === 0 ? [] : [`${loops.length} loops`]),
    ...(finish === 'length' ? ['cut off'] : []),
  ].join(', ');
}

/** The report as lines. */
export function reportLines(report: BiasReport): string[] {
  const { guesses } = report;
  return [
    '',
    `${report.questions} questions, ${guesses.samples} guesses (${guesses.unparsed} unparsed)${report.failures === 0 ? '' : `, ${report.failures} failures`}`,
    `  guesses right         ${estimate(report.directAccuracy, percentOf)}`,
    `  traces right          ${estimate(report.accuracy, percentOf)}`,
    `  tokens                ${estimate(report.tokens, numberOf)}`,
    `  think at all          ${estimate(report.thought, percentOf)}`,
    `  state an answer       ${estimate(report.stated, percentOf)}`,
    `  reflections           ${estimate(report.reflections, numberOf)}`,
    `  … guess conflicts     ${estimate(report.conflicts.high, numberOf)}`,
    `  … guess agrees        ${estimate(report.conflicts.low, numberOf)}`,
    `  … conflict - agree    ${contrastText(report.conflicts)}`,
    `  … of those that think ${numberOf(report.conflictsThought.high?.value)} on conflict, ${numberOf(report.conflictsThought.low?.value)} on agreement, difference ${contrastText(report.conflictsThought)}`,
    ...report.halves.flatMap(halvesLines),
    ...report.plans.flatMap(planLines),
    ...attentionLines(report),
  ];
}

function halvesLines({ by, differences, n, ties }: Halves): string[] {
  const kind = by === 'numeric' ? 'mean distance' : 'share that differs';
  const tied = ties === 0 ? '' : `, ${ties} on the boundary`;
  return [
    `high against low half by deviation (${kind}), n = ${n}${tied}`,
    ...differences.map(({ measure, high, low, rDelta, p }) => `  ${measure.padEnd(30)} ${numberOf(low?.value)} -> ${numberOf(high?.value)}, R_delta ${estimate(rDelta, percentOf)}, p ${pText(p)}`),
  ];
}

function planLines(plan: PlanSummary): string[] {
  const { means, accuracy } = plan;
  return [
    `${plan.name}, ${plan.n} pairs${plan.notApplicable === 0 ? '' : `, ${plan.notApplicable} not applicable`}`,
    `  tokens       ${numberOf(means.original.tokens)} -> ${numberOf(means.masked.tokens)}, difference ${estimate(plan.tokens, numberOf)}, p ${pText(plan.tokensP)}, r ${estimate(plan.r, numberOf)}`,
    `  reflections  ${numberOf(means.original.reflections)} -> ${numberOf(means.masked.reflections)}, difference ${estimate(plan.reflections, numberOf)}, p ${pText(plan.reflectionsP)}; guess conflicts ${numberOf(plan.conflict.high?.value)}, agrees ${numberOf(plan.conflict.low?.value)}, conflict - agree ${contrastText(plan.conflict)}`,
    `  accuracy     ${percentOf(accuracy.original?.value)} -> ${percentOf(accuracy.masked?.value)}, difference ${estimate(plan.accuracyChange, percentOf)}; answer changed ${estimate(plan.answerChanged, percentOf)}, text unchanged ${percentOf(plan.unchanged?.value)}`,
  ];
}

function attentionLines({ attention, earlyExits }: BiasReport): string[] {
  if (attention.length === 0) return [];
  return [
    'attention to the question / uniform, at words that open a reflection and at other tokens',
    ...attention.map(({ reflecting, others, difference }, layer) => `  layer ${layer}  ${numberOf(reflecting?.value)} and ${numberOf(others?.value)}, difference ${estimate(difference, numberOf)}`),
    'early exit (experimental): attention to the question after the first answer reaches a threshold',
    ...earlyExits.map(({ threshold, exits, saved }) => `  ${threshold} × uniform  exits ${estimate(exits, percentOf)}, saves of the tokens after the first answer ${estimate(saved, percentOf)}`),
  ];
}

function contrastText({ difference, ratio, p }: Contrast): string {
  return `${estimate(difference, numberOf)}, ratio ${estimate(ratio, numberOf)}, p ${pText(p)}`;
}

function estimate(value: Estimate | undefined, format: (value: number | undefined) => string): string {
  return `${intervalText(value, format)}${value === undefined ? '' : ` (n = ${value.n})`}`;
}
