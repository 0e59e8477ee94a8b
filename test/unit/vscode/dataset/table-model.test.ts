import assert from 'node:assert/strict';
import process from 'node:process';
import fc from 'fast-check';
import type { Trace } from '../../../../src/core/trace/trace.ts';
import { annotate } from '../../../../src/vscode/annotations.ts';
import { agreementOf, rowScores } from '../../../../src/vscode/dataset/row-scores.ts';
import { rangesTo, rowRanges } from '../../../../src/vscode/dataset/row-ranges.ts';
import { summarize } from '../../../../src/vscode/dataset/row-summary.ts';
import { sortInBatches } from '../../../../src/vscode/dataset/sort-in-batches.ts';
import { compareKeys, createMatcher, rowsAt, sortKey, tableRow, type SortKey } from '../../../../src/vscode/dataset/table-model.ts';
import { parseTableViewMessage } from '../../../../src/protocol/table-view.ts';
import { score, step } from '../scores.ts';
import { buildDataset, type TestRow } from './build-dataset.ts';

const ROW: TestRow = { id: 'r-1', problem: 'Mia has 4 photos.\nHow many?', steps: ['4 + 3 = 8.', 'So the Answer is 8.'], label: 0 };

async function traceOf(row: TestRow): Promise<Trace> {
  const trace = await buildDataset([row]).trace(0);
  assert.ok(trace.ok);
  return trace.value;
}

const oursOf = (...values: readonly (number | undefined)[]) =>
  rowScores(annotate(values.map((value) => (value === undefined ? step() : step({ greedy: score(value) }))), 0.5, undefined));

