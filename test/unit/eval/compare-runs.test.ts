import assert from 'node:assert/strict';
import Papa from 'papaparse';
import { comparisonBlocks } from '../../../src/core/eval/compare-blocks.ts';
import { compareRuns } from '../../../src/core/eval/compare-runs.ts';
import { processBenchEval } from '../../../src/core/eval/process-bench.ts';
import { evalReport, readEvalState, type EvalState } from '../../../src/core/eval/state.ts';
import { reportBlocks } from '../../../src/core/eval/report.ts';
import { runLine, parseRunLog } from '../../../src/core/run/run-log.ts';
import type { RunHeader } from '../../../src/core/run/run.ts';
import { parseRowRef } from '../../../src/core/report/row-ref.ts';
import { writeComparison, type EvalForm } from '../../../src/formats/runs/eval-log.ts';
import { evalCsv } from '../../../src/formats/report/eval-csv.ts';
import { settingsOf } from './eval-data.ts';

const header = (id: string, started: string): RunHeader => ({ type: 'run', version: 1, kind: 'eval', id, title: id, started, models: [], settings: settingsOf('processbench'), data: { file: 'd.jsonl', rows: [0, 1, 2, 3, 4, 5] } });

/** A run in which row `row` has a right prediction where `right` says so. Odd rows have an error in step 1. */
function stateOf(id: string, right: readonly (boolean | undefined)[], more: readonly object[] = [], change: Partial<RunHeader> = {}): EvalState {
  const rows = right.flatMap((hit, row) => {
    const label = row % 2 === 0 ? null : 1;
    return hit === undefined ? [] : [{ type: 'row', row: { row, id: `r${row}`, item: { label, steps: 2, scores: { soft: [0.9, hit === (label === null) ? 0.9 : 0.1] } } } }];
  });
  const text = [{ ...header(id, '2026-01-01T00:00:00Z'), ...change }, { type: 'started', rows: 6 }, ...rows, ...more].map(runLine).join('');
  const log = parseRunLog(id, text);
  assert.ok(log.ok);
  const state = readEvalState(id, log.value);
  assert.ok(state.ok, state.ok ? '' : state.error.message);
  return state.value;
}

