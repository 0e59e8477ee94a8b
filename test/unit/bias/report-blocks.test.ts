import assert from 'node:assert/strict';
import Papa from 'papaparse';
import { comparePair } from '../../../src/core/bias/compare.ts';
import type { BiasEvent, Guesses, TraceMeasure } from '../../../src/core/bias/events.ts';
import { deviationOf, guessDistribution } from '../../../src/core/bias/guesses.ts';
import { splitHalves } from '../../../src/core/bias/halves.ts';
import { parsePlan } from '../../../src/core/bias/plan.ts';
import { biasBlocks } from '../../../src/core/bias/report-blocks.ts';
import { biasReport } from '../../../src/core/bias/report.ts';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../../src/core/bias/settings.ts';
import { readBiasState, settledEvents, type BiasState } from '../../../src/core/bias/state.ts';
import type { Block } from '../../../src/core/report/block.ts';
import type { Chart } from '../../../src/core/picture/chart.ts';
import { chartTable } from '../../../src/core/picture/chart-table.ts';
import { drawChart } from '../../../src/core/picture/draw-chart.ts';
import { svgText } from '../../../src/core/picture/svg.ts';
import type { RunLog } from '../../../src/core/run/run-log.ts';
import { biasCsv } from '../../../src/formats/report/bias-csv.ts';
import { htmlBlocks } from '../../../src/formats/report/report-html.ts';
import { markdownBlocks } from '../../../src/formats/report/report-markdown.ts';
import { styleDigest } from '../../../src/formats/report/style-digest.ts';

const EVIL = '=1+1"><script>alert(1)</script>[x](http://evil) | `code`';
const PLANS = ['question@answer', 'random@answer'].flatMap((text) => {
  const plan = parsePlan(text, 'mask');
  return plan.ok ? [plan.value] : [];
});
const settings: BiasSettings = { ...DEFAULT_BIAS_SETTINGS, plans: PLANS, system: EVIL, attention: 2 };

function trace(tokens: number, reflections: number, answer: string): TraceMeasure {
  const hits = Array.from({ length: reflections }, (_, step) => ({ step, word: 'Wait', span: { start: 0, end: 4 } }));
  return { text: `t${tokens}`, finish: 'end', tokens, steps: [{ start: 0, end: 1 }], first: undefined, pFirst: 40, reflections: hits, redundant: [], loops: [], answer, correct: answer === '1' };
}

/** Conflict in every other question; the first plan takes half of what follows the answer, the second fits no trace of the last question. */
function eventsOf(n: number): BiasEvent[] {
  return Array.from({ length: n }, (_, row): BiasEvent[] => {
    const conflict = row % 2 === 0;
    const guesses: Guesses = { distributions: [guessDistribution('closed', 1, conflict ? [String(9 + row), '8', undefined] : ['1', '1', '1'])], greedy: conflict ? '9' : '1', tokens: 3 };
    const original = trace(100 + row, conflict ? 2 : 0, '1');
    const masked = trace(70 + row / 2, conflict ? 1 : 0, row === 1 ? '5' : '1');
    const comparison = comparePair(original, masked, { original: undefined, masked: undefined });
    const mask = { method: 'mask' as const, hidden: [{ position: 3, text: 'q' }], from: 9, kept: 4 };
    const layer = (question: number) => ({ question, results: undefined, others: 1, tokens: 2 });
    return [
      { type: 'guesses', row, guesses },
      { type: 'trace', row, question: `${EVIL} ${row}`, gold: '1', trace: original, deviation: deviationOf(guesses, '1') },
      { type: 'masked', row, plan: 0, mask, trace: masked, comparison },
      row === n - 1 ? { type: 'not-applicable', row, plan: 1, message: 'There is no place.' } : { type: 'masked', row, plan: 1, mask, trace: original, comparison: comparePair(original, original, { original: undefined, masked: undefined }) },
      ...(row < 2 ? [{ type: 'attention' as const, row, summary: { reflecting: [layer(2), layer(3)], others: [layer(1), layer(1)], steps: [], question: [] }, lens: { guess: '9', own: '1', common: '', probabilities: [{ guess: 0.5, own: 0.25 }, { guess: 0.1, own: 0.9 }] } }] : []),
    ];
  }).flat();
}

