import { numberText } from '../eval/metrics.ts';
import type { Estimate } from '../metrics/statistics.ts';
import type { Table, TableColumn } from '../picture/chart.ts';
import { shortened } from '../shortened.ts';
import type { BiasReport, Contrast, GuessDistribution } from './events.ts';
import { planName, type MaskPlan } from './plan.ts';
import { planText } from './report-provenance.ts';
import { rowRef } from '../report/row-ref.ts';
import { biasRows, type BiasRow } from './report-rows.ts';
import { intervalText, numberOf, percentOf, pText } from './report-text.ts';
import type { BiasState } from './state.ts';

/** Questions that a report lists; the log and the CSV have all. */
const MOST_LISTED = 1000;
const MISSING = '–';

/** The numbers over all questions. */
export function summaryTable({ report }: BiasState): Table {
  const { directAccuracy, accuracy, tokens, reflections, thought, stated, conflicts, conflictsThought } = report;
  const line = (name: string, of: string, value: Estimate | undefined, format: (value: number | undefined) => string, p?: string): string[] => [name, of, intervalText(value, format), p ?? '', String(value?.n ?? 0)];
  const contrast = (of: string, { high, low, difference, ratio, p }: Contrast): string[][] => [
    line('Reflections, guess conflicts', of, high, numberOf),
    line('Reflections, guess agrees', of, low, numberOf),
    line('Conflict less agreement', of, difference, numberOf, pText(p)),
    line('Conflict over agreement', of, ratio, numberOf, pText(p)),
  ];
  return {
    name: 'All questions',
    columns: [text('What'), text('Of'), number('Value [95%]'), number('p'), number('n')],
    rows: [
      line('Guesses right (mean share of a question)', 'all', directAccuracy, percentOf),
      line('Traces right', 'all', accuracy, percentOf),
      line('Traces that think at all', 'all', thought, percentOf),
      line('Traces that state an answer in a step', 'all', stated, percentOf),
      line('Tokens of a trace', 'all', tokens, numberOf),
      line('Reflections of a trace', 'all', reflections, numberOf),
      ...contrast('all', conflicts),
      ...contrast('with thinking', conflictsThought),
    ],
  };
}

/** The high half against the low one, by each kind of deviation. */
export function halvesTables({ halves }: BiasReport): Table[] {
  return halves.map(({ by, differences, n, ties }) => ({
    name: `High against low half by ${by === 'numeric' ? 'mean distance of the guesses' : 'share of differing guesses'}, n = ${n}`,
    columns: [text('Measure'), number('Low half'), number('High half'), number('Difference [95%]'), number('R_delta [95%]'), number('p'), number('n')],
    rows: differences.map(({ measure, low, high, difference, rDelta, p }) => [measure, numberOf(low?.value), numberOf(high?.value), intervalText(difference, numberOf), intervalText(rDelta, percentOf), pText(p), String((low?.n ?? 0) + (high?.n ?? 0))]),
    ...(ties > 0 && { note: `${ties} questions tie on the boundary: which half they are in is a matter of their order.` }),
  }));
}

/** What each plan did, every comparison paired: lengths, reflections, answers. */
export function planTables({ plans }: BiasReport, settings: readonly MaskPlan[]): Table[] {
  const name = ({ plan, name: short }: { readonly plan: number; readonly name: string }) => {
    const found = settings[plan];
    return found === undefined ? short : planText(found);
  };
  return [
    {
      name: 'Lengths under each plan, in tokens',
      columns: [text('Plan'), number('Pairs'), number('Not applicable'), number('Before'), number('After'), number('Difference [95%]'), number('p'), number('r [95%]')],
      rows: plans.map((plan) => [name(plan), String(plan.n), String(plan.notApplicable), numberOf(plan.means.original.tokens), numberOf(plan.means.masked.tokens), intervalText(plan.tokens, numberOf), pText(plan.tokensP), intervalText(plan.r, numberOf)]),
      note: 'Not applicable: the trace states no answer, or there is no place for such a mask. r is pooled over pairs.',
    },
    {
      name: 'Reflections under each plan',
      columns: [text('Plan'), number('Pairs'), number('Before'), number('After'), number('Difference [95%]'), number('p'), number('After, conflict'), number('After, agreement'), number('Conflict less agreement [95%]'), number('p of that')],
      rows: plans.map((plan) => [
        name(plan), String(plan.n), numberOf(plan.means.original.reflections), numberOf(plan.means.masked.reflections), intervalText(plan.reflections, numberOf), pText(plan.reflectionsP),
        numberOf(plan.conflict.high?.value), numberOf(plan.conflict.low?.value), intervalText(plan.conflict.difference, numberOf), pText(plan.conflict.p),
      ]),
    },
    {
      name: 'Answers under each plan',
      columns: [text('Plan'), number('Pairs with a reference'), number('Right before'), number('Right after'), number('Change [95%]'), number('Answer changed [95%]'), number('Text unchanged [95%]')],
      rows: plans.map((plan) => [name(plan), String(plan.accuracy.original?.n ?? 0), percentOf(plan.accuracy.original?.value), percentOf(plan.accuracy.masked?.value), intervalText(plan.accuracyChange, percentOf), intervalText(plan.answerChanged, percentOf), intervalText(plan.unchanged, percentOf)]),
    },
  ];
}