describe('comparing runs', () => {
  const first = stateOf('a', [true, true, false, false, true, true]);
  const second = stateOf('b', [true, true, true, false, true, undefined]);

  it('pairs by row, and says by how much and in which rows they differ', () => {
    const compared = compareRuns([first, second]);
    assert.ok(compared.ok);
    const { rows, pairs: [pair] } = compared.value;
    assert.deepEqual(rows.map(({ row }) => row), [0, 1, 2, 3, 4]);
    assert.ok(pair);
    assert.deepEqual([pair.bothRight, pair.onlyFirst, pair.onlySecond, pair.bothWrong], [3, 0, 1, 1]);
    // Of the common rows: without error 2/3 and 3/3, with one 1/2 in both.
    const [f1] = pair.differences;
    const harmonic = (a: number, b: number): number => (200 * a * b) / (a + b);
    assert.ok(Math.abs((f1?.first ?? 0) - harmonic(2 / 3, 1 / 2)) < 1e-9 && Math.abs((f1?.second ?? 0) - harmonic(1, 1 / 2)) < 1e-9);
    assert.ok(Math.abs((f1?.difference.value ?? 0) - (harmonic(1, 1 / 2) - harmonic(2 / 3, 1 / 2))) < 1e-9);
    assert.equal(f1?.difference.n, 5);
    // One row that differs says nothing.
    assert.equal(pair.p, 1);
    const [table] = comparisonBlocks(compared.value).flatMap((block) => (block.kind === 'table' && block.table.refs ? [block.table] : []));
    assert.deepEqual(table?.rows.map(([row]) => row), ['2']);
    assert.deepEqual(parseRowRef(table.refs?.[0] ?? ''), { row: 2, step: 1 });
  });

  it('finds no difference between a run and itself', () => {
    const compared = compareRuns([first, first]);
    assert.ok(compared.ok);
    assert.deepEqual(compared.value.pairs[0]?.differences.map(({ difference }) => difference.value), [0, 0]);
  });

  it('is written as a page, as text, as lines a row and run, and as numbers, each with what made it', () => {
    const logOf = (state: EvalState) => ({ name: `${state.header.id}.jsonl`, text: [state.header, { type: 'started', rows: 6 }, ...state.rows.map((row) => ({ type: 'row', row }))].map(runLine).join('') });
    const later = { ...second, header: { ...second.header, title: '=cmd|<b>', settings: settingsOf('processbench', {}, 0.4), started: '2026-01-02T00:00:00Z' } };
    const written = (form: EvalForm): string => {
      const text = writeComparison([logOf(later), logOf(first)], form);
      assert.ok(text.ok, text.ok ? '' : text.error.message);
      return text.value;
    };
    const html = written('html');
    assert.match(html, /<title>Comparison on d\.jsonl: ProcessBench/);
    assert.match(html, /default-src 'none'/);
    assert.ok(!html.includes('<b>') && !/<script|https?:\/\//.test(html.replaceAll('http://www.w3.org/2000/svg', '')), 'it opens without anything from elsewhere');
    assert.match(written('md'), /Settings: 1 of \d+ differ/);
    const lines = Papa.parse<Record<string, string>>(written('csv'), { header: true, skipEmptyLines: true }).data;
    assert.equal(lines.length, 2 * 5, 'rows in common, twice');
    assert.deepEqual(lines.slice(4, 6).map(({ row, changed, name, run, title, state, step }) => [row, changed, name, run, title, state, step]), [['2', 'true', 'A', 'a', 'a', 'wrong', '1'], ['2', 'true', 'B', 'b', "'=cmd|<b>", 'right', '']]);
    const { pairs, runs, rowsInCommon } = JSON.parse(written('json')) as { readonly rowsInCommon: number; readonly runs: readonly { readonly name: string; readonly settings: { readonly verifier: { readonly threshold: number } } }[]; readonly pairs: readonly { readonly second: string; readonly rows: object; readonly p: number | null; readonly differences: readonly { readonly value: number | null; readonly n: number }[] }[] };
    assert.equal(rowsInCommon, 5);
    assert.deepEqual(runs.map(({ name, settings }) => [name, settings.verifier.threshold]), [['A', 0.5], ['B', 0.4]]);
    assert.deepEqual(pairs.map(({ second: name, rows, p }) => [name, rows, p]), [['B', { bothRight: 3, onlyFirst: 0, onlySecond: 1, bothWrong: 1, open: 0 }, 1]]);
    assert.equal(pairs[0]?.differences[0]?.n, 5);
  });

  it('refuses what cannot be paired, and names it', () => {
    const messages = [
      compareRuns([first]),
      compareRuns([first, stateOf('c', [true], [], { data: { file: 'other.jsonl', rows: [0] } })]),
      compareRuns([first, stateOf('c', [undefined, undefined, undefined, undefined, undefined, undefined, true])]),
      compareRuns([first, { ...second, rows: second.rows.map((row) => ({ ...row, id: `x${row.row}` })) }]),
    ].map((result) => (result.ok ? '' : result.error.message));
    assert.match(messages[0] ?? '', /two runs/);
    assert.match(messages[1] ?? '', /"c" ran on other\.jsonl, and "a" on d\.jsonl/);
    assert.match(messages[2] ?? '', /no row in common/);
    assert.match(messages[3] ?? '', /Row 0 has the id "r0" in one run and "x0" in another/);
  });
});

describe('the log of an eval', () => {
  it('has the failures and notes of its last part, and no failure of a row that was done later', () => {
    const failed = (row: number) => ({ type: 'row-failed', row, reason: 'not-scored', message: `row ${row}` });
    const again = { type: 'row', row: { row: 1, id: 'r1', item: { label: 1, steps: 2, scores: { soft: [0.9, 0.1] } } } };
    const { rows, failed: left, notes } = stateOf('a', [true], [failed(1), failed(2), failed(3), { type: 'note', message: 'old' }, { type: 'started', rows: 6 }, failed(3), { type: 'note', message: 'new' }, again]);
    assert.deepEqual(rows.map(({ row }) => row), [0, 1]);
    assert.deepEqual(left.map(({ row }) => row), [3]);
    assert.deepEqual(notes, ['new']);
  });

  it('lists every row for a view, each with what it opens, and a line a row as CSV', () => {
    const state = stateOf('a', [true, false]);
    const tables = reportBlocks(evalReport(state), true).flatMap((block) => (block.kind === 'table' && block.table.refs ? [block.table] : []));
    assert.deepEqual(tables.at(-1)?.rows.map(([row, , , judged]) => [row, judged]), [['0', 'right'], ['1', 'wrong']]);
    assert.deepEqual(tables.at(-1)?.refs, ['row 0', 'row 1 step 1']);
    assert.equal(evalCsv(state).trim().split('\n').length, 3);
    assert.equal(parseRowRef('row x'), undefined);
    assert.equal(processBenchEval.pooled.value([1, 2, 0, 0]), undefined);
  });

  it('is refused where its settings are not there', () => {
    const log = parseRunLog('a', runLine({ ...header('a', ''), settings: { eval: 'processbench' } }));
    assert.ok(log.ok);
    const state = readEvalState('a.jsonl', log.value);
    assert.ok(!state.ok && /a\.jsonl does not say the settings/.test(state.error.message));
  });
});