function stateOf(events: readonly BiasEvent[], n: number, ended = true): BiasState {
  const info = { name: 'm', hash: 'h', weights: 'w', parameters: 1e6, context: 10, demonstration: 'sums' };
  return {
    header: { type: 'run', version: 1, kind: 'bias', id: 'i', title: `run ${EVIL}`, started: '2026-01-01', models: [{ role: 'policy', info }], settings, data: { file: 'data.jsonl', rows: Array.from({ length: n }, (_, row) => row) } },
    events,
    report: biasReport(events, settings.plans, settings.seed),
    ...(ended && { end: { type: 'run-end', reason: 'done', headline: '', ended: '2026-01-02' } }),
  };
}

const N = 9;
const state = stateOf(eventsOf(N), N);
const blocks = biasBlocks(state);
const charts = blocks.flatMap((block): Chart[] => (block.kind === 'chart' ? [block.chart] : []));
const texts = (list: readonly Block[], kind: 'warning' | 'text'): string[] => list.flatMap((block) => (block.kind === kind ? [block.text] : []));

describe('the report of an experiment as blocks', () => {
  it('says in every picture its n, the detectors, the plans with their controls, the model and the seed', () => {
    assert.deepEqual(charts.map(({ id }) => id), ['conflict', 'deviation-numeric', 'deviation-share', 'shortening', 'accuracy', 'attention', 'lens']);
    for (const { id, description } of charts) assert.match(description, /n = \d+ questions; steps by blank-lines; reflections by \d+ opening words of 6 languages; answers by boxes and \d+ sentences; (nothing hidden|plans question@answer \(keys hidden\); controls random@answer); m \(w\), seed 0\.$/, id);
  });

  it('marks both halves, and what is in neither, and draws each question once', () => {
    const cloud = charts.find(({ id }) => id === 'deviation-share');
    assert.ok(cloud?.kind === 'scatter');
    assert.deepEqual(cloud.series.map(({ name }) => name), ['low half (n = 4)', 'high half (n = 4)', 'in neither (n = 1)']);
    assert.equal(svgText(drawChart(cloud)).match(/<title>row \d+<\/title>/g)?.length, N);
    assert.equal(new Set(cloud.series.flatMap(({ points }) => points.map(({ label }) => label))).size, N);
    const { low, middle, high } = splitHalves(state.events.flatMap((event) => (event.type === 'trace' && event.deviation ? [{ row: event.row, deviation: event.deviation }] : [])), 'share');
    assert.deepEqual([low, middle, high].map((items) => items.map(({ row }) => row)), [[1, 3, 5, 7], [0], [2, 4, 6, 8]]);
  });

  it('gives every picture a table with the same numbers', () => {
    const forest = charts.find(({ id }) => id === 'conflict');
    assert.ok(forest?.kind === 'intervals');
    assert.deepEqual(forest.rows.slice(0, 2).map(({ name, value, n }) => [name, value, n]), [['guess conflicts', 2, 5], ['guess agrees', 0, 4]]);
    assert.deepEqual(chartTable(forest).rows[0], ['guess conflicts', '2', '2', '2', '5']);
    for (const chart of charts) assert.ok(chartTable(chart).rows.length > 0 && svgText(drawChart(chart)).includes('<desc'), chart.id);
  });

  it('has a row in the table of a picture for each of its points, named by what it opens', () => {
    const cloud = charts.find(({ kind }) => kind === 'scatter');
    assert.ok(cloud?.kind === 'scatter');
    const points = cloud.series.flatMap((series) => series.points);
    const { rows, refs, opens = 0 } = chartTable(cloud, points.length);
    assert.deepEqual(refs, points.map(({ ref }) => ref));
    assert.deepEqual(rows.map((cells) => cells[opens]), points.map(({ label }) => label));
    assert.ok(points.length > 2 && new Set(refs).size === points.length);
    assert.ok(chartTable(cloud, 2).rows.length < points.length, 'a file has fewer');
  });

  it('draws a value that is not there as a sign, never as 0', () => {
    const drawn = svgText(drawChart({ kind: 'intervals', id: 'a', name: 'a', description: 'a', x: { name: 'r' }, rows: [{ name: 'none', n: 0 }, { name: 'one', value: 0, low: -1, high: 1, n: 3 }], reference: 0 }));
    assert.equal(drawn.match(/<circle/g)?.length, 1);
    assert.ok(drawn.includes('none (n = 0)') && drawn.includes('–'));
  });

  it('lists each question with what became of it under each plan', () => {
    const table = blocks.flatMap((block) => (block.kind === 'table' && block.table.name === `${N} questions` ? [block.table] : []))[0];
    assert.equal(table?.rows.length, N);
    const [first, second, last] = [table.rows[0], table.rows[1], table.rows.at(-1)];
    assert.deepEqual(first?.slice(2), ['1', 'yes', '9', '100.0%', '7.50', '100', '40', '2', '0', 'answer 1, 70 tokens, r 0.50', 'unchanged']);
    assert.equal(second?.at(-2), 'answer 5, 70.5 tokens, r 0.50');
    assert.equal(last?.at(-1), 'not applicable');
  });

  it('warns of a demonstration model, of few questions, of plans without a control and of a run that was cut off', () => {
    assert.match(texts(blocks, 'warning').join('\n'), /m is a demonstration model, made for sums.*\n9 questions are few/);
    const open = stateOf(state.events, N, false);
    const alone = biasBlocks({ ...open, header: { ...state.header, settings: { ...settings, plans: PLANS.slice(0, 1) } } });
    assert.match(texts(alone, 'warning').join('\n'), /not complete \(cut off, or still running\): 9 of 9[^]*No plan is a control/);
  });

  it('has a value for nothing where nothing was reached', () => {
    const empty = biasBlocks(stateOf([], 0));
    assert.ok(markdownBlocks(empty).includes('| Traces right | all | – |'));
    assert.doesNotMatch(htmlBlocks('empty', empty, 'x'), /NaN|undefined/);
  });
});

