import { numberText } from '../eval/metrics.ts';
import type { Block } from '../report/block.ts';
import type { Table } from '../picture/chart.ts';
import { biasHeadline } from './headline.ts';
import { isControl, planName } from './plan.ts';
import { attentionCharts, conflictChart, deviationCharts, lensChart, planCharts } from './report-charts.ts';
import { biasProvenance } from './report-provenance.ts';
import { earlyExitTable, failureTable, guessTable, halvesTables, planTables, questionTable, summaryTable } from './report-tables.ts';
import type { BiasState } from './state.ts';

/** Fewer questions than this say little, whatever comes out. */
const FEW = 20;

/** The parts of the report of an experiment, in their order: what came out and what it must not be taken for, the pictures with what each rests on, how it was made, and the questions. */
export function biasBlocks(state: BiasState): Block[] {
  const { header, report } = state;
  const failures = state.events.filter(({ type }) => type === 'failed');
  return [
    { kind: 'heading', level: 1, text: header.title },
    { kind: 'text', text: biasHeadline(report) },
    ...biasWarnings(state),
    {
      kind: 'text',
      text: 'Internal bias and overthinking. A guess is what the model answers where its thinking is closed at once; the deviation of a question is how far its guesses lie from the answer that the model itself arrives at. Measured is whether it reflects more where the guess conflicts with that answer, and what becomes of the same trace where later tokens cannot see a part of the input.',
    },
    table(summaryTable(state)),
    heading('Reflections and the guess'),
    chart(conflictChart(state)),
    heading('Deviation and length'),
    ...deviationCharts(state).map(chart),
    ...halvesTables(report).map(table),
    ...(header.settings.plans.length === 0 ? [] : [heading('What hiding the input does'), ...planCharts(state).map(chart), ...planTables(report, header.settings.plans).map(table)]),
    ...(report.attention.length === 0 ? [] : [heading('Attention to the question'), ...attentionCharts(state).map(chart), ...lensChart(state).map(chart), table(earlyExitTable(report))]),
    heading('Guesses'),
    table(guessTable(state)),
    heading('How it was made'),
    table(biasProvenance(state)),
    ...(failures.length === 0 ? [] : [heading('What failed'), table(failureTable(state))]),
    heading('Questions'),
    table(questionTable(state)),
  ];
}

/** What the numbers must not be taken for. */
export function biasWarnings({ header, events, report, end }: BiasState): Block[] {
  const { plans } = header.settings;
  const asked = header.data?.rows.length ?? report.questions;
  const cut = events.filter((event) => event.type === 'trace' && event.trace.finish === 'length').length;
  const controls = plans.filter(isControl).map(planName);
  const texts = [
    ...header.models.flatMap(({ info }) => (info.demonstration === undefined ? [] : [`${info.name} is a demonstration model, made for ${info.demonstration}: its numbers show that the instrument works, not what language models do.`])),
    ...(end?.reason === 'done' ? [] : [`The experiment is not complete (${end === undefined ? 'cut off, or still running' : end.reason}): ${report.questions} of ${asked} questions were begun.`]),
    ...(report.questions < FEW ? [`${report.questions} questions are few: halves of so few differ by chance, and an interval over them says little.`] : []),
    ...(plans.length > 0 && controls.length === 0 ? ['No plan is a control (random@START, nothing@START): what hiding anything at all would do is not known.'] : []),
    ...(cut === 0 ? [] : [`${cut} traces ran into the limit of ${numberText(header.settings.trace.maxNewTokens, 0)} tokens: their lengths are the limit's, and they may state no answer.`]),
    ...events.flatMap((event) => (event.type === 'lack' ? [event.message] : [])),
    ...(report.failures === 0 ? [] : [`${report.failures} parts failed: they are in no number, and listed below.`]),
  ];
  return texts.map((text) => ({ kind: 'warning', text }));
}

function heading(text: string): Block {
  return { kind: 'heading', level: 2, text };
}

function table(value: Table): Block {
  return { kind: 'table', table: value };
}

function chart(value: Extract<Block, { kind: 'chart' }>['chart']): Block {
  return { kind: 'chart', chart: value };
}
