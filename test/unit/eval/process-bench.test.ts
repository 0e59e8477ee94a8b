import assert from 'node:assert/strict';
import fc from 'fast-check';
import { processBenchEval } from '../../../src/core/eval/process-bench.ts';
import type { ProcessBenchItem } from '../../../src/core/eval/process-bench-item.ts';
import type { EvalRow } from '../../../src/core/eval/events.ts';
import { predictFirstError, rightRange, sweepThresholds } from '../../../src/core/metrics/first-error.ts';
import { problem, runOn, scoresFrom, settingsOf } from './eval-data.ts';

function row(index: number, label: number | null, soft: readonly (number | null)[], subset?: string): EvalRow<ProcessBenchItem> {
  return { row: index, ...(subset !== undefined && { subset }), item: { label, steps: soft.length, scores: { soft: [...soft] } } };
}

function metric(rows: readonly EvalRow<ProcessBenchItem>[], id: string, settings = settingsOf('processbench')) {
  return processBenchEval.summarize(rows, settings).metrics.find((one) => one.id === id);
}

const rowArbitrary = fc
  .record({ label: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }), soft: fc.array(fc.integer({ min: 0, max: 20 }).map((value) => value / 20), { minLength: 4, maxLength: 4 }), subset: fc.constantFrom('a', 'b') });
const rowsArbitrary = fc.array(rowArbitrary, { maxLength: 20 }).map((list) => list.map(({ label, soft, subset }, index) => row(index, label, soft, subset)));