describe('exports of an experiment', () => {
  it('are one page without script and a text, in which nothing of the data is markup', () => {
    const html = htmlBlocks(state.header.title, blocks, styleDigest());
    assert.doesNotMatch(html, /<script|NaN|undefined/i);
    assert.match(html, /default-src 'none'; style-src 'sha256-/);
    assert.equal(html.match(/<svg/g)?.length, charts.length);
    assert.doesNotMatch(markdownBlocks(blocks), /[^\\]<script|[^\\]\]\(/);
  });

  it('are a table with a line for each trace, in which no cell is a formula', () => {
    const { data } = Papa.parse<Record<string, string>>(biasCsv(state), { header: true, skipEmptyLines: true });
    assert.equal(data.length, 3 * N);
    assert.deepEqual(data.slice(0, 3).map(({ row, plan, tokens, r, same }) => [row, plan, tokens, r, same]), [['0', 'original', '100', '', ''], ['0', 'question@answer', '70', '0.5', 'false'], ['0', 'random@answer', '100', '0', 'true']]);
    assert.ok(data.every(({ question = '' }) => question.startsWith("'=")));
    assert.equal(data.at(-1)?.['not_applicable'], 'There is no place.');
  });
});

describe('a log that was written in several parts', () => {
  const failed: BiasEvent = { type: 'failed', row: 0, part: 'masking', plan: 0, message: 'The engine stopped.' };

  it('holds what came last: a failure that was mended is none, one that was not is named once', () => {
    const [first, ...rest] = eventsOf(3);
    assert.ok(first);
    const twice: BiasEvent[] = [first, failed, ...rest, { ...failed, row: 7 }, { ...failed, row: 7 }, { type: 'halves', halves: [] }];
    const settled = settledEvents(twice);
    const other: BiasEvent = { type: 'failed', row: 2, part: 'guesses', message: 'The engine stopped.' };
    assert.deepEqual(settled.flatMap((event) => (event.type === 'failed' ? [event.row] : [])), [7]);
    assert.equal(settledEvents([other, ...eventsOf(3)]).filter(({ type }) => type === 'failed').length, 0);
    assert.deepEqual(settled.flatMap((event) => (event.type === 'trace' ? [event.row] : [])), [0, 1, 2]);
  });

  it('is read with the report that it ends with, or one that is made of what was reached', () => {
    const events = eventsOf(4);
    const report = { ...biasReport(events, settings.plans, 0), questions: 77 };
    const log = (end: boolean): RunLog => JSON.parse(JSON.stringify({ header: state.header, events: [...events, { type: 'report', report }], ...(end && { end: state.end }) })) as RunLog;
    const [whole, open] = [readBiasState('a', log(true)), readBiasState('a', log(false))];
    assert.ok(whole.ok && open.ok);
    assert.equal(whole.value.report.questions, 77);
    assert.equal(open.value.report.questions, 4);
    const bare = readBiasState('a.jsonl', { header: { ...state.header, settings: {} }, events: [] });
    assert.ok(!bare.ok && bare.error.message.startsWith('a.jsonl does not say the settings'));
  });
});