describe('the table of a data set', () => {
  it('filters by problem and steps, without regard to case', async () => {
    const trace = await traceOf(ROW);
    for (const text of ['', '  ', 'mia HAS', 'answer is 8', ' 4 + 3 ']) assert.equal(createMatcher(text)(trace), true, text);
    for (const text of ['r-1', 'Mia has 5', '.*']) assert.equal(createMatcher(text)(trace), false, text);
  });

  it('shows what is known, and nothing where nothing is', async () => {
    const trace = await traceOf(ROW);
    const bare = tableRow(summarize(7, { ok: true, value: trace }, undefined, []));
    assert.deepEqual(bare.cells, {
      row: '7', id: 'r-1', problem: 'Mia has 4 photos. How many?', traces: '1', steps: '2', length: String(trace.response.length),
      label: `step 1 · ${trace.label?.madeBy ?? ''}`, firstError: '', minScore: '', agreement: '', notes: '',
    });
    const scored = tableRow(summarize(7, { ok: true, value: trace }, { ...oursOf(0.1, 0.9), marks: { agreed: 1, compared: 2, apart: 0 } }, ['a', 'b', 'c']));
    assert.deepEqual([scored.cells.traces, scored.cells.notes], ['3', '✎ 1 of 2']);
    assert.deepEqual([scored.cells.firstError, scored.cells.minScore, scored.cells.agreement], ['step 1', '0.10', '✓ agree']);
    const partly = tableRow(summarize(7, { ok: true, value: trace }, oursOf(0.9, undefined), []));
    assert.deepEqual([partly.cells.firstError, partly.cells.agreement], ['none so far (1 of 2)', '']);
  });

  it('lists a row that is no trace with its reason', async () => {
    const dataset = buildDataset([ROW, '{"problem": 3', ROW]);
    const row = tableRow(summarize(1, await dataset.trace(1), undefined, []));
    assert.equal(row.kind, 'no-trace');
    assert.match(row.cells.problem, /rows\.jsonl/);
    assert.deepEqual([row.cells.row, row.cells.steps, row.cells.label], ['1', '', '']);
  });

  it('clips long problems and writes invisible characters out', async () => {
    const { cells } = tableRow(summarize(0, { ok: true, value: await traceOf({ ...ROW, problem: `\u202e${'word '.repeat(200)}` }) }, undefined, []));
    assert.ok(cells.problem.startsWith('⟨U+202E⟩word'));
    assert.ok(cells.problem.endsWith('…') && cells.problem.length <= 240, cells.problem);
  });

  it('compares our first error with the label only where no missing score could change it', async () => {
    const { label } = await traceOf(ROW);
    assert.equal(agreementOf(label, oursOf(0.1, undefined)), 'agree');
    assert.equal(agreementOf(label, oursOf(0.9, 0.1)), 'differ');
    assert.equal(agreementOf(label, oursOf(undefined, 0.1)), undefined);
    assert.equal(agreementOf(label, oursOf(0.9, undefined)), undefined);
    assert.equal(agreementOf(label, undefined), undefined);
    assert.equal(agreementOf(undefined, oursOf(0.1)), undefined);
    const none = (await traceOf({ ...ROW, label: -1 })).label;
    assert.equal(agreementOf(none, oursOf(0.9, 0.8)), 'agree');
  });

  it('sorts numbers by size and texts as people do, missing ones last in both directions', () => {
    const sorted = (keys: readonly SortKey[], descending: boolean) => [...keys].sort((one, other) => compareKeys(one, other, descending));
    assert.deepEqual(sorted([10, undefined, 9, 1], false), [1, 9, 10, undefined]);
    assert.deepEqual(sorted([10, undefined, 9, 1], true), [10, 9, 1, undefined]);
    assert.deepEqual(sorted(['row 10', 'Row 9', undefined], false), ['Row 9', 'row 10', undefined]);
  });

  it('sorts "no error" after all steps, and a row that is no trace last', async () => {
    const none = await traceOf({ ...ROW, label: -1 });
    const first = await traceOf(ROW);
    const keyOf = (trace: Trace) => sortKey(summarize(0, { ok: true, value: trace }, undefined, []), 'label');
    assert.ok(compareKeys(keyOf(first), keyOf(none), false) < 0);
    const broken = sortKey({ kind: 'no-trace', row: 3, variants: [], reason: 'x' }, 'label');
    assert.ok(compareKeys(broken, keyOf(none), true) > 0);
    assert.equal(sortKey({ kind: 'no-trace', row: 3, variants: [], reason: 'x' }, 'row'), 3);
  });

  it('sorts in batches as at once, and stable', async () => {
    const { signal } = new AbortController();
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3000 }), async (numbers) => {
      const items = numbers.map((key, at) => ({ key, at }));
      const compare = (one: { key: number }, other: { key: number }): number => one.key - other.key;
      assert.deepEqual(await sortInBatches(items, compare, signal), [...items].sort(compare));
    }), { numRuns: 30 });
    assert.equal(await sortInBatches([2, 1], (a, b) => a - b, AbortSignal.abort()), undefined);
  });

  it('sorts 50,000 rows in turns of less than 50 ms', async () => {
    const items = Array.from({ length: 50_000 }, (_, at) => `Omar counts ${(at * 7919) % 50_000} horses in the morning.`);
    let isSorting = true;
    let longest = 0;
    let before = process.cpuUsage();
    // Time of the processor, so that what else runs on the machine does not count.
    const look = (): void => {
      const { user, system } = process.cpuUsage(before);
      longest = Math.max(longest, (user + system) / 1000);
      before = process.cpuUsage();
      if (isSorting) setImmediate(look);
    };
    setImmediate(look);
    const sorted = await sortInBatches(items, (one, other) => compareKeys(one, other, false), new AbortController().signal);
    isSorting = false;
    assert.equal(sorted?.[9], 'Omar counts 9 horses in the morning.');
    assert.ok(longest < 50, `${longest.toFixed(1)} ms`);
  });

  it('pages through the file in its order, or through what was found', () => {
    assert.deepEqual(rowsAt(undefined, 10, 8, 5), [8, 9]);
    assert.deepEqual(rowsAt(undefined, 10, 12, 5), []);
    assert.deepEqual(rowsAt([7, 3, 5], 10, 1, 5), [3, 5]);
  });

  it('reads messages of the view, and nothing else', () => {
    const query = { filter: 'x'.repeat(2000), sort: { column: 'steps', descending: true } };
    const parsed = parseTableViewMessage({ type: 'query', query });
    assert.deepEqual(parsed, { type: 'query', query: { ...query, filter: 'x'.repeat(1000) } });
    assert.deepEqual(parseTableViewMessage({ type: 'page', list: 1, start: 0, count: 1e6 }), { type: 'page', list: 1, start: 0, count: 200 });
    for (const bad of [null, 'ready', { type: 'ready' }, { type: 'open', row: -1 }, { type: 'open', row: 1.5 }, { type: 'page', list: 1, start: 0 }, { type: 'variants' }, { type: 'reading', by: 'guess' }, { type: 'run' }])
      assert.equal(parseTableViewMessage(bad), undefined, JSON.stringify(bad));
    assert.deepEqual(parseTableViewMessage({ type: 'query', query: { filter: '', sort: { column: '__proto__', descending: true } } }), { type: 'query', query: { filter: '', sort: undefined } });
  });
});

describe('the ranges of rows in the tree', () => {
  it('cover all rows once, at most 100 a node', () => {
    assert.equal(rowRanges({ start: 0, end: 100 }), undefined);
    for (const end of [101, 10_000, 10_001, 2_345_678]) {
      const ranges = rowRanges({ start: 0, end }) ?? [];
      assert.ok(ranges.length >= 2 && ranges.length <= 100 || end > 1e6 && ranges.length <= 100, String(ranges.length));
      assert.equal(ranges[0]?.start, 0);
      assert.equal(ranges.at(-1)?.end, end);
      ranges.slice(1).forEach(({ start }, index) => assert.equal(start, ranges[index]?.end));
    }
    assert.deepEqual(rangesTo(10_120, 20_000), [{ start: 10_000, end: 20_000 }, { start: 10_100, end: 10_200 }]);
    assert.deepEqual([rangesTo(7, 100), rangesTo(200, 101)], [[], []]);
    assert.deepEqual(rowRanges({ start: 10_000, end: 10_150 }), [{ start: 10_000, end: 10_100 }, { start: 10_100, end: 10_150 }]);
  });
});