describe('ProcessBench eval', () => {
  it('gives what follows from the formulas for perfect, all-right and all-wrong predictions', () => {
    const labels = [0, 2, null, null, 1, null];
    const predicting = (predict: (label: number | null) => number | null) => labels.map((label, index) => row(index, label, [0, 1, 2, 3].map((step) => (step === predict(label) ? 0.1 : 0.9))));
    assert.deepEqual([100, 100, 100], ['f1', 'error-accuracy', 'correct-accuracy'].map((id) => metric(predicting((label) => label), id)?.value));
    assert.deepEqual([0, 0, 100], ['f1', 'error-accuracy', 'correct-accuracy'].map((id) => metric(predicting(() => null), id)?.value));
    assert.deepEqual([0, 0, 0], ['f1', 'error-accuracy', 'correct-accuracy'].map((id) => metric(predicting((label) => (label === null ? 3 : 3 - label)), id)?.value));
    const perfect = metric(predicting((label) => label), 'f1');
    assert.ok(perfect?.low !== undefined && perfect.low < 60 && perfect.high === 100 && perfect.n === 6, 'six rows do not prove 100');
  });

  it('takes the threshold strictly, and the first step under it', () => {
    assert.equal(metric([row(0, null, [0.5]), row(1, 0, [0.49999])], 'f1')?.value, 100);
    assert.equal(processBenchEval.outcome(row(0, 2, [0.9, 0.2, 0.1]), settingsOf('processbench')).text, 'labelled step 3, predicted step 2 (0.200)');
  });

  it('averages the subsets plainly, whatever their sizes', () => {
    const good = [row(0, 0, [0.1], 'a'), row(1, null, [0.9], 'a')];
    const bad = Array.from({ length: 10 }, (_, index) => row(2 + index, index % 2 === 0 ? 0 : null, [index % 2 === 0 ? 0.9 : 0.1], 'b'));
    assert.equal(metric([...good, ...bad], 'f1')?.value, 50);
    assert.equal(metric([...good, ...bad], 'f1.a')?.value, 100);
    assert.ok(Math.abs((metric([...good, ...bad], 'f1.pooled')?.value ?? 0) - 100 / 6) < 1e-9);
  });

  it('says why F1 is not defined, and gives no number', () => {
    assert.match(metric([row(0, null, [0.9])], 'f1')?.why ?? '', /no solution has an error/);
    assert.match(metric([row(0, 0, [0.9])], 'f1')?.why ?? '', /every solution has an error/);
    assert.equal(metric([row(0, 0, [0.9])], 'f1')?.value, undefined);
    assert.match(metric([], 'f1')?.why ?? '', /no row was evaluated/);
  });

  it('leaves out rows without a prediction, and counts them as wrong beside', () => {
    const rows = [row(0, 1, [0.9, 0.1]), row(1, null, [0.9, 0.9]), row(2, 1, [null, 0.1]), row(3, 0, [0.1, null])];
    assert.equal(metric(rows, 'f1')?.n, 3);
    assert.equal(metric(rows, 'f1')?.value, 100);
    assert.ok(Math.abs((metric(rows, 'f1.open-as-wrong')?.value ?? 0) - 80) < 1e-9);
    assert.match(processBenchEval.summarize(rows, settingsOf('processbench')).notes.join(' '), /1 of 4 rows have no prediction/);
  });

  it('is the same for the rows in any order, and for each row twice (but for the intervals)', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const settings = settingsOf('processbench');
        const values = (list: readonly EvalRow<ProcessBenchItem>[]) => processBenchEval.summarize(list, settings);
        const first = values(rows);
        const turned = values([...rows].reverse());
        assert.deepEqual(turned.metrics.map(({ id, value }) => [id, value?.toFixed(9)]), first.metrics.map(({ id, value }) => [id, value?.toFixed(9)]));
        const twice = values([...rows, ...rows.map((one) => ({ ...one, row: one.row + rows.length }))]);
        for (const id of ['f1', 'error-accuracy', 'correct-accuracy', 'f1.pooled'])
          assert.equal(twice.metrics.find((one) => one.id === id)?.value?.toFixed(9), first.metrics.find((one) => one.id === id)?.value?.toFixed(9));
      }),
      { numRuns: 25 },
    );
  });

  it('sweeps as predicting anew at each threshold would; correct accuracy only falls as the threshold rises', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const thresholds = [0.05, 0.3, 0.5, 0.51, 0.95];
        const ranges = rows.flatMap(({ item }) => rightRange(item.scores.soft.map((value) => value ?? undefined), item.label ?? undefined) ?? []);
        const swept = sweepThresholds(ranges, thresholds);
        thresholds.forEach((threshold, index) => {
          const right = (error: boolean) =>
            rows.filter(({ item }) => {
              const predicted = predictFirstError(item.scores.soft.map((value) => value ?? undefined), threshold);
              return (item.label !== null) === error && (typeof predicted === 'object' ? predicted.step : null) === item.label;
            }).length;
          assert.deepEqual([swept[index]?.[0], swept[index]?.[2]], [right(true), right(false)]);
          if (index > 0) assert.ok((swept[index]?.[2] ?? 0) <= (swept[index - 1]?.[2] ?? 0));
        });
      }),
      { numRuns: 100 },
    );
  });

  it('is the same whether all steps are scored, those up to the label, or those up to the first error found', async () => {
    const data = [problem('a', 2), problem('b', -1), problem('c', 1), problem('d', 3)];
    const scores = [[0.9, 0.3, 0.2, 0.9], [0.9, 0.9, 0.8, 0.6], [0.9, 0.4, 0.1, 0.1], [0.9, 0.9, 0.9, 0.9]];
    const { source } = scoresFrom(scores.map((list, index) => ({ id: 'abcd'[index], scores: list })));
    const asked: number[] = [];
    const counting = { ...source, score: (...[wishes]: Parameters<typeof source.score>) => (asked.push(...wishes.map(({ until, trace }) => until ?? trace.steps.length)), source.score(wishes)) };
    const f1s = [];
    for (const steps of ['all', 'label', 'stop']) {
      const settings = settingsOf('processbench', { steps });
      const { rows } = await runOn(processBenchEval, data, [counting], settings);
      f1s.push(processBenchEval.summarize(rows as EvalRow<ProcessBenchItem>[], settings).metrics.slice(0, 3).map(({ value }) => value));
    }
    assert.deepEqual(f1s[1], f1s[0]);
    assert.deepEqual(f1s[2], f1s[0]);
    assert.deepEqual(asked, [4, 4, 4, 4, 3, 4, 2, 4, 3, 4, 2, 4]);
  });

  it('never reports a threshold on the rows that chose it', () => {
    const rows = Array.from({ length: 200 }, (_, index) => row(index, index % 2 === 0 ? 0 : null, [index % 2 === 0 ? 0.62 : 0.72]));
    const chosen = metric(rows, 'threshold.chosen');
    const f1 = metric(rows, 'f1.chosen-threshold');
    assert.equal((chosen?.n ?? 0) + (f1?.n ?? 0), 200);
    assert.ok(f1?.value === 100 && (chosen?.value ?? 0) > 0.62 && (chosen?.value ?? 0) <= 0.72);
    assert.match(metric(rows.slice(0, 20), 'f1.chosen-threshold')?.why ?? '', /Not made/);
  });
});
