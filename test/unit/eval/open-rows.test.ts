import assert from 'node:assert/strict';
import { agreementEval } from '../../../src/core/eval/agreement.ts';
import { comparisonBlocks } from '../../../src/core/eval/compare-blocks.ts';
import { compareRuns } from '../../../src/core/eval/compare-runs.ts';
import type { EvalSettings } from '../../../src/core/eval/eval.ts';
import { costChart } from '../../../src/core/eval/process-bench-charts.ts';
import { processBenchEval } from '../../../src/core/eval/process-bench.ts';
import { prmBenchEval } from '../../../src/core/eval/prm-bench.ts';
import { reportBlocks } from '../../../src/core/eval/report.ts';
import { evalReport, readEvalState, type EvalState } from '../../../src/core/eval/state.ts';
import type { Block } from '../../../src/core/report/block.ts';
import { parseRunLog, runLine } from '../../../src/core/run/run-log.ts';
import { evalCsv } from '../../../src/formats/report/eval-csv.ts';
import { settingsOf } from './eval-data.ts';

/** A run of ProcessBench whose solutions have no error: a row a score of its one step. */
function runOf(id: string, scores: readonly (number | null)[], ended = true): EvalState {
  const rows = scores.map((score, row) => ({ type: 'row', row: { row, id: `r${row}`, item: { label: null, steps: 1, scores: { soft: [score] } } } }));
  const header = { type: 'run', version: 1, kind: 'eval', id, title: id, started: `2026-01-0${id === 'a' ? 1 : 2}`, models: [], settings: settingsOf('processbench'), data: { file: 'd.jsonl', rows: [0, 1, 2, 3] } };
  const log = parseRunLog(id, [header, ...rows, ...(ended ? [{ type: 'run-end', reason: 'done', headline: '', ended: '2026-01-03' }] : [])].map(runLine).join(''));
  assert.ok(log.ok);
  const state = readEvalState(id, log.value);
  assert.ok(state.ok, state.ok ? '' : state.error.message);
  return state.value;
}

const tables = (blocks: readonly Block[]) => blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : []));
const warnings = (blocks: readonly Block[]): string[] => blocks.flatMap((block) => (block.kind === 'warning' ? [block.text] : []));

describe('a row that lacks a score', () => {
  const outcome = (about: { readonly outcome: (row: never, settings: EvalSettings) => { readonly state: string; readonly text: string } }, item: object, name: string) => about.outcome({ row: 0, item } as never, settingsOf(name));

  it('is open, neither right nor wrong, and says what is missing', () => {
    assert.match(JSON.stringify(outcome(processBenchEval, { label: null, steps: 2, scores: { soft: [0.9, null] } }, 'processbench')), /"open".*no score/);
    assert.equal(outcome(processBenchEval, { label: null, steps: 2, scores: { soft: [0.9, 0.9] } }, 'processbench').state, 'right');
    const missing = outcome(prmBenchEval, { right: [true, false, true], scores: { soft: [0.9, 0.9, null] } }, 'prmbench');
    assert.deepEqual([missing.state, missing.text], ['open', 'wrong: 2; the verdict differs at 2; no score of step 3']);
    assert.equal(outcome(prmBenchEval, { right: [true, true], scores: { soft: [0.9, null] } }, 'prmbench').text, 'no wrong step; no score of step 2');
    assert.equal(outcome(prmBenchEval, { right: [true], scores: { soft: [0.9] } }, 'prmbench').text, 'no wrong step; every verdict agrees');
    const apart = outcome(agreementEval, { truth: [null, null], judges: [{ soft: [0.9, null] }, { soft: [null, 0.1] }] }, 'agreement');
    assert.deepEqual([apart.state, apart.text], ['open', 'no step that both judged']);
  });

  it('is not among the wrong ones of a report, which says how many there are', () => {
    const report = evalReport(runOf('a', [0.9, 0.1, null, null]));
    const view = tables(reportBlocks(report, true)).at(-1);
    assert.equal(view?.name, '4 rows, 1 of them wrong');
    assert.match(view.note ?? '', /^2 of the rows evaluated are open: a score is missing/);
    assert.deepEqual(view.rows.map((cells) => cells[3]), ['right', 'wrong', 'open', 'open']);
    const file = tables(reportBlocks(report)).at(-1);
    assert.equal(file?.name, '1 of 4 rows');
    assert.match(file.note ?? '', /2 of the rows evaluated are open/);
    assert.match(evalCsv(runOf('a', [0.9, null])), /\n1,r1,,open,/);
  });

  it('is no difference between runs: it is in no count of them, and they say so', () => {
    const compared = compareRuns([runOf('a', [0.9, 0.1, null, 0.9]), runOf('b', [0.9, 0.9, 0.9, null])]);
    assert.ok(compared.ok);
    const [pair] = compared.value.pairs;
    assert.deepEqual([pair?.bothRight, pair?.onlyFirst, pair?.onlySecond, pair?.bothWrong, pair?.open], [1, 0, 1, 0, 2]);
    assert.deepEqual(pair?.differences.map(({ difference }) => [difference.name, difference.n]), [['F1', 2], ['Rows judged right', 2]]);
    const blocks = comparisonBlocks(compared.value);
    assert.ok(blocks.some((block) => block.kind === 'list' && block.items.some((item) => /In 2 of the rows A or B lacks a score/.test(item))));
    assert.deepEqual(tables(blocks).at(-1)?.rows.map(([row]) => row), ['1']);
  });

  it('has a cost that is not known, and not 0', () => {
    const rows = [0, 1].map((row) => ({ row, item: { label: row === 0 ? null : 0, steps: 1, scores: { soft: [0.9], readings: [[0.8, 1]] } } }));
    const choice = { score: 'soft', threshold: 0.5, seed: 0, steps: 'all' } as const;
    assert.deepEqual(costChart(rows, choice), []);
    const priced = rows.map((row) => ({ ...row, item: { ...row.item, scores: { ...row.item.scores, readingTokens: [[10, 20]] } } }));
    assert.deepEqual(costChart(priced, choice).flatMap((chart) => ('series' in chart ? chart.series[0]?.points.map(({ x }) => x) : [])), [10, 30]);
  });
});

describe('a run that has not come to its end', () => {
  it('is not taken for a whole one', () => {
    assert.deepEqual(warnings(reportBlocks(evalReport(runOf('a', [0.9, 0.1], false)))), ['The run has not come to its end: 2 of 4 rows were evaluated so far.']);
    assert.deepEqual(warnings(reportBlocks(evalReport(runOf('a', [0.9, 0.1, 0.9, 0.9])))), []);
  });

  it('keeps the scores of both judges in its lines', () => {
    const header = { type: 'run', version: 1, kind: 'eval', id: 'a', title: 'a', started: '', models: [], settings: settingsOf('agreement'), data: { file: 'd.jsonl', rows: [0] } };
    const log = parseRunLog('a', [header, { type: 'row', row: { row: 0, item: { truth: [true], judges: [{ soft: [0.9, null] }, { soft: [0.2, 0.3] }] } } }].map(runLine).join(''));
    assert.ok(log.ok);
    const state = readEvalState('a', log.value);
    assert.ok(state.ok);
    const [columns, line] = evalCsv(state.value).split('\n');
    assert.equal(columns, 'row,id,subset,state,step,text,scores,second_scores,left_out,message');
    assert.match(line ?? '', /,"0\.9 ",0\.2 0\.3,,$/);
  });
});