/** Experimental. */
export function earlyExitTable({ earlyExits }: BiasReport): Table {
  return {
    name: 'Early exit (experimental)',
    columns: [number('Threshold, × uniform'), number('Traces that exit [95%]'), number('Traces'), number('Tokens after the first answer saved [95%]'), number('n')],
    rows: earlyExits.map(({ threshold, exits, saved }) => [String(threshold), intervalText(exits, percentOf), String(exits?.n ?? 0), intervalText(saved, percentOf), String(saved?.n ?? 0)]),
    note: 'Where attention to the question after the first answer reaches the threshold. Whether the answer would be right is not judged.',
  };
}

/** How many guesses there are, of what kind, and how they stand to the own answer. */
export function guessTable({ events }: BiasState): Table {
  const kinds = new Map<string, { readonly first: GuessDistribution; samples: number; unparsed: number; answers: number; questions: number }>();
  for (const event of events) {
    if (event.type !== 'guesses') continue;
    for (const distribution of event.guesses.distributions) {
      const key = `${distribution.template} ${distribution.temperature}`;
      const known = kinds.get(key) ?? { first: distribution, samples: 0, unparsed: 0, answers: 0, questions: 0 };
      const stated = distribution.answers.reduce((sum, { count }) => sum + count, 0);
      kinds.set(key, { ...known, samples: known.samples + stated + distribution.unparsed, unparsed: known.unparsed + distribution.unparsed, answers: known.answers + distribution.answers.length, questions: known.questions + 1 });
    }
  }
  return {
    name: 'Guesses by template and temperature',
    columns: [text('Template'), number('Temperature'), number('Questions'), number('Samples'), number('Without an answer'), number('Distinct answers a question')],
    rows: [...kinds.values()].map(({ first, samples, unparsed, answers, questions }) => [first.template, String(first.temperature), String(questions), numberText(samples, 0), numberText(unparsed, 0), numberOf(answers / questions)]),
    note: 'Samples without an answer are counted, and in no other number. Equal numbers count as one answer.',
  };
}

export function failureTable({ events }: BiasState): Table {
  const rows = events.flatMap((event) => (event.type === 'failed' ? [[String(event.row), event.part, event.message]] : []));
  return { name: `${rows.length} parts that failed`, columns: [number('Row'), text('Part'), text('Message')], rows };
}

/** Each question with its guesses, its trace and what became of it under each plan. */
export function questionTable({ events, header }: BiasState): Table {
  const rows = biasRows(events);
  const plans = header.settings.plans.map(planName);
  return {
    name: `${rows.length} questions`,
    columns: [
      number('Row'), text('Question'), text('Own answer'), text('Right'), text('Greedy guess'), number('Guesses that differ'), number('Mean distance'), number('Tokens'), number('P_first'), number('Reflections'), number('Redundant'),
      ...plans.map((plan) => text(plan)),
    ],
    rows: rows.slice(0, MOST_LISTED).map((row) => questionCells(row, plans)),
    refs: rows.slice(0, MOST_LISTED).map(({ row, trace }) => (trace === undefined ? undefined : rowRef({ row }))),
    ...(rows.length > MOST_LISTED && { note: `The first ${MOST_LISTED} of ${rows.length}; the log of the run and the CSV have all.` }),
  };
}

function questionCells({ row, question = MISSING, guesses, trace, deviation, plans: results }: BiasRow, plans: readonly string[]): string[] {
  return [
    String(row),
    shortened(question.replace(/\s+/g, ' '), 80),
    trace?.answer ?? MISSING,
    trace?.correct === undefined ? MISSING : trace.correct ? 'yes' : 'no',
    guesses?.greedy ?? MISSING,
    percentOf(deviation?.share),
    numberOf(deviation?.numeric),
    trace?.tokens === undefined ? MISSING : String(trace.tokens),
    trace?.pFirst === undefined ? MISSING : String(trace.pFirst),
    trace === undefined ? MISSING : String(trace.reflections.length),
    trace === undefined ? MISSING : String(trace.redundant.length),
    ...plans.map((_, plan) => {
      const result = results[plan];
      if (result === undefined) return MISSING;
      if (result.type === 'not-applicable') return 'not applicable';
      const { comparison, trace: masked } = result;
      if (comparison.same) return 'unchanged';
      return `answer ${masked.answer ?? MISSING}, ${masked.tokens ?? MISSING} tokens, r ${numberOf(comparison.r)}`;
    }),
  ];
}

function text(name: string): TableColumn {
  return { name };
}

function number(name: string): TableColumn {
  return { name, numeric: true };
}
